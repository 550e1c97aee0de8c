"""Settings: one TOML file, read once, frozen, printable. An unknown key is an error that names the nearest."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from fraudgraph.errors import SettingsError, nearest_hint

__all__ = [
    "CalibrationSettings",
    "CaseworkSettings",
    "GroupSettings",
    "MeetingSettings",
    "MonthSettings",
    "OutlierSettings",
    "PrivacySettings",
    "ReferralSettings",
    "RingSettings",
    "RouteSettings",
    "RunSettings",
    "ScreeningSettings",
    "Settings",
    "SourceSettings",
    "WatchSettings",
    "kept_settings",
    "load_settings",
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceSettings(_Part):
    """How delivered files are read."""

    max_reject_share: float = Field(default=0.05, ge=0, le=1)
    """Share of rows set aside, per table, above which the run stops with exit code 4."""
    zone: str = "Asia/Shanghai"
    """The zone of the sources: moments that come with an offset (Z, +00:00, seconds since 1970) become its local time."""
    decimal: Literal[".", ","] | None = None
    """What marks decimals where the values of a column leave it open (1.234 or 1,234); a mapping file can say it by table."""
    date_order: Literal["mdy", "dmy"] | None = None
    """What comes first in 03/04/2025 where the values of a column leave it open; a mapping file can say it by table."""
    missing: tuple[str, ...] = ()
    """The supplier's own words for "not known", beside those that the program knows."""


class ScreeningSettings(_Part):
    """Which screening models run and with which thresholds."""

    off: tuple[str, ...] = ()
    """Ids of models that shall not run."""
    parameters: dict[str, dict[str, float | int | str | bool]] = Field(default_factory=dict)
    """Thresholds by model id, in place of the defaults in the model's own file."""
    max_seconds: float = Field(default=900, gt=0)
    """A model still at work after so many seconds is stopped; the others go on."""
    folder: Path | None = None
    """A folder of models made on site (`fraudgraph screens new`); they run with the built-in ones."""


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
    """The score a ring needs to be listed (ten points are one nat of log odds); without it 0: as likely a ring as not."""
    terms_file: Path | None = None
    """A table of likelihood terms to use instead of the built-in one (trees, a row a node; docs/worlds.md)."""
    explanations_off: tuple[str, ...] = ()
    """Names of lawful explanations that shall not be tried (to see what each is worth; never for a list that is used)."""


class CalibrationSettings(_Part):
    """How many rings chance alone would make."""

    shuffles: int = Field(default=0, ge=0, le=50)
    """How many times the search is repeated on people dealt out anew; 0 leaves q-values empty."""


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


class MonthSettings(_Part):
    """How the monthly job works; only `fraudgraph month` and `fraudgraph watch` read this."""

    window_months: int = Field(default=12, ge=1)
    """How many months up to the one asked for are scored."""
    late_share: float = Field(default=0.01, ge=0, le=1)
    """A delivery is late for a month already published if it adds, changes or withdraws at least this share of its claims; less waits."""
    quarantine: bool = False
    """Put delivered files that can't be used aside, each with the reason, and go on with the rest."""
    keep_months: int | None = Field(default=None, ge=1)
    """Months that are kept: `fraudgraph workspace forget --by-retention` removes what is older; None keeps all."""
    collect: tuple[str, ...] = ()
    """Paths with wildcards, {month} stands for 2025-10: files that match are copied to the inbox before work begins."""
    database: str | None = None
    """A Python database driver (DB-API 2.0) that is installed beside the program, such as sqlite3 or oracledb."""
    database_connect: dict[str, str | int] = Field(default_factory=dict)
    """What the driver's connect() takes; a value of the form $NAME is read from the environment."""
    queries: dict[str, str] = Field(default_factory=dict)
    """Name of a table to the SQL that fetches it; {first_day} and {last_day} of the month may stand in it."""
    publish_graph: bool = False
    """Load the month into the workspace's local Neo4j once the list is safe."""


class RouteSettings(_Part):
    """From where on which authority is suggested. Amounts in yuan; provinces set figures of their own."""

    police_yuan: float = Field(default=10_000, gt=0)
    """Fund above expectation, beyond doubt, from which the police are suggested."""
    police_source: str = (
        "《刑法》第266条；诈骗刑事案件司法解释（法释〔2011〕7号）第1条：数额较大三千元至一万元以上，各省自定"
    )
    """Legal source of that amount."""
    police_least_patients: int = Field(default=4, ge=1)
    """Fewer patients than this and it is no organised matter for the police."""
    police_procedure: str = "《行政执法机关移送涉嫌犯罪案件的规定》（国务院令第310号）；医保发〔2021〕49号"
    """How a case goes to the police."""
    discipline_source: str = "国务院令第310号第19条：公职人员涉嫌违纪违法的线索移送监察机关"
    """Legal source of handing leads about officials over."""
    market_source: str = "《医疗保障基金使用监督管理条例》第19条、第22条；《药品管理法》"
    """Legal source of handing leads about drugs over."""
    health_source: str = "《医疗保障基金使用监督管理条例》第22条；《医师法》第14条、第15条"
    """Legal source of handing leads about practice over."""
    agreement_source: str = (
        "《医疗保障基金使用监督管理条例》第13条、第38条至第40条；《社会保险经办条例》第43条"
    )
    """Legal source of handling under the agreement with a place."""
    bureau_source: str = "《医疗保障基金使用监督管理条例》第41条"
    """Legal source of handling by the bureau where only persons are concerned."""
    discipline_models: tuple[str, ...] = ("M102", "M111", "M112", "M115")
    """Screening models whose flags may point at officials or agency staff."""
    market_models: tuple[str, ...] = ("M051", "M070", "M071", "M072", "M075", "M077", "M086")
    """Screening models of drug resale, purchase papers and trace codes."""
    health_models: tuple[str, ...] = ("M089", "M091", "M093", "M094", "M096")
    """Screening models of licences, registered places and scope of practice."""


