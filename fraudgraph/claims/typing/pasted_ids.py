"""Ids as people paste them: with blanks, invisible marks, in full width or another case than the claims have."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["as_typed", "pasted_forms"]

_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00]")
_AROUND = "\"'=‘’“”`,，;；.。、:：()（）[]【】<>《》 "
"""Quotes and punctuation that are pasted along with an id."""


def as_typed(text: str) -> str:
    """A text in plain width without marks that nobody sees."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def pasted_forms(entity_id: str) -> tuple[str, ...]:
    """The id as it is and then what may have been meant: plain, without blanks, quotes and punctuation, upper and lower case."""
    plain = as_typed(entity_id).strip()
    bare = plain.strip(_AROUND)
    joined = re.sub(r"\s+", "", bare)
    forms = [entity_id, plain, bare, joined]
    return tuple(dict.fromkeys(one for form in forms for one in (form, form.upper(), form.lower()) if one))
