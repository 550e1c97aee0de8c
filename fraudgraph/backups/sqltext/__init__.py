"""SQL text that programs dump: walked as bytes, rows of literals taken, everything else counted and left."""
