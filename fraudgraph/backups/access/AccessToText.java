import com.healthmarketscience.jackcess.Column;
import com.healthmarketscience.jackcess.DataType;
import com.healthmarketscience.jackcess.Database;
import com.healthmarketscience.jackcess.DatabaseBuilder;
import com.healthmarketscience.jackcess.Row;
import com.healthmarketscience.jackcess.Table;
import com.healthmarketscience.jackcess.TableMetaData;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.OutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Writes an Access file's tables as CREATE TABLE and COPY text on stdout; what it met on the way as lines on stderr. */
public final class AccessToText {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    public static void main(String[] given) throws Exception {
        PrintStream said = new PrintStream(System.err, true, "UTF-8");
        DatabaseBuilder builder = new DatabaseBuilder(new File(given[0])).setReadOnly(true);
        if (given.length > 1) {
            builder = builder.setCharset(Charset.forName(given[1]));
        }
        try (Database database = builder.open(); OutputStream out = new BufferedOutputStream(System.out, 1 << 20)) {
            database.setEvaluateExpressions(false);
            said.println("FORMAT\t" + database.getFileFormat());
            try {
                said.println("QUERIES\t" + database.getQueries().size());
            } catch (Exception problem) {
                said.println("QUERIES\t0");
            }
            write(out, "SET standard_conforming_strings = on;\n");
            for (TableMetaData about : database.newTableMetaDataIterable()) {
                if (about.isSystem()) {
                    continue;
                }
                if (about.isLinked()) {
                    said.println("LINKED\t" + flat(about.getName()) + "\t" + flat(String.valueOf(about.getLinkedDbName())));
                    continue;
                }
                try {
                    table(about.open(database), out, said);
                } catch (Exception problem) {
                    said.println("BROKEN\t" + flat(about.getName()) + "\t" + flat(String.valueOf(problem)));
                }
            }
        }
    }

    private static void table(Table table, OutputStream out, PrintStream said) throws Exception {
        List<? extends Column> columns = table.getColumns();
        StringBuilder names = new StringBuilder();
        StringBuilder declared = new StringBuilder();
        for (Column column : columns) {
            names.append(names.length() == 0 ? "" : ", ").append(quoted(column.getName()));
            declared.append(declared.length() == 0 ? "" : ", ").append(quoted(column.getName())).append(' ').append(type(column));
        }
        write(out, "CREATE TABLE " + quoted(table.getName()) + " (" + declared + ");\n");
        write(out, "COPY " + quoted(table.getName()) + " (" + names + ") FROM stdin;\n");
        said.println("ROWS\t" + flat(table.getName()) + "\t" + table.getRowCount());
        StringBuilder line = new StringBuilder();
        try {
            for (Row row : table) {
                line.setLength(0);
                for (Column column : columns) {
                    line.append(line.length() == 0 && column == columns.get(0) ? "" : "\t");
                    value(row.get(column.getName()), line);
                }
                write(out, line.append('\n').toString());
            }
        } finally {
            write(out, "\\.\n");
        }
    }

    private static void value(Object value, StringBuilder line) {
        if (value == null) {
            line.append("\\N");
        } else if (value instanceof byte[]) {
            line.append("\\\\x");
            for (byte one : (byte[]) value) {
                line.append(HEX[(one >> 4) & 15]).append(HEX[one & 15]);
            }
        } else if (value instanceof LocalDateTime) {
            line.append(MOMENT.format((LocalDateTime) value));
        } else if (value instanceof BigDecimal) {
            line.append(((BigDecimal) value).toPlainString());
        } else {
            escaped(value.toString(), line);
        }
    }

    private static void escaped(String text, StringBuilder line) {
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            switch (one) {
                case '\\': line.append("\\\\"); break;
                case '\t': line.append("\\t"); break;
                case '\n': line.append("\\n"); break;
                case '\r': line.append("\\r"); break;
                default: line.append(one);
            }
        }
    }

    private static String type(Column column) throws Exception {
        DataType type = column.getType();
        switch (type) {
            case BOOLEAN: return "boolean";
            case BYTE: case INT: case LONG: return "integer";
            case BIG_INT: return "bigint";
            case MONEY: return "numeric(19,4)";
            case NUMERIC: return "numeric(" + Math.max(column.getPrecision(), 1) + "," + column.getScale() + ")";
            case FLOAT: case DOUBLE: return "double precision";
            case SHORT_DATE_TIME: case EXT_DATE_TIME: return "timestamp";
            case OLE: case BINARY: case UNSUPPORTED_VARLEN: case UNSUPPORTED_FIXEDLEN: return "bytea";
            default: return "text";
        }
    }

    private static String quoted(String name) {
        return '"' + flat(name).replace("\"", "\"\"") + '"';
    }

    private static String flat(String text) {
        return text.replace('\t', ' ').replace('\n', ' ').replace('\r', ' ');
    }

    private static void write(OutputStream out, String text) throws Exception {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
