"""Where each sentence of the founding document, the policy this product started from, is kept in ours.

The founding text is not ours to repeat: a sentence is named by its section, its place there and the start of its
SHA-256. Sections are `header`, `1` to `10` and `contact`; places count from 1.
"""

import hashlib
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_DIGEST_LENGTH = 12


@dataclass(frozen=True, slots=True)
class FoundingSentence:
    """One sentence of the founding document and the passage of our policy (`5.3`) that keeps it."""

    section: str
    ordinal: int
    digest: str
    kept_by: str


@cache
def founding_sentences() -> tuple[FoundingSentence, ...]:
    """Return every sentence of the founding document in its order."""
    text = files("privacy").joinpath("founding.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["sentences"]
    return tuple(FoundingSentence(section, ordinal, digest, kept_by) for section, ordinal, digest, kept_by in rows)


def digest(sentence: str) -> str:
    """Return the start of the sentence's SHA-256, in hex; spaces at its ends and line breaks do not count."""
    text = unicodedata.normalize("NFC", " ".join(sentence.split()))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
