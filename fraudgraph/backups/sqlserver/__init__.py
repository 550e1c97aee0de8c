"""A reader of SQL Server's data files and uncompressed backups, 2005 to 2022, that needs no server.

It stands alone: of this project it knows the errors only. Start with `open_database`; `docs/backups-sqlserver.md`
describes every page and record that is read, with its public source.
"""

from fraudgraph.backups.sqlserver.database import Database, open_database
from fraudgraph.backups.sqlserver.faults import Note
from fraudgraph.backups.sqlserver.schema import Skipped
from fraudgraph.backups.sqlserver.tables import Table
from fraudgraph.backups.sqlserver.types import Column
from fraudgraph.backups.sqlserver.versions import Version

__all__ = ["Column", "Database", "Note", "Skipped", "Table", "Version", "open_database"]
