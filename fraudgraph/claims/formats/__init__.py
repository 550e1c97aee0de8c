"""Delivered files of every kind, opened as sheets of rows."""
