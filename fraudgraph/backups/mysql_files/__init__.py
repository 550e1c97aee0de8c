"""Data folders and loose table files of MariaDB and MySQL, by a throw-away MariaDB on a copy."""
