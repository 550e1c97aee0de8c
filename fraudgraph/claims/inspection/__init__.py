"""What deliveries are, looked at before or beside an import: columns, quality, and what changed since the last one."""
