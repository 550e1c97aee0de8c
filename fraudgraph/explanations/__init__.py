"""Lawful explanations 合理解释: why a group may come together without anything being wrong, one file each under cards/."""
