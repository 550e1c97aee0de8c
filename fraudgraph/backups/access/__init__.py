"""Microsoft Access files, read by Jackcess on Java in a child process."""
