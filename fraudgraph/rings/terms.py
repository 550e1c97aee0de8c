"""Terms: what the facts about a group say, together, for a ring or for lawful life. Learnt over worlds, read from a table of trees.

A tree asks up to a few facts, one after the other, and ends in nats; the log odds are the sum of all trees. What an answer moves the
expectation by is that fact's share of the sum, so that the shares add up to the log odds exactly.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraudgraph.errors import SettingsError

__all__ = ["COLUMNS", "SIGNS", "Node", "Sign", "Terms", "read_signs_file", "read_terms"]

TERMS = Path(__file__).parent / "terms.csv"
SIGNS = Path(__file__).parent / "signs.toml"
COLUMNS = ("tree", "node", "fact", "cut", "below", "beyond", "unknown", "nats")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A fact that the score may look at: `direction` 1 speaks for a ring the higher it is, -1 for lawful life, 0 either way."""

    name: str
    part: str
    meaning: str
    direction: int


@dataclass(frozen=True, slots=True)
class Node:
    """A question (`fact`, and which node is next where it is below `cut`, not below, or not known) or an end (no fact)."""

    fact: str
    cut: float
    below: int
    beyond: int
    unknown: int
    nats: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Log odds before any fact is known, and trees of questions."""

    prior: float
    trees: tuple[tuple[Node, ...], ...]

    @property
    def facts(self) -> frozenset[str]:
        """The facts that are asked for."""
        return frozenset(node.fact for tree in self.trees for node in tree if node.fact)

    def of(self, facts: Mapping[str, float]) -> dict[str, float]:
        """Nats that each fact adds, by name; with the prior they add up to the log odds. A fact that is not known adds what its absence tells."""
        added: dict[str, float] = {}
        for tree in self.trees:
            node = tree[0]
            while node.fact:
                value = facts.get(node.fact)
                if value is None:
                    following = tree[node.unknown]
                else:
                    following = tree[node.below if value < node.cut else node.beyond]
                added[node.fact] = added.get(node.fact, 0.0) + following.nats - node.nats
                node = following
        return added


@cache
def read_signs_file() -> dict[str, Sign]:
    """The facts that the score may look at, by name."""
    told = tomllib.loads(SIGNS.read_text(encoding="utf-8"))
    return {name: Sign(name=name, **fields) for name, fields in told.items()}


@cache
def read_terms(path: Path | None = None) -> Terms:
    """Read a table of terms, one row a node: tree 0 is the prior; a node without a fact is an end.

    Raises
    ------
    SettingsError
        The file is not such a table, or asks for a fact that there is not.
    """
    path = path or TERMS
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError(f"its header is {reader.fieldnames}")
            return _terms(list(reader))
    except (OSError, ValueError) as problem:
        raise SettingsError(
            f"{path} is no table of terms ({problem}); expected columns {', '.join(COLUMNS)}, one row a node. Correct it, or leave out rings.terms_file.",
            f"{path} 不是似然项表（{problem}）；应有列 {'、'.join(COLUMNS)}，每行一个节点。请更正，或去掉 rings.terms_file。",
        ) from None


def _terms(rows: Iterable[Mapping[str, str]]) -> Terms:
    trees: dict[int, list[Node]] = {}
    for row in rows:
        nodes = trees.setdefault(int(row["tree"]), [])
        if int(row["node"]) != len(nodes):
            raise ValueError(f"tree {row['tree']} has node {row['node']} where {len(nodes)} is due")
        if row["fact"]:
            below, beyond, unknown = (int(row[name]) for name in ("below", "beyond", "unknown"))
            nodes.append(Node(row["fact"], float(row["cut"]), below, beyond, unknown, float(row["nats"])))
        else:
            nodes.append(Node("", 0.0, 0, 0, 0, float(row["nats"])))
    prior = trees.pop(0, [])
    if len(prior) != 1 or not trees:
        raise ValueError("it has no prior (tree 0), or no tree beside it")
    for number, tree in trees.items():
        for at, node in enumerate(tree):
            if node.fact and node.fact not in read_signs_file():
                raise ValueError(f"tree {number} asks for {node.fact}, which is no known fact")
            if node.fact and not all(at < way < len(tree) for way in (node.below, node.beyond, node.unknown)):
                raise ValueError(f"tree {number} leads from node {at} to a node that does not come after it")
    roots = sum(tree[0].nats for tree in trees.values())
    return Terms(prior=prior[0].nats + roots, trees=tuple(tuple(tree) for _, tree in sorted(trees.items())))
