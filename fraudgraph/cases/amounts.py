"""Amounts as documents write them: yuan with two decimals, and in words 人民币大写."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from fraudgraph.errors import UsageError

__all__ = ["amount_as_typed", "in_words"]

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def amount_as_typed(text: str, option: str) -> Decimal:
    """An amount in yuan with at most two decimals, not below zero.

    Raises
    ------
    UsageError
        If it is something else.
    """
    try:
        found = Decimal(text.replace(",", ""))
        if found.is_finite() and 0 <= found < Decimal(10) ** 14 and found == found.quantize(Decimal("0.01")):
            return found.quantize(Decimal("0.01"))
    except InvalidOperation:
        pass
    raise UsageError(
        f"{option} takes yuan with at most two decimals, from 0, not {text!r}.",
        f"{option} 应为不小于 0、至多两位小数的金额（元），不能是 {text!r}。",
    )


def in_words(amount: Decimal) -> str:
    """An amount in words, as documents write it beside the figure.

    Parameters
    ----------
    amount : Decimal
        Yuan, with two decimals.
    """
    fen = int(amount * 100)
    yuan, (jiao, rest) = fen // 100, divmod(fen % 100, 10)
    words = _whole(yuan) + "元" if yuan else ""
    if jiao == rest == 0:
        return (words or "零元") + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif yuan:
        words += "零"
    return words + (_DIGITS[rest] + "分" if rest else "整")


def _whole(number: int) -> str:
    words, gap = "", False
    groups = []
    while number:
        number, low = divmod(number, 10000)
        groups.append(low)
    for place in range(len(groups) - 1, -1, -1):
        low = groups[place]
        if low == 0:
            gap = bool(words)
            continue
        if words and (gap or low < 1000):
            words += "零"
        words += _four(low) + _GROUPS[place]
        gap = False
    return words


def _four(number: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
