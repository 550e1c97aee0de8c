"""Internal version numbers and the products they belong to."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NEWEST", "Version", "product_of"]

PRODUCTS = (
    (539, "2000"), (612, "2005"), (655, "2008"), (661, "2008 R2"), (706, "2012"), (782, "2014"), (852, "2016"),
    (869, "2017"), (904, "2019"), (957, "2022"), (998, "2025"),
)  # fmt: skip
"""Highest internal version of each product (Microsoft, "Internal database version numbers")."""


@dataclass(frozen=True, slots=True)
class Version:
    """The internal number of a database's format and the product that it is of."""

    internal: int
    product: str

    def __str__(self) -> str:
        return f"SQL Server {self.product} ({self.internal})"


NEWEST = PRODUCTS[-1][0]
"""The highest internal version known here."""


def product_of(internal: int) -> str:
    """The product year of an internal version."""
    return next((year for top, year in PRODUCTS if internal <= top), f"newer than {PRODUCTS[-1][1]}")
