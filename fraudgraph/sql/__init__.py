"""SQL text that is shared: macros for DuckDB and Spark, and the translator between them."""
