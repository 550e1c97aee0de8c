"""PostgreSQL's archives and data folders."""
