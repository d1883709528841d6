"""Second factors: what proves somebody beside the password, and how recovery codes are written."""

from __future__ import annotations

from enum import Enum

ISSUER = "Calendera"
RECOVERY_CODES = 10
# Crockford's letters: none is taken for another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECOVERY_LENGTH = 16  # of 5 bits each: 80 bits, which nobody guesses
_GROUP = 4
_ALIKE = str.maketrans("OIL", "011")


class SecondFactor(Enum):
    """With what a sign-in is completed."""

    CODE = "CODE"
    PASSKEY = "PASSKEY"
    RECOVERY_CODE = "RECOVERY_CODE"


def recovery_code(letters: str) -> str:
    """A recovery code as it is shown: `7KQ2-M0ZT-…`."""
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def typed_recovery_code(text: str) -> str | None:
    """The letters of a recovery code as somebody typed it, in any case and grouping; None for what is none."""
    letters = "".join(char for char in text if char not in " -\t\n").upper().translate(_ALIKE)
    return letters if len(letters) == RECOVERY_LENGTH and set(letters) <= set(ALPHABET) else None
