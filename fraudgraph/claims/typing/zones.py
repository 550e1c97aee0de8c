"""Moments that come with an offset, as the local time of the source's zone: worked out from the zone's own changes of offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fraudgraph.errors import SettingsError, nearest_hint

__all__ = ["local_sql", "zone_names"]

_FIRST_YEAR, _LAST_YEAR = 1970, 2050


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint_en, hint_zh = nearest_hint(name, ["Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "UTC", "America/New_York", "Europe/Berlin"])  # fmt: skip
        raise SettingsError(
            f"zone = {name!r} under [source] is no time zone; {hint_en}. Use a name like Asia/Shanghai.",
            f"[source] 中的 zone = {name!r} 不是时区名；{hint_zh}。请使用 Asia/Shanghai 这样的名称。",
        ) from None


def _minutes(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


@cache
def _changes(name: str) -> tuple[tuple[datetime, int], ...]:
    """From which moment (UTC) on how many minutes a zone is ahead; the first entry holds before all others."""
    zone = _zone(name)
    at, end = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)
    found = [(at, _minutes(zone, at))]
    while at < end:
        after = at + timedelta(days=7)
        if _minutes(zone, after) != found[-1][1]:
            low, high = at, after
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if _minutes(zone, middle) == found[-1][1] else (low, middle)
            high = (high + timedelta(seconds=30)).replace(second=0, microsecond=0)
            found.append((high, _minutes(zone, high + timedelta(minutes=1))))
        at = after
    return tuple(found)


def local_sql(utc: str, zone: str) -> str:
    """SQL: a moment in UTC as the zone's own time."""
    changes = _changes(zone)
    if len(changes) == 1:
        return f"{utc} + INTERVAL ({changes[0][1]}) MINUTE"
    later = " ".join(
        f"WHEN {utc} >= TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}' THEN {minutes}"
        for at, minutes in reversed(changes[1:])
    )
    return f"{utc} + to_minutes(CASE {later} ELSE {changes[0][1]} END)"


@cache
def zone_names(zone: str) -> tuple[str, ...]:
    """The short names that the zone's own time goes by, where those are letters: CST in Shanghai, EST and EDT in New York."""
    found = _zone(zone)
    names = {datetime(2025, month, 1, tzinfo=found).tzname() or "" for month in (1, 7)}
    return tuple(sorted(name for name in names if name.isalpha() and name not in ("UTC", "GMT")))
