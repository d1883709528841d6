"""Which column of a customer list means what, whichever program wrote it."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

DELIMITERS = (",", ";", "\t", "|")


class Meaning(Enum):
    """What a column holds."""

    NAME = "name"
    FIRST_NAME = "first name"
    LAST_NAME = "last name"
    EMAIL = "email"
    MOBILE = "mobile"
    PHONE = "phone"
    NOTES = "notes"
    TAGS = "tags"


# Spellings of Google Contacts, Outlook, Apple, Square, Fresha, Acuity, Treatwell and of people, in English and German.
# Compared without capitals, accents, spaces and punctuation.
_SPELLINGS: dict[Meaning, str] = {
    Meaning.NAME: "name|full name|fullname|customer|customer name|client|client name|display name|contact|kunde|"
    "kundenname|kundin|patient",
    Meaning.FIRST_NAME: "first name|firstname|first|given name|forename|vorname|rufname",
    Meaning.LAST_NAME: "last name|lastname|last|surname|family name|nachname|familienname|zuname",
    Meaning.EMAIL: "email|email address|mail|e-mail 1 value|primary email|e-mail-adresse|mailadresse",
    Meaning.MOBILE: "mobile|mobile phone|mobile number|cell|cell phone|cellphone|handy|handynummer|mobil|mobiltelefon",
    Meaning.PHONE: "phone|phone number|telephone|tel|phone 1 value|primary phone|home phone|telefon|telefonnummer",
    Meaning.NOTES: "notes|note|comment|comments|remarks|memo|internal notes|notizen|notiz|bemerkung|"
    "bemerkungen|kommentar",
    Meaning.TAGS: "tags|tag|labels|label|groups|group|categories|category|group membership|kategorien|"
    "schlagworte|gruppen",
}


def _plain(cell: str) -> str:
    letters = unicodedata.normalize("NFKD", cell[:200]).casefold()
    return "".join(char for char in letters if char.isalnum())


_MEANT = {_plain(spelling): meaning for meaning, listed in _SPELLINGS.items() for spelling in listed.split("|")}


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file: places by meaning (several columns may mean the same), and those nobody understood."""

    cells: tuple[str, ...]
    places: dict[Meaning, tuple[int, ...]]
    unknown: tuple[str, ...]

    def value(self, row: Sequence[str], meaning: Meaning) -> str:
        """The first of the row's cells with this meaning that is not empty."""
        return next(iter(self.values(row, meaning)), "")

    def values(self, row: Sequence[str], meaning: Meaning) -> list[str]:
        """All of the row's cells with this meaning that are not empty, without spaces around them."""
        given = (row[place].strip() for place in self.places.get(meaning, ()) if place < len(row))
        return [cell for cell in given if cell]

    def title(self, meaning: Meaning) -> str:
        """The file's own words for the column, safe to print."""
        places = self.places.get(meaning)
        return printable(self.cells[places[0]]) if places else meaning.value


def printable(text: str) -> str:
    """At most 40 characters of `text`, none of which can steer a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text.strip()[:40])


def read_header(cells: Sequence[str]) -> Header:
    """Recognise the columns. ValueError where no column names the customer."""
    places: dict[Meaning, list[int]] = {}
    unknown: list[str] = []
    for place, cell in enumerate(cells):
        meaning = _MEANT.get(_plain(cell))
        if meaning is not None:
            places.setdefault(meaning, []).append(place)
        elif cell.strip():
            unknown.append(printable(cell))
    if not any(meaning in places for meaning in (Meaning.NAME, Meaning.FIRST_NAME, Meaning.LAST_NAME)):
        raise ValueError(
            "The first row must name the columns, and one of them the customer: Name, or First name and Last name."
        )
    return Header(tuple(cells), {meaning: tuple(found) for meaning, found in places.items()}, tuple(unknown))


def sniff(first_line: str) -> str:
    """The delimiter under which the first line shows the most columns that mean something; the comma if none does."""

    def understood(delimiter: str) -> int:
        cells = next(csv.reader([first_line], delimiter=delimiter), [])
        return len({_MEANT[_plain(cell)] for cell in cells if _plain(cell) in _MEANT})

    return max(DELIMITERS, key=understood)
