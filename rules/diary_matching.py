"""What the title of a diary's entry says: which service, and for whom."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from rules.instants import format_instant

Key = TypeVar("Key")

UID_LENGTH = 255
# What people and booking programs write between the service and the customer: "Haircut - Ada", "Haircut (Ada)".
_BETWEEN = re.compile(r"^\s*(?:[-–—:|/,·]|\(|\bwith\b|\bfor\b|\bmit\b|\bfür\b)\s*", re.IGNORECASE)


def by_title(title: str, services: Iterable[tuple[str, Key]]) -> tuple[Key | None, str]:
    """(the service whose name the title is or begins with, what else it says); of several the longest name.

    `services` are names and keys. Without a match the whole title is what else it says.
    """
    plain = title.casefold()
    for name, key in sorted(services, key=lambda one: -len(one[0])):
        begin = name.casefold()
        if plain == begin:
            return key, ""
        rest = title[len(name) :]
        # casefold may change the length ("ß"); then the name is compared as it is.
        if title[: len(name)].casefold() == begin and (match := _BETWEEN.match(rest)):
            left = rest[match.end() :].strip()
            return key, left.removesuffix(")").strip() if "(" in match[0] else left
    return None, title


def ical_uid(uid: str, occurrence: datetime | None) -> str:
    """The UID of a booking made from an entry; each occurrence of a series has its own. At most 255 characters."""
    whole = uid if occurrence is None else f"{uid}/{format_instant(occurrence)}"
    if len(whole) <= UID_LENGTH:
        return whole
    return f"sha256:{hashlib.sha256(whole.encode('utf-8', 'surrogatepass')).hexdigest()}"
