"""Models made on site: a working template, and sets of models that teams share with their hash."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from fraudgraph.errors import ModelError, StorageError, UsageError
from fraudgraph.screening.cards import MODELS_FOLDER, load_screens, parse_screen
from fraudgraph.screening.check import check_screen

__all__ = ["export_screens", "import_screens", "new_screen"]

_FORM = "fraudgraph screens 1"
_TEMPLATE = """/*---
id = "{id}"
name = "{name}"
version = 1
family = "drugs"
title = "many purchases in a month"
title_zh = "月购药次数过多"
level = "person"
result = "suspicious"
scheme = "overuse"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Does a person buy at pharmacies more often in a month than usual?"
question_zh = "参保人一个月内药店购药次数是否明显过多？"
look_alike = "Write here what lawful reason would look the same, and set it aside in the SELECT."
look_alike_zh = "在此写明外观相同的合理情形，并在 SELECT 中排除。"
exclusions = ["refunded claims"]
reason_zh = "参保人 {{subject_id}} 在 {{month}} 购药 {{purchase_count}} 次，基金支付 {{amount}} 元。"
reason_en = "Insured person {{subject_id}} bought {{purchase_count}} times in {{month}}; the fund paid {{amount}} yuan."
severity = 2
money_rule = "net fund amount of the month's purchases"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
[parameters.max_purchases]
default = 8
origin = "own choice: change it here or in the settings"
---*/
SELECT
  patient_id AS subject_id,
  list_sort(array_agg(DISTINCT patient_id)) AS member_ids,
  list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  least(1.0, CAST(0.2 + 0.05 * (count(*) - $max_purchases) AS DOUBLE)) AS strength,
  {{'month': year(event_date) * 100 + month(event_date), 'purchase_count': count(*)}} AS facts
FROM claims
WHERE claim_type = 'pharmacy' AND counted AND event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY patient_id, year(event_date) * 100 + month(event_date)
HAVING count(*) > $max_purchases
"""


def new_screen(name: str, folder: Path) -> Path:
    """Write a model that works as it stands, to be changed into one's own.

    Parameters
    ----------
    name : str
        Small letters, digits and underscores; becomes the file's name.
    folder : Path
        Where to write it; made if missing.

    Raises
    ------
    UsageError
        If the name can't be used or is taken.
    StorageError
        If the folder can't be written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,59}", name):
        raise UsageError(
            f"A model can't be named {name!r}; use 3 to 60 small letters, digits and underscores, beginning with a letter.",
            f"模型不能命名为 {name!r}；请用 3 至 60 个小写字母、数字和下划线，以字母开头。",
        )
    path = folder / f"{name}.sql"
    if path.exists() or (MODELS_FOLDER / path.name).exists():
        raise UsageError(
            f"There is already a model named {name!r}. Choose another name.",
            f"已有名为 {name!r} 的模型，请换一个名称。",
        )
    taken = {screen.id for screen in load_screens()} | {_id_of(other) for other in folder.glob("*.sql")}
    number = next(count for count in range(1, 10_000) if f"S{count:03d}" not in taken)
    _write(path, _TEMPLATE.format(id=f"S{number:03d}", name=name))
    return path


def export_screens(folder: Path, target: Path) -> str:
    """Put a folder's models into one file to hand to another team.

    Returns
    -------
    str
        The SHA-256 of the set, to be read out to the other team.

    Raises
    ------
    ModelError
        If one of the models breaks the form; nothing is written then.
    UsageError
        If the folder holds no models.
    """
    paths = sorted(folder.glob("*.sql"))
    if not paths:
        raise UsageError(
            f"The folder {folder} holds no models (*.sql). Check the path.",
            f"目录 {folder} 中没有模型（*.sql），请检查路径。",
        )
    for path in paths:
        check_screen(parse_screen(path))
    models = {path.name: path.read_text(encoding="utf-8") for path in paths}
    digest = _digest(models)
    _write(
        target, json.dumps({"form": _FORM, "sha256": digest, "models": models}, ensure_ascii=False, indent=1)
    )
    return digest


def import_screens(source: Path, folder: Path) -> tuple[list[Path], str]:
    """Take over a set of models from another team, under the same checks as one's own.

    Returns
    -------
    tuple of list of Path and str
        The files written, and the set's SHA-256 to compare with what the other team says.

    Raises
    ------
    ModelError
        If the file is damaged or was changed on the way, or a model breaks the form; nothing is written then.
    UsageError
        If a file of the same name with other content is there already.
    """
    models, digest = _read_set(source)
    for name, text in models.items():
        present = folder / name
        if present.exists() and present.read_text(encoding="utf-8") != text:
            raise UsageError(
                f"{present} exists and differs from the model in {source.name}. Rename yours, or remove it, and import again.",
                f"{present} 已存在且与 {source.name} 中的模型不同。请改名或删除后重新导入。",
            )
    written: list[Path] = []
    try:
        for name, text in models.items():
            fresh = not (folder / name).exists()
            _write(folder / name, text)
            if fresh:
                written.append(folder / name)
            check_screen(parse_screen(folder / name))
    except ModelError:
        for path in written:
            path.unlink()
        raise
    return written, digest


def _read_set(source: Path) -> tuple[dict[str, str], str]:
    try:
        held: Any = json.loads(source.read_text(encoding="utf-8"))
        models, digest = held["models"], held["sha256"]
        sound = held["form"] == _FORM and all(
            isinstance(text, str) and re.fullmatch(r"[a-z][a-z0-9_]*\.sql", name)
            for name, text in models.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        sound, models, digest = False, {}, ""
    if not sound:
        raise ModelError(
            f"{source} is no set of screening models. Ask for a file written by `fraudgraph screens export`.",
            f"{source} 不是筛查模型集。请索取由 `fraudgraph screens export` 写出的文件。",
        )
    if _digest(models) != digest:
        raise ModelError(
            f"The models in {source} do not match the hash written beside them: the file was changed or damaged. Ask for it again.",
            f"{source} 中的模型与所附校验值不符：文件被改动或损坏，请重新索取。",
        )
    return models, digest


def _digest(models: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(models, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _id_of(path: Path) -> str:
    found = re.search(
        r'^id = "([A-Z0-9_]+)"', path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
    )
    return found[1] if found else ""


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    except OSError as problem:
        raise StorageError(
            f"{path} can't be written: {problem.strerror}. Check the folder and its permissions.",
            f"无法写入 {path}：{problem.strerror}。请检查目录和权限。",
        ) from None
