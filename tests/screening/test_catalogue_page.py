"""The catalogue page says what the cards say, and names every model."""

from __future__ import annotations

from bench.screens import PAGE, read_figures
from bench.screens.seen import read_seen
from fraudgraph.screening import catalogue_page, load_screens


def test_the_page_is_what_the_cards_and_the_figures_give() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == catalogue_page(load_screens(), read_figures(), read_seen()), (
        "run: python -m bench screens --page"
    )


def test_every_planted_violation_was_found_and_no_look_alike_flagged() -> None:
    figures = read_figures()
    for screen in load_screens():
        measured = figures[screen.id]
        assert measured.planted
        assert measured.look_alikes
        assert (measured.found, measured.wrong) == (measured.planted, 0), screen.id


def test_every_model_was_seen_firing_somewhere() -> None:
    assert {screen.id for screen in load_screens()} == set(read_seen())
