"""The hospital side 院端核查: a hospital's own tables beside what it settled, in a folder of one visit (docs/hospital.md)."""
