"""What suppliers call their tables and columns, and which field of ours each of them is."""
