"""Settings: one TOML file, read once, frozen, printable. An unknown key is an error that names the nearest."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from fraudgraph.errors import SettingsError, nearest_hint

__all__ = [
    "GroupSettings",
    "MeetingSettings",
    "OutlierSettings",
    "PrivacySettings",
    "ReferralSettings",
    "RingSettings",
    "RunSettings",
    "ScreeningSettings",
    "Settings",
    "SourceSettings",
    "load_settings",
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class SourceSettings(_Part):
    """How delivered files are read."""

    max_reject_share: float = Field(default=0.05, ge=0, le=1)
    """Share of rows set aside, per table, above which the run stops with exit code 4."""


class ScreeningSettings(_Part):
    """Which screening models run and with which thresholds."""

    off: tuple[str, ...] = ()
    """Ids of models that shall not run."""
    parameters: dict[str, dict[str, float | int | str | bool]] = Field(default_factory=dict)
    """Thresholds by model id, in place of the defaults in the model's own file."""
    max_seconds: float = Field(default=900, gt=0)
    """A model still at work after so many seconds is stopped; the others go on."""


class MeetingSettings(_Part):
    """How surprising meetings are looked for."""

    off: tuple[str, ...] = ()
    """Views that shall not run."""


class GroupSettings(_Part):
    """How meetings become groups."""

    resolution: float = Field(default=0.4, gt=0)
    """Leiden's resolution (constant Potts model): the mean surprise per pair, in decades, that holds a group together."""


class OutlierSettings(_Part):
    """How people and places are compared with their peers."""

    min_peers: int = Field(default=20, ge=5)
    """Fewer peers than this and no score is given."""


class RingSettings(_Part):
    """When a group becomes a ring and when a ring is put forward."""

    min_patients: int = Field(default=4, ge=2)
    """Groups of fewer patients are no rings."""
    list_score: float | None = Field(default=None)
    """The score a ring needs to be listed; without it the calibrated default is used."""


class ReferralSettings(_Part):
    """What goes on the list."""

    capacity: int | None = Field(default=None, ge=1)
    """How many rings the team can open; None lists all that qualify."""
    browser_url: str = "http://localhost:7474"
    """Where investigators' Neo4j Browser answers; used in links only."""


class PrivacySettings(_Part):
    """What people may read."""

    mask_ids: bool = False
    """Replace person ids by stable keyed codes in everything that people read."""
    code_key: SecretStr = Field(default_factory=lambda: SecretStr(os.environ.get("FRAUDGRAPH_CODE_KEY", "")))
    """The secret that keys the codes; from the environment variable FRAUDGRAPH_CODE_KEY, never written anywhere."""


class RunSettings(_Part):
    """How the run itself works."""

    seed: int = Field(default=20251001, ge=0)
    """The seed of everything random."""
    threads: int = Field(default=2, ge=1)
    """Threads DuckDB may use."""
    memory_limit_gib: float = Field(default=3.0, gt=0.25)
    """Memory DuckDB may use before it spills to disk, GiB."""
    window_months: int | None = Field(default=None, ge=1)
    """Use only this many months up to the month asked for; None uses all claims given."""


class Settings(_Part):
    """All settings of a run."""

    source: SourceSettings = SourceSettings()
    screening: ScreeningSettings = ScreeningSettings()
    meetings: MeetingSettings = MeetingSettings()
    groups: GroupSettings = GroupSettings()
    outliers: OutlierSettings = OutlierSettings()
    rings: RingSettings = RingSettings()
    referral: ReferralSettings = ReferralSettings()
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    run: RunSettings = RunSettings()


def load_settings(path: Path | None = None, *, seed: int | None = None) -> Settings:
    """Read a settings file, or the defaults where none is given.

    Parameters
    ----------
    path : Path, optional
        A TOML file with the sections of `Settings`.
    seed : int, optional
        Replaces `run.seed`.

    Raises
    ------
    SettingsError
        If the file can't be read, is no TOML, or holds an unknown key or an unusable value.
    """
    raw: dict[str, Any] = {}
    if path is not None:
        raw = _read_toml(path)
    if seed is not None:
        raw.setdefault("run", {})["seed"] = seed
    try:
        return Settings.model_validate(raw)
    except ValidationError as problem:
        raise _explain(problem, path) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"Settings file {path} does not exist. Check the path, or leave --settings out to use the defaults.",
            f"设置文件 {path} 不存在，请检查路径；不带 --settings 则使用默认设置。",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise SettingsError(
            f"Settings file {path} can't be read as TOML in UTF-8: {problem}. Correct the file and run again.",
            f"设置文件 {path} 不能按 UTF-8 编码的 TOML 读取：{problem}。请改正后重新运行。",
        ) from None


def _explain(problem: ValidationError, path: Path | None) -> SettingsError:
    where = str(path) if path is not None else "the command line"
    first = problem.errors()[0]
    location = [str(part) for part in first["loc"]]
    key = ".".join(location)
    if first["type"] == "extra_forbidden":
        hint_en, hint_zh = nearest_hint(location[-1], _known_keys(location[:-1]))
        return SettingsError(
            f"Unknown setting {key!r} in {where}; {hint_en}",
            f"{where} 中有未知的设置项 {key!r};{hint_zh}",
        )
    return SettingsError(
        f"Setting {key!r} in {where} has the value {first['input']!r}, which can't be used: {first['msg']}. Correct it.",
        f"{where} 中设置项 {key!r} 的值 {first['input']!r} 不可用：{first['msg']}。请改正。",
    )


def _known_keys(section: list[str]) -> list[str]:
    model: type[BaseModel] = Settings
    for name in section:
        part = model.model_fields[name].annotation if name in model.model_fields else None
        if not (isinstance(part, type) and issubclass(part, BaseModel)):
            return []
        model = part
    return sorted(model.model_fields)
