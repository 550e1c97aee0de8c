"""Backups of databases, opened without their server."""
