"""Delivered files become canonical tables; the sample city is made here too."""
