"""Decisions are found by their number."""

from __future__ import annotations

import re

from tests.house.tree import ROOT

STATUS = re.compile(r"^Date: \d{4}-\d\d-\d\d\. Status: (in force|replaced by \d{4})", re.MULTILINE)
PAGES = sorted(path for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md")


def test_every_decision_has_a_number_of_its_own_and_says_it() -> None:
    numbers = [int(path.name[:4]) for path in PAGES]
    assert numbers == list(range(1, len(PAGES) + 1))
    for path in PAGES:
        assert path.read_text("utf-8").startswith(f"# {path.name[:4]} "), path.name


def test_every_decision_fits_a_page_and_says_whether_it_is_in_force() -> None:
    for path in PAGES:
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= 60, path.name
        assert STATUS.search(text), path.name
