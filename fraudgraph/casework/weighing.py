"""What is known besides the claims, put into the score: events, people of confirmed rings, weights learned from verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fraudgraph.records import Explanation, Member, NodeKind, Ring, ScorePart
from fraudgraph.rings.assemble import Candidate
from fraudgraph.rings.score import least_score, total
from fraudgraph.settings import Settings

__all__ = ["Seeds", "Weighing", "weigh_candidates"]

_SAME_RING = 0.5
"""A ring that has this share of a confirmed ring's people is that ring: it can't be a seed of itself."""
_FULL_SEEDS = 0.5
"""From this share of its people on, seeds bring the most points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """Members of confirmed rings: patients by ring; doctors and operators with the rings they were found in.

    Places are left out: half a city goes to a large hospital.
    """

    people: Mapping[str, frozenset[str]] = field(default_factory=dict)
    staff: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def among(self, ring: Ring) -> tuple[Member, ...]:
        """Members of a ring that belong to a confirmed ring other than itself."""
        patients = {m.entity_id for m in ring.members if m.entity_type is NodeKind.PATIENT}
        own = {
            name for name, people in self.people.items() if people and len(people & patients) >= _SAME_RING * len(people)
        }  # fmt: skip
        known = {person for name, people in self.people.items() if name not in own for person in people}
        return tuple(
            member
            for member in ring.members
            if (member.entity_type is NodeKind.PATIENT and member.entity_id in known)
            or self.staff.get((str(member.entity_type), member.entity_id), frozenset()) - own
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """What goes into the score beside the claims."""

    explanations: Mapping[int, Explanation] = field(default_factory=dict)
    seeds: Seeds = field(default_factory=Seeds)
    weights: Mapping[str, float] = field(default_factory=dict)
    """Weight of each part by name; none means the built-in weights, all 1."""


def weigh_candidates(
    candidates: tuple[Candidate, ...], weighing: Weighing, settings: Settings
) -> tuple[Candidate, ...]:
    """Scores with events, seeds and learned weights; a ring that none of them touches stays as it is."""
    return tuple(_weigh(candidate, weighing, settings) for candidate in candidates)


def _weigh(candidate: Candidate, weighing: Weighing, settings: Settings) -> Candidate:
    ring = candidate.ring
    parts = list(ring.parts)
    explanation = weighing.explanations.get(candidate.group_no)
    explanations = ring.explanations
    if explanation is not None:
        explanations = tuple(sorted((*explanations, explanation), key=lambda e: (-e.share, e.name)))
    seeds = weighing.seeds.among(ring)
    if seeds and settings.casework.seed_points:
        parts.append(_seed_part(ring, seeds, settings.casework.seed_points))
    if explanation is not None and explanation.holds:
        parts = _explained_away(parts, explanation)
    if weighing.weights:
        parts = [replace(p, points=round(p.points * weighing.weights.get(p.name, 1.0), 2)) for p in parts]
    if tuple(parts) == ring.parts:
        return replace(candidate, ring=replace(ring, explanations=explanations))
    score = total(tuple(parts))
    least = least_score(settings.rings)
    lawful = any(e.holds for e in explanations)
    return replace(
        candidate,
        ring=replace(
            ring, parts=tuple(parts), score=score, explanations=explanations,
            listed=score >= least
            and not (lawful and not ring.listed)
            and not (explanation is not None and explanation.holds),
        ),
    )  # fmt: skip


def _seed_part(ring: Ring, seeds: tuple[Member, ...], most: float) -> ScorePart:
    share = len(seeds) / max(len(ring.members), 1)
    return ScorePart(
        name="seeds", title_zh=f"与已查实团伙有 {len(seeds)} 名共同成员",
        title_en=f"{len(seeds)} members in common with confirmed rings",
        points=round(most * min(share / _FULL_SEEDS, 1.0), 2),
    )  # fmt: skip


def _explained_away(parts: list[ScorePart], explanation: Explanation) -> list[ScorePart]:
    """The lawful part takes off all there is; it names the event."""
    positive = sum(part.points for part in parts if part.points > 0)
    rest = [part for part in parts if part.name != "lawful"]
    return [
        *rest,
        ScorePart(
            name="lawful", title_zh=f"合理解释（{explanation.title_zh}）",
            title_en=f"lawful explanation ({explanation.title_en})", points=round(-positive, 2),
        ),
    ]  # fmt: skip
