"""Masks: what is shown of a personal value to someone who may know that it exists but not what it is.

A mask shows at most one grapheme of a part, and none of a part shorter than three, because the first letter of "Bo"
is half of it. It has a fixed shape, so it does not tell how long the value is. Same value, same mask: no state.
"""

import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from rules.calling_codes import calling_code
from rules.graphemes import graphemes

ELLIPSIS = "…"
_SHORTEST_PART_THAT_SHOWS = 3
_LONGEST_GRAPHEME_THAT_SHOWS = 12  # a family emoji with skin tones; a letter under a heap of accents is more
_LONGEST_TOP_DOMAIN_THAT_SHOWS = 6
_FEWEST_DIGITS_THAT_SHOW = 7


class Mask(StrEnum):
    """How a personal value is shown to those who may not read it."""

    NAME = "NAME"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    TEXT = "TEXT"


def mask(kind: Mask, value: str) -> str:
    """Return `value` as `kind` shows it. The empty text stays empty: there is nothing to hide."""
    return _MASKS[kind](value) if value else ""


def mask_name(value: str) -> str:
    """`Ada King Lovelace` → `A… L…`: the first and the last word, and no sign of those between."""
    words = value.split()
    shown = words if len(words) < 2 else [words[0], words[-1]]
    return " ".join(_initial(word) for word in shown) or mask_text(value)


def mask_email(value: str) -> str:
    """`ada@mail.example.com` → `a…@m….com`. What is not an address is masked as text."""
    local, at, domain = value.strip().rpartition("@")
    if not (local and at and domain):
        return mask_text(value)
    host, dot, top = domain.rpartition(".")
    if not (host and top.isascii() and top.isalpha() and len(top) <= _LONGEST_TOP_DOMAIN_THAT_SHOWS):
        return f"{_initial(local)}@{ELLIPSIS}"
    return f"{_initial(local)}@{_initial(host)}{dot}{top}"


def mask_phone(value: str) -> str:
    """`+1 555 123 2253` → `+1 ••• ••53`: the country and the last two digits of a number of seven or more."""
    digits = "".join(str(unicodedata.decimal(char)) for char in value if char.isdecimal())
    international = _after_prefix(value, digits)
    country = calling_code(international)
    national = international[len(country) :] or digits
    if len(national) < _FEWEST_DIGITS_THAT_SHOW:
        return "••• ••••" if value else ""
    return f"+{country} ••• ••{national[-2:]}" if country else f"••• ••{national[-2:]}"


def mask_text(value: str) -> str:
    """Show nothing of the text but that there is one."""
    return ELLIPSIS if value else ""


def _initial(part: str) -> str:
    """The first grapheme and an ellipsis; the ellipsis alone where one grapheme would tell too much."""
    clusters = graphemes("".join(char for char in part if not _is_invisible(char)))
    if len(clusters) < _SHORTEST_PART_THAT_SHOWS or len(clusters[0]) > _LONGEST_GRAPHEME_THAT_SHOWS:
        return ELLIPSIS
    return f"{clusters[0]}{ELLIPSIS}"


def _is_invisible(char: str) -> bool:
    """Controls, and what would turn the text around the mask; joiners and tags belong to their emoji."""
    category = unicodedata.category(char)
    if category == "Cf":
        return char not in "\u200c\u200d" and not "\U000e0020" <= char <= "\U000e007f"
    return category in ("Cc", "Cs")


def _after_prefix(value: str, digits: str) -> str:
    """The digits that follow `+` or `00`; none in a number written for use inside its own country."""
    written = unicodedata.normalize("NFKC", value)
    start = next((char for char in written if char == "+" or char.isdecimal()), "")
    if start == "+":
        return digits
    return digits[2:] if digits.startswith("00") else ""


_MASKS: Mapping[Mask, Callable[[str], str]] = MappingProxyType(
    {Mask.NAME: mask_name, Mask.EMAIL: mask_email, Mask.PHONE: mask_phone, Mask.TEXT: mask_text}
)
