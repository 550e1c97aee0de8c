import com.healthmarketscience.jackcess.ColumnBuilder;
import com.healthmarketscience.jackcess.DataType;
import com.healthmarketscience.jackcess.Database;
import com.healthmarketscience.jackcess.DatabaseBuilder;
import com.healthmarketscience.jackcess.Table;
import com.healthmarketscience.jackcess.TableBuilder;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;

/** Writes an Access file: FORMAT TARGET ROWS; each line of ROWS is a row, its cells in hex, `-` for NULL; ends in a linked table. */
public final class MakeAccess {
    private static final String[] NAMES = {"id", "name", "code", "amount", "day", "at", "note", "picture", "big"};
    private static final DataType[] TYPES = {
        DataType.LONG, DataType.TEXT, DataType.TEXT, DataType.NUMERIC, DataType.SHORT_DATE_TIME, DataType.SHORT_DATE_TIME, DataType.MEMO, DataType.OLE, DataType.NUMERIC};

    public static void main(String[] given) throws Exception {
        Database.FileFormat format = Database.FileFormat.valueOf(given[0]);
        boolean wide = format == Database.FileFormat.V2016;
        try (Database database = new DatabaseBuilder(new File(given[1])).setFileFormat(format).create();
                BufferedReader rows = new BufferedReader(new InputStreamReader(new FileInputStream(given[2]), StandardCharsets.US_ASCII))) {
            TableBuilder builder = new TableBuilder("fee");
            for (int i = 0; i < NAMES.length; i++) {
                DataType type = wide && i == 8 ? DataType.BIG_INT : TYPES[i];
                ColumnBuilder column = new ColumnBuilder(NAMES[i]).setType(type);
                if (type == DataType.NUMERIC) {
                    column.setPrecision(i == 3 ? 18 : 19).setScale(i == 3 ? 2 : 0);
                } else if (type == DataType.TEXT) {
                    column.setLengthInUnits(i == 1 ? 60 : 8);
                }
                builder.addColumn(column);
            }
            Table table = builder.toTable(database);
            for (String line = rows.readLine(); line != null; line = rows.readLine()) {
                String[] cells = line.split("\t", -1);
                Object[] values = new Object[cells.length];
                for (int i = 0; i < cells.length; i++) {
                    values[i] = cells[i].equals("-") ? null : value(TYPES[i], bytes(cells[i]), wide && i == 8);
                }
                table.addRow(values);
            }
            Table second = new TableBuilder("\u79d1\u5ba4")
                .addColumn(new ColumnBuilder("\u7f16\u53f7").setType(DataType.LONG))
                .addColumn(new ColumnBuilder("\u540d\u79f0").setType(DataType.TEXT).setLengthInUnits(60))
                .toTable(database);
            for (int i = 3; i + 1 < given.length; i += 2) {
                second.addRow(Integer.valueOf(given[i]), given[i + 1]);
            }
            database.createLinkedTable("elsewhere", "other.mdb", "fee");
        }
    }

    private static Object value(DataType type, byte[] raw, boolean wide) {
        String text = new String(raw, StandardCharsets.UTF_8);
        switch (type) {
            case LONG: return Integer.valueOf(text);
            case NUMERIC: return wide ? (Object) Long.valueOf(text) : new BigDecimal(text);
            case SHORT_DATE_TIME: return LocalDateTime.parse(text);
            case OLE: return raw;
            default: return text;
        }
    }

    private static byte[] bytes(String hex) {
        byte[] made = new byte[hex.length() / 2];
        for (int i = 0; i < made.length; i++) {
            made[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return made;
    }
}
