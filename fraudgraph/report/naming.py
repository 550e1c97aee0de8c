"""How people and places are called in what people read: handles, shortened names, ids or keyed codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from fraudgraph.errors import SettingsError
from fraudgraph.records import Member, NodeKind, Ring
from fraudgraph.report.sanitise import masked_name, plain, shortened
from fraudgraph.settings import Settings

__all__ = ["KIND_LETTERS", "ROLE_ORDER", "Naming", "handles"]

KIND_LETTERS: Final = {
    NodeKind.PATIENT: "P",
    NodeKind.DOCTOR: "D",
    NodeKind.FACILITY: "F",
    NodeKind.PHARMACY: "S",
    NodeKind.OPERATOR: "O",
    NodeKind.AGENT: "A",
    NodeKind.PHONE: "T",
    NodeKind.ACCOUNT: "B",
    NodeKind.EMPLOYER: "E",
    NodeKind.DEVICE: "M",
}
ROLE_ORDER: Final = ("organiser", "prescriber", "outlet", "front", "shared", "card_holder", "possible_victim")
_PERSONS = (NodeKind.PATIENT, NodeKind.DOCTOR, NodeKind.OPERATOR)
_NAMED_IN_SENTENCES = (NodeKind.DOCTOR, NodeKind.FACILITY, NodeKind.PHARMACY)
"""In a sentence these are told by name and id: nobody knows a place by its number."""
_NATIONAL_ID = re.compile(r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def handles(ring: Ring) -> dict[tuple[NodeKind, str], str]:
    """Short names within one ring, by type and firmness: P1, P2 … patients, D1 … doctors, F, S, O places and desks."""
    ordered = sorted(
        ring.members,
        key=lambda m: (m.entity_type, ROLE_ORDER.index(m.role), -m.strength, m.entity_id),
    )
    counts: Counter[NodeKind] = Counter()
    named = {}
    for member in ordered:
        counts[member.entity_type] += 1
        named[member.entity_type, member.entity_id] = (
            f"{KIND_LETTERS[member.entity_type]}{counts[member.entity_type]}"
        )
    return named


def is_national_id(text: str) -> bool:
    """Whether a text is a mainland identity number: 18 characters, a birth date, and a check digit that fits."""
    if _NATIONAL_ID.fullmatch(text) is None:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _CHECK_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


class Naming:
    """What people and places are called, for one ring or one list.

    Parameters
    ----------
    rings : iterable of Ring
        Whose members may be named.
    settings : Settings
        `privacy.mask_ids` replaces person ids by stable keyed codes; the key is `privacy.code_key`.
    claim_ids : iterable of str
        Ids that may stand in a sentence although they look like a phone or an account.

    Raises
    ------
    SettingsError
        If ids shall be replaced by codes and no key is set.
    """

    def __init__(self, rings: Iterable[Ring], settings: Settings, claim_ids: Iterable[str] = ()) -> None:
        self._mask = settings.privacy.mask_ids
        self._key = settings.privacy.code_key.get_secret_value().encode()
        if self._mask and not self._key:
            raise SettingsError(
                "Setting 'privacy.mask_ids' is on, but the environment variable FRAUDGRAPH_CODE_KEY that keys the "
                "codes is empty. Set it to a secret of your own (the same one every month) and run again.",
                "设置项 'privacy.mask_ids' 已打开，但用于生成代码的环境变量 FRAUDGRAPH_CODE_KEY 为空。请设为本单位自定的密钥（每月相同）后重新运行。",
            )
        members = [member for ring in rings for member in ring.members]
        self._twins = self._numbered_twins(members)
        self._spoken = {
            m.entity_id: self.entity(m.entity_type, m.entity_id) for m in members if _is_telling(m.entity_id)
        }
        self._spoken |= {
            m.entity_id: f"{self.name(m)} {self._spoken[m.entity_id]}"
            for m in members
            if m.entity_type in _NAMED_IN_SENTENCES and m.name and m.entity_id in self._spoken
        }
        self._spoken |= {m.name: self.name(m) for m in members if _can_be_replaced(m)}
        self._kept = frozenset(claim_ids)
        pattern = "|".join(
            re.escape(text) for text in sorted(self._spoken, key=lambda t: (-len(t), t)) if text
        )
        self._pattern = re.compile(f"(?<![0-9A-Za-z])({pattern})(?![0-9A-Za-z])") if pattern else None

    def entity(self, kind: NodeKind, entity_id: str) -> str:
        """An id as it may be read: as delivered, or a stable keyed code, or an identity number cut to 6 + 4."""
        if kind not in _PERSONS or not entity_id:
            return plain(entity_id, 64)
        if self._mask:
            return self._code(kind, entity_id)
        if not is_national_id(entity_id):
            return plain(entity_id, 64)
        mark = self._code(kind, entity_id) if self._key else self._twins.get(entity_id, "")
        return f"{entity_id[:6]}********{entity_id[-4:]}{f' {mark}' if mark else ''}"

    def name(self, member: Member) -> str:
        """A person's name cut to its first character; a place's name whole."""
        return (
            masked_name(member.name)
            if member.entity_type in (*_PERSONS, NodeKind.AGENT)
            else plain(member.name, 60)
        )

    def sentence(self, text: str) -> str:
        """A sentence with names, identifiers, phones and accounts cut as they are everywhere else."""
        if self._pattern is None:
            return self._cut(text)
        pieces = self._pattern.split(text)
        return "".join(
            self._spoken[piece] if index % 2 else self._cut(piece) for index, piece in enumerate(pieces)
        )

    def _cut(self, text: str) -> str:
        words = re.split(r"([0-9A-Za-z][0-9A-Za-z_\-]{10,})", text)
        return "".join(word if word in self._kept else plain(shortened(word)) for word in words)

    def _code(self, kind: NodeKind, entity_id: str) -> str:
        digest = hmac.new(self._key, f"{kind}:{entity_id}".encode(), hashlib.sha256).digest()
        return f"{KIND_LETTERS[kind]}-{base64.b32encode(digest).decode()[:10]}"

    @staticmethod
    def _numbered_twins(members: Iterable[Member]) -> dict[str, str]:
        """A number for identity numbers that look alike once they are cut."""
        alike: dict[str, list[str]] = {}
        for entity_id in sorted({m.entity_id for m in members if is_national_id(m.entity_id)}):
            alike.setdefault(entity_id[:6] + entity_id[-4:], []).append(entity_id)
        return {
            entity_id: f"({number})"
            for twins in alike.values()
            if len(twins) > 1
            for number, entity_id in enumerate(twins, 1)
        }


def _is_telling(entity_id: str) -> bool:
    """An id of four digits or fewer can't be told from a count in a sentence."""
    return not (entity_id.isdigit() and len(entity_id) < 5)


def _can_be_replaced(member: Member) -> bool:
    """A person's name is replaced in sentences unless it is so short or so plain that it may be another word."""
    return member.entity_type in _PERSONS and len(member.name) >= 2 and not member.name.isascii()
