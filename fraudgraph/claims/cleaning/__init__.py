"""Typed rows of delivered sheets become the canonical tables: landed, corrected, deduplicated, refunds paired."""
