"""Ways out of the graph that somebody with its password could try in Cypher: files, network, settings, users.

Each names what Neo4j says to it, so that a slip in its spelling is not taken for a closed door. FILE stands for a file
that this account can read, PORT for a port of this machine that counts who comes, HOST for this machine's name.
"""

from __future__ import annotations

__all__ = ["ATTEMPTS", "TOLD"]

_RESOURCE = "Neo.ClientError.Statement.ExternalResourceFailed"
_NO_PROCEDURE = "Neo.ClientError.Procedure.ProcedureNotFound"
_NO_COMMAND = "Neo.ClientError.Statement.UnsupportedAdministrationCommand"
_SYNTAX = "Neo.ClientError.Statement.SyntaxError"

_ADDRESSES = (
    "file://FILE", "file:FILE", "FILE:FILE", "file:///../../../../../../../..FILE", "file:///%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2eFILE",
    "file://localhostFILE", "file://10.0.0.1/share/rates.csv", "FILE", "netdoc:FILE", "jar:file:FILE!/x", "jrt:/java.base/java/lang/Object.class", "classpath:logback.xml",
    "http://127.0.0.1:PORT/", "http://localhost:PORT/", "http://[::1]:PORT/", "http://[::ffff:127.0.0.1]:PORT/", "http://0.0.0.0:PORT/", "http://2130706433:PORT/",
    "http://0x7f000001:PORT/", "http://who:what@127.0.0.1:PORT/", "HTTP://127.1:PORT/", "https://127.0.0.1:PORT/", "ftp://127.0.0.1:PORT/x", "ftp://localhost:PORT/x",
    "http://HOST:PORT/", "http://data.leaves.by.its.name.example:PORT/", "http://169.254.169.254/latest/meta-data/", "https://example.org/", "jar:http://127.0.0.1:PORT/x.jar!/x",
    "s3://bucket/x.csv", "gs://bucket/x.csv", "azb://account/bucket/x.csv", "ldap://127.0.0.1:PORT/x", "gopher://127.0.0.1:PORT/x",
)  # fmt: skip
_FORMS = (
    "LOAD CSV WITH HEADERS FROM 'file://FILE' AS line RETURN line",
    "UNWIND ['http://127.0.0.1:PORT/' + 1] AS address LOAD CSV FROM address AS line RETURN line",
    "CALL () { LOAD CSV FROM 'file://FILE' AS line RETURN line } RETURN line",
    "LOAD CSV FROM 'file://FILE' AS line CALL (line) { CREATE (:Taken {line: line[0]}) } IN TRANSACTIONS OF 1 ROW",
)
_PROCEDURES = (
    "gds.graph.export('g', {dbName: 'taken'})", "gds.graph.export.csv('g', {exportName: 'taken'})", "gds.beta.graph.export.csv('g', {exportName: 'taken'})",
    "gds.backup({})", "gds.restore({})", "gds.model.store('m')", "gds.model.load('m')", "gds.config.defaults.set('concurrency', 1)", "gds.debug.sysInfo()", "gds.graph.nodeProperties.write('g', ['p'])",
    "gds.wcc.write('g', {writeProperty: 'p'})", "gds.graph.generate('g', 10, 2)", "gds.graph.project.cypher('g', 'RETURN 0 AS id', 'RETURN 0 AS source, 0 AS target')", "gds.listProgress()",
    "apoc.load.json('file://FILE')", "apoc.load.jdbc('jdbc:x', 'y')", "apoc.export.csv.all('taken.csv', {})", "apoc.cypher.runFile('FILE')", "apoc.systemdb.graph()",
    "dbms.setConfigValue('dbms.security.allow_csv_import_from_file_urls', 'true')", "dbms.security.createUser('eve', 'eve-eve-eve')", "dbms.quarantineDatabase('neo4j', true, 'x')", "db.checkpoint()",
    "genai.vector.encodeBatch(['x'], 'OpenAI', {token: 'x'})", "n10s.rdf.import.fetch('file://FILE', 'Turtle')",
)  # fmt: skip
_COMMANDS = (
    "CREATE DATABASE other", "DROP DATABASE neo4j", "STOP DATABASE neo4j", "CREATE ALIAS far FOR DATABASE far AT 'neo4j://127.0.0.1:PORT' USER eve PASSWORD 'eve-eve-eve'", "CREATE ROLE chief",
    "GRANT ROLE admin TO neo4j", "GRANT LOAD ON ALL DATA TO PUBLIC", "ALTER DATABASE neo4j SET ACCESS READ WRITE", "DENY READ {*} ON GRAPH * TO PUBLIC", "ENABLE SERVER 'x'", "DEALLOCATE DATABASES FROM SERVER 'x'",
)  # fmt: skip

ATTEMPTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((f"LOAD CSV FROM '{address}' AS line RETURN line", (_RESOURCE,)) for address in _ADDRESSES),
    *((form, (_RESOURCE,)) for form in _FORMS),
    *((f"CALL {procedure}", (_NO_PROCEDURE,)) for procedure in _PROCEDURES),
    *((command, (_NO_COMMAND,)) for command in _COMMANDS),
    ("RETURN genai.vector.encode('x', 'OpenAI', {token: 'x'})", (_SYNTAX,)),
    ("RETURN apoc.util.md5(['x'])", (_SYNTAX,)),
    ("CALL db.index.fulltext.queryNodes('file://FILE', 'x') YIELD node RETURN node", ("Neo.ClientError.Procedure.ProcedureCallFailed",)),
)  # fmt: skip

TOLD = (
    "CREATE USER eve SET PASSWORD 'eve-eve-eve' CHANGE NOT REQUIRED",
    "ALTER USER eve SET PASSWORD 'eve-eve-eva'",
    "SHOW USERS",
    "DROP USER eve",
    "SHOW SETTINGS YIELD name RETURN count(*)",
    "CALL dbms.queryJmx('java.lang:type=Runtime') YIELD name RETURN count(*)",
    "CALL dbms.listConnections() YIELD connectionId RETURN count(*)",
)
"""What Community refuses to nobody, in neither mode: docs/graph.md tells it."""
