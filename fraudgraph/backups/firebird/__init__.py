"""Firebird and InterBase: database files and gbak backups, opened by Firebird's embedded engine in a child process."""
