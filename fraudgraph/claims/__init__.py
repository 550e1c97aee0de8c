"""Delivered files become canonical tables."""
