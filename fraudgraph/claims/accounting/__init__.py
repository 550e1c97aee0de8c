"""What was read, kept and set aside: rows and yuan that must agree, and the sentences for people."""