class CaseworkSettings(_Part):
    """What investigators decided, and what the list makes of it."""

    cleared_growth: float = Field(default=0.5, gt=0)
    """A cleared ring comes back once its claims since the verdict are this share of those before it."""
    cleared_months: int = Field(default=12, ge=1)
    """A verdict `cleared` without an expiry of its own holds for this many months."""
    changed_share: float = Field(default=0.2, gt=0, le=1)
    """Members joined or left, as a share of those before, from which a ring counts as grown or shrunk."""
    dormant_months: int = Field(default=2, ge=1)
    """Without a meeting for this many months a ring is dormant."""
    close_months: int = Field(default=12, ge=1)
    """Dormant for this many months, a ring is closed."""
    due_days: int = Field(default=60, ge=1)
    """Days from the first listing until an answer is due."""
    owners: dict[str, str] = Field(default_factory=dict)
    """District code to the team or person who answers for its rings."""
    districts: dict[str, str] = Field(default_factory=dict)
    """District code to its name; a code is the first six digits of a place's code, or the residence code of a patient."""
    seed_points: float = Field(default=10.0, ge=0)
    """Most points that members of confirmed rings bring to another ring."""
    reweigh: bool = False
    """Use the weights learned from verdicts in place of the built-in ones."""
    reweigh_least: int = Field(default=30, ge=10)
    """Fewer verdicts than this and no weights are learned."""


class WatchSettings(_Part):
    """The daily look."""

    window_months: int = Field(default=3, ge=1)
    """Months in which new rings are looked for each day."""


class Settings(_Part):
    """All settings of a run."""

    source: SourceSettings = SourceSettings()
    screening: ScreeningSettings = ScreeningSettings()
    meetings: MeetingSettings = MeetingSettings()
    groups: GroupSettings = GroupSettings()
    outliers: OutlierSettings = OutlierSettings()
    rings: RingSettings = RingSettings()
    calibration: CalibrationSettings = CalibrationSettings()
    referral: ReferralSettings = ReferralSettings()
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    run: RunSettings = RunSettings()
    month: MonthSettings = MonthSettings()
    casework: CaseworkSettings = CaseworkSettings()
    routes: RouteSettings = RouteSettings()
    watch: WatchSettings = WatchSettings()


def load_settings(
    path: Path | None = None,
    *,
    seed: int | None = None,
    capacity: int | None = None,
    shuffles: int | None = None,
) -> Settings:
    """Read a settings file, or the defaults where none is given.

    Parameters
    ----------
    path : Path, optional
        A TOML file with the sections of `Settings`.
    seed : int, optional
        Replaces `run.seed`.
    capacity : int, optional
        Replaces `referral.capacity`.
    shuffles : int, optional
        Replaces `calibration.shuffles`.

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
    if capacity is not None:
        raw.setdefault("referral", {})["capacity"] = capacity
    if shuffles is not None:
        raw.setdefault("calibration", {})["shuffles"] = shuffles
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as problem:
        raise _explain(problem, path) from None
    if settings.privacy.mask_ids and not settings.privacy.code_key.get_secret_value():
        raise SettingsError(
            "Setting 'privacy.mask_ids' is on, but the environment variable FRAUDGRAPH_CODE_KEY that keys the "
            "codes is empty. Set it to a secret of your own (the same one every month) and run again.",
            "设置项 'privacy.mask_ids' 已打开，但用于生成代码的环境变量 FRAUDGRAPH_CODE_KEY 为空。请设为本单位自定的密钥（每月相同）后重新运行。",
        )
    return settings


def kept_settings(raw: dict[str, Any]) -> Settings:
    """Settings as an earlier run kept them; a key that this version does not know is left out.

    Raises
    ------
    ValueError
        If a value can't be used.
    """
    sections = {
        name: part for name, part in raw.items() if name in Settings.model_fields and isinstance(part, dict)
    }
    known = {
        name: {key: value for key, value in part.items() if key in _known_keys([name]) and key != "code_key"}
        for name, part in sections.items()
    }
    return Settings.model_validate(known)


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
