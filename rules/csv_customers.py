"""From a row of a customer list to a customer, or to every reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rules.contacts import clean_email, clean_phone
from rules.csv_columns import Header, Meaning
from rules.import_remarks import Fate, Remark
from rules.names import clean_name, clean_note, clean_tags
from rules.searching import search_key

T = TypeVar("T")

# Google writes `* myContacts ::: Regulars`.
_BETWEEN_TAGS = re.compile(r"\s*(?::::|[,;\n])\s*")


@dataclass(frozen=True, slots=True)
class CustomerGiven:
    """A customer as a file has it, cleaned."""

    row: int
    name: str
    email: str | None
    phone: str | None
    notes: str
    tags: tuple[str, ...]

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes two rows the same customer."""
        return identity(self.email, self.phone, search_key(self.name))


def identity(email: str | None, phone: str | None, search_name: str) -> tuple[str, ...]:
    """The email decides; without one, the phone and the name together, since families share a phone."""
    return (email,) if email is not None else (phone or "", search_name)


@dataclass(slots=True)
class _Reading:
    """One row being read: a value that is refused leaves a remark, and the reading goes on to find them all."""

    row: int
    header: Header
    remarks: list[Remark] = field(default_factory=list)

    def clean(self, meaning: Meaning, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ValueError as problem:
            self.say(Fate.REFUSED, meaning, str(problem))
            return None

    def say(self, fate: Fate, meaning: Meaning, sentence: str) -> None:
        self.remarks.append(Remark(self.row, fate, self.header.title(meaning), sentence))


def read_customer(header: Header, row: int, cells: Sequence[str]) -> tuple[CustomerGiven | None, list[Remark]]:
    """The customer of a row, or None where a remark refuses it."""
    reading = _Reading(row, header)
    if any(cell.strip() for cell in cells[len(header.cells) :]):
        sentence = "The row has more cells than the first one; put quotes around text that contains the separator."
        return None, [Remark(row, Fate.REFUSED, "", sentence)]
    name = reading.clean(_name_column(header), lambda: clean_name(_name(header, cells)))
    given = header.value(cells, Meaning.EMAIL)
    email = reading.clean(Meaning.EMAIL, lambda: clean_email(given)) if given else None
    phone = _phone(reading, cells)
    notes = reading.clean(Meaning.NOTES, lambda: clean_note("\n".join(header.values(cells, Meaning.NOTES)), "notes"))
    tags = reading.clean(Meaning.TAGS, lambda: clean_tags(_tags(header, cells)))
    if name is None or any(remark.fate is Fate.REFUSED for remark in reading.remarks):
        return None, reading.remarks
    return CustomerGiven(row, name, email, phone, notes or "", tags or ()), reading.remarks


def _name_column(header: Header) -> Meaning:
    return next(one for one in (Meaning.NAME, Meaning.FIRST_NAME, Meaning.LAST_NAME) if one in header.places)


def _name(header: Header, cells: Sequence[str]) -> str:
    whole = header.value(cells, Meaning.NAME)
    parts = (header.value(cells, Meaning.FIRST_NAME), header.value(cells, Meaning.LAST_NAME))
    return whole or " ".join(part for part in parts if part)


def _phone(reading: _Reading, cells: Sequence[str]) -> str | None:
    """The mobile number before any other: it is where a person is reached. Further ones are not kept."""
    found = [(one, cell) for one in (Meaning.MOBILE, Meaning.PHONE) for cell in reading.header.values(cells, one)]
    if not found:
        return None
    meaning, typed = found[0]
    phone = reading.clean(meaning, lambda: clean_phone(typed))
    if phone and any(cell != typed for _, cell in found):
        reading.say(Fate.NOTED, found[-1][0], "A customer has one phone number; the others were left out.")
    return phone.normal if phone else None


def _tags(header: Header, cells: Sequence[str]) -> list[str]:
    written = [tag for cell in header.values(cells, Meaning.TAGS) for tag in _BETWEEN_TAGS.split(cell)]
    return [tag for tag in (one.lstrip("* ") for one in written) if tag]
