/* Identifier 共用标识: what two or more people or places share, as a keyed code */
SELECT kind || ':' || code AS id, min(kind) AS kind, min(shown_value(kind, value)) AS name, CAST(max(holder_count) AS INTEGER) AS holder_count
FROM shared_values GROUP BY ALL ORDER BY id
