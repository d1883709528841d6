"""What differs between two versions of the policy, and whether that is material: computed, so that nobody decides it.

The rule: a change is material where the words of any passage differ, whatever they say; the contact is the exception.
Spacing, punctuation, capitals and headings are no words. A word of five letters or more that has the same letters in
another order, or one of them doubled, is the same word misspelt (`recieve`). Any other mended misspelling counts as
material: telling people once too often is better than a "not" that became a "now".
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privacy.policy import Policy

_MISSPELT_FROM = 5
_WORD = re.compile(r"\w+")
_DOUBLED = re.compile(r"(.)\1")


class ChangeKind(enum.Enum):
    """What became of a passage. EDITORIAL: it says the same."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    EDITORIAL = "EDITORIAL"


@dataclass(frozen=True, slots=True)
class Change:
    """One passage that is not what it was. `before` and `after` are its sentences; none where it was not there."""

    passage: str
    heading: str
    kind: ChangeKind
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def material(self) -> bool:
        return self.kind is not ChangeKind.EDITORIAL and self.passage != "contact"


def changes(before: Policy, after: Policy) -> list[Change]:
    """Every passage that differs, in the order of the later version; those that are gone at the end."""
    old, new = before.passages, after.passages
    found = []
    for number in [*new, *(gone for gone in old if gone not in new)]:
        was, now = old.get(number), new.get(number)
        if was == now and (number != "contact" or before.contact == after.contact):
            continue
        there = now or was
        assert there is not None  # noqa: S101 - it came from one of the two
        kind = ChangeKind.ADDED if was is None else ChangeKind.REMOVED
        if was is not None and now is not None:
            same = _words(was.sentences) == _words(now.sentences)
            kind = ChangeKind.EDITORIAL if same else ChangeKind.CHANGED
        found.append(
            Change(number, there.heading, kind, was.sentences if was else (), now.sentences if now else ())
        )  # fmt: skip
    return found


def material(before: Policy, after: Policy) -> bool:
    """Whether whoever relied on the earlier version has to be told."""
    return any(change.material for change in changes(before, after))


def _words(sentences: Sequence[str]) -> list[str]:
    text = unicodedata.normalize("NFKC", " ".join(sentences)).casefold()
    return [_spelt(word) for word in _WORD.findall(text)]


def _spelt(word: str) -> str:
    misspelt = len(word) >= _MISSPELT_FROM and word.isalpha()
    return "".join(sorted(_DOUBLED.sub(r"\1", word))) if misspelt else word
