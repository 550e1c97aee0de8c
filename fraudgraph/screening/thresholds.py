"""Thresholds of the models: the defaults of their cards, changed by the settings."""

from __future__ import annotations

from fraudgraph.errors import SettingsError, nearest_hint
from fraudgraph.records import Screen
from fraudgraph.screening.check import Value, default_parameters
from fraudgraph.settings import ScreeningSettings

__all__ = ["check_settings", "model_parameters"]


def model_parameters(screen: Screen, settings: ScreeningSettings) -> dict[str, Value]:
    """The values a model runs with: its defaults, changed by the settings."""
    return {**default_parameters(screen), **settings.parameters.get(screen.id, {})}


def check_settings(settings: ScreeningSettings, screens: tuple[Screen, ...]) -> None:
    """Settings name only models and thresholds that exist; a SettingsError names what would fit."""
    by_id = {screen.id: screen for screen in screens}
    for model in (*settings.off, *settings.parameters):
        if model not in by_id:
            hint_en, hint_zh = nearest_hint(model, list(by_id))
            raise SettingsError(
                f"The screening settings name the model {model!r}, which does not exist; {hint_en}",
                f"筛查设置中的模型 {model!r} 不存在；{hint_zh}",
            )
    for model, values in settings.parameters.items():
        defaults = {parameter.name: parameter.default for parameter in by_id[model].parameters}
        for name, value in values.items():
            if name not in defaults:
                hint_en, hint_zh = nearest_hint(name, list(defaults))
                raise SettingsError(
                    f"The screening settings give model {model} the threshold {name!r}, which it does not have; {hint_en}",
                    f"筛查设置给模型 {model} 的阈值 {name!r} 不存在；{hint_zh}",
                )
            if _kind(value) != _kind(defaults[name]):
                raise SettingsError(
                    f"The screening settings give model {model} the threshold {name!r} = {value!r}; expected a value like {defaults[name]!r}.",
                    f"筛查设置给模型 {model} 的阈值 {name!r} 为 {value!r}，应为类似 {defaults[name]!r} 的值。",
                )


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "switch"
    return "number" if isinstance(value, int | float) else "text"
