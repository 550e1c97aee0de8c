"""Casework: rings followed from month to month, verdicts, the analyst's hand, routes, and what verdicts teach."""

from fraudgraph.casework.following import follow
from fraudgraph.casework.hand import HandEdit, add_edit, read_edits
from fraudgraph.casework.known import Event, EventKind, KnownRing, Register
from fraudgraph.casework.learning import hit_rates, learn_weights
from fraudgraph.casework.listing import Case, decide
from fraudgraph.casework.returns import read_returns
from fraudgraph.casework.verdicts import Verdict, add_verdicts, read_verdicts, standings

__all__ = [
    "Case",
    "Event",
    "EventKind",
    "HandEdit",
    "KnownRing",
    "Register",
    "Verdict",
    "add_edit",
    "add_verdicts",
    "decide",
    "follow",
    "hit_rates",
    "learn_weights",
    "read_edits",
    "read_returns",
    "read_verdicts",
    "standings",
]
