"""What makes a password acceptable. Hashing is elsewhere; both work on `prepared`, so both see the same characters.

Length is what protects (NIST SP 800-63B): no rules about digits and symbols, only refusals of what guessers try first.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum
from itertools import pairwise

from rules.famous_passwords import is_famous

MINIMUM = 15
MINIMUM_WITH_SECOND_FACTOR = 8
MAXIMUM = 256

_FEWEST_DIFFERENT = 5
_LEAST_BESIDES_NAMES = 8
_OURS = "Calendera"
_SEQUENCES = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
)
_STEPS = frozenset(a + b for row in _SEQUENCES for line in (row, row[::-1]) for a, b in pairwise(line))
_MOST_STEPS = 0.7


class PasswordProblem(Enum):
    """Why a password is refused, each with what to do."""

    TOO_SHORT = "Use at least 15 characters; a sentence of four or five words is easy to remember."
    TOO_SHORT_WITH_SECOND_FACTOR = "Use at least 8 characters."
    TOO_LONG = "Use at most 256 characters."
    UNREADABLE = "Use characters that can be typed; this contains a control character or half of a character."
    CONTAINS_EMAIL = "Do not build the password from your email address."
    CONTAINS_NAME = "Do not build the password from your name, the name of a business you work in, or ours."
    REPETITIVE = "Do not repeat a few characters or a short piece over and over."
    SEQUENCE = "Do not use a run of the alphabet, of digits or of keys that lie side by side."
    FAMOUS = "This is one of the first passwords that guessers try; choose another."

    @property
    def message(self) -> str:
        return self.value


def prepared(password: str) -> str:
    """Return the form that is hashed and compared: NFKC, so that two keyboards type the same password."""
    return unicodedata.normalize("NFKC", password)


def problems(
    password: str, email: str, *, names: Iterable[str] = (), second_factor: bool = False
) -> tuple[PasswordProblem, ...]:
    """Return every reason to refuse `password` for the owner of `email`; empty means it is accepted.

    `names` are what somebody who knows the person would try: their own, and those of businesses.

    A password of the wrong length or with characters nobody can type is not looked at further.
    """
    if len(password) > MAXIMUM or len(prepared(password)) > MAXIMUM:
        return (PasswordProblem.TOO_LONG,)
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in password):
        return (PasswordProblem.UNREADABLE,)
    short = _too_short(password, second_factor=second_factor)
    if short:
        return (short,)
    plain = prepared(password).lower()
    checks = {
        PasswordProblem.CONTAINS_EMAIL: _is_built_from_email(plain, prepared(email).lower()),
        PasswordProblem.CONTAINS_NAME: _is_built_from(plain, _parts_of([*names, _OURS])),
        PasswordProblem.REPETITIVE: _is_repetitive(plain),
        PasswordProblem.SEQUENCE: _is_sequence(plain),
        PasswordProblem.FAMOUS: is_famous(plain),
    }
    return tuple(problem for problem, found in checks.items() if found)


def _too_short(password: str, *, second_factor: bool) -> PasswordProblem | None:
    # NFKC turns some single characters into up to eighteen, NFC does not: what was typed is what counts.
    length = min(len(unicodedata.normalize("NFC", password)), len(prepared(password)))
    if second_factor:
        return PasswordProblem.TOO_SHORT_WITH_SECOND_FACTOR if length < MINIMUM_WITH_SECOND_FACTOR else None
    return PasswordProblem.TOO_SHORT if length < MINIMUM else None


def is_short(password: str) -> bool:
    """Whether a password is long enough only beside a second factor."""
    return _too_short(password, second_factor=False) is not None


def _is_built_from_email(plain: str, email: str) -> bool:
    """Whether the address, or its parts, make up so much of the password that little is left without them."""
    local, _, domain = email.partition("@")
    if email and email in plain:
        return True
    return _is_built_from(plain, {local, domain, *re.split(r"[.+_-]", local), domain.partition(".")[0]})


def _parts_of(names: Iterable[str]) -> set[str]:
    lowered = [prepared(name).lower() for name in names]
    return {part for name in lowered for part in (name, re.sub(r"[\W_]", "", name), *re.split(r"[\W_]+", name))}


def _is_built_from(plain: str, parts: set[str]) -> bool:
    rest = plain
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= 3:
            rest = rest.replace(part, "")
    return rest != plain and len(rest) < _LEAST_BESIDES_NAMES


def _is_repetitive(plain: str) -> bool:
    if len(set(plain)) < _FEWEST_DIFFERENT:
        return True
    # A text is some piece repeated exactly when it occurs inside two of itself; the tail may be cut off.
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 2 + 1))


def _is_sequence(plain: str) -> bool:
    pairs = [plain[i : i + 2] for i in range(len(plain) - 1)]
    return sum(pair in _STEPS for pair in pairs) >= _MOST_STEPS * len(pairs)
