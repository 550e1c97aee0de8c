"""Backups of databases, opened without their server and read into tables; nothing in them is ever executed."""
