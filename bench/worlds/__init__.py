"""Worlds: cities by different hands, each held out in turn."""
