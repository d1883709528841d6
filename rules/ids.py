"""Ids as clients see them: a short prefix that says what it is, and the UUID in Crockford's base 32.

`bkg_06cm5x8e2v9k3q1r7t4y8z0a2b` is opaque: clients store and send it back, never take it apart.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH = 26

PREFIXES = {
    "account": "acc",
    "app_user": "usr",
    "session": "ses",
    "passkey": "pky",
    "membership": "mem",
    "invitation": "inv",
    "access_key": "key",
    "app": "app",
    "app_installation": "ins",
    "location": "loc",
    "service": "svc",
    "add_on": "add",
    "staff": "stf",
    "resource": "res",
    "schedule": "sch",
    "schedule_override": "ovr",
    "time_off": "off",
    "travel": "trv",
    "closed_day": "cld",
    "customer": "cus",
    "customer_session": "cse",
    "booking": "bkg",
    "payment": "pay",
    "booking_series": "srs",
    "calendar_feed": "fed",
    "busy_source": "bsy",
    "hold": "hld",
    "waitlist_entry": "wle",
    "platform_access": "pac",
    "event": "evt",
    "export": "exp",
    "privacy_settings": "prv",
    "offering": "ofr",
    "intake_question": "qst",
    "security_event": "sev",
    "processor": "prc",
}
_TABLES = {prefix: table for table, prefix in PREFIXES.items()}


@lru_cache(maxsize=4096)  # a month of slots names the same fifty people a thousand times
def global_id(table: str, key: UUID) -> str:
    """The id that clients see for the row `key` of `table`."""
    number, letters = key.int, []
    for _ in range(_LENGTH):
        number, value = divmod(number, 32)
        letters.append(_ALPHABET[value])
    return f"{PREFIXES[table]}_{''.join(reversed(letters))}"


def read_id(text: str) -> tuple[str, UUID] | None:
    """(table, key) of an id, or None where it is not one. Only the exact form that `global_id` writes is read."""
    prefix, _, letters = text.partition("_")
    if prefix not in _TABLES or len(letters) != _LENGTH or letters[0] > "7":
        return None
    number = 0
    for letter in letters:
        value = _VALUES.get(letter)
        if value is None:
            return None
        number = number * 32 + value
    return _TABLES[prefix], UUID(int=number)


def key_of(table: str, text: str) -> UUID | None:
    """The key of an id of this table, or None for every other text."""
    found = read_id(text)
    return found[1] if found and found[0] == table else None
