"""What names and tags are found and sorted by: the same for every spelling that a person would call the same."""

from __future__ import annotations

import unicodedata

SEARCH_LENGTH = 120


def search_key(text: str) -> str:
    """Return `text` without capitals, accents and wide forms: "Zoë  ŁUKASZ" → `zoe lukasz`, "STRASSE" = "Straße".

    It is stored beside the name, because neither database folds all scripts by itself, and they differ in what they
    fold. Cleaning twice changes nothing. It is coarser than the name: a match is a find, never proof of sameness.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(char for char in folded if unicodedata.category(char) not in ("Mn", "Cf"))
    return " ".join(plain.translate(_WITHOUT_STROKE).split())


# Letters that Unicode does not take apart, though people type them without their stroke.
_WITHOUT_STROKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
