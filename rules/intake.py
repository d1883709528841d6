"""Intake questions: what a service asks whoever books it, and what counts as an answer.

An answer is a list of texts: one text for most types, the chosen options for MULTI_SELECT, nothing where it is left
out. Each function returns the clean value or raises ValueError with a sentence that never repeats what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType

from rules.contacts import clean_email, clean_phone
from rules.text import clean_block, clean_line

MOST_QUESTIONS = 30
MOST_OPTIONS = 50
LABEL_LENGTH = 200
OPTION_LENGTH = 120
KEY_LENGTH = 40
LINE_LENGTH = 200
TEXT_LENGTH = 4000
LARGEST = 10**12
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,6})?")


class QuestionType(StrEnum):
    """What an answer looks like."""

    TEXT = "TEXT"
    LONG_TEXT = "LONG_TEXT"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    SELECT = "SELECT"
    MULTI_SELECT = "MULTI_SELECT"
    DATE = "DATE"


class DataCategory(StrEnum):
    """What kind of personal data an answer is."""

    PREFERENCE = "PREFERENCE"
    CONTACT = "CONTACT"
    LOCATION = "LOCATION"
    DEMOGRAPHIC = "DEMOGRAPHIC"
    HEALTH = "HEALTH"
    RELIGION = "RELIGION"
    ETHNICITY = "ETHNICITY"
    SEXUAL_ORIENTATION = "SEXUAL_ORIENTATION"


# What the same is called in fideslang's taxonomy.
FIDESLANG: Mapping[DataCategory, str] = MappingProxyType(
    {
        DataCategory.PREFERENCE: "user.content",
        DataCategory.CONTACT: "user.contact",
        DataCategory.LOCATION: "user.location",
        DataCategory.DEMOGRAPHIC: "user.demographic",
        DataCategory.HEALTH: "user.health_and_medical",
        DataCategory.RELIGION: "user.demographic.religious_belief",
        DataCategory.ETHNICITY: "user.demographic.race_ethnicity",
        DataCategory.SEXUAL_ORIENTATION: "user.demographic.sexual_orientation",
    }
)
# Special categories in the sense of Article 9 GDPR.
SPECIAL = frozenset(
    {DataCategory.HEALTH, DataCategory.RELIGION, DataCategory.ETHNICITY, DataCategory.SEXUAL_ORIENTATION}
)
_CHOICES = frozenset({QuestionType.SELECT, QuestionType.MULTI_SELECT})
# What `least` and `most` count, where they mean anything.
COUNTED: Mapping[QuestionType, str] = MappingProxyType(
    {
        QuestionType.TEXT: "characters",
        QuestionType.LONG_TEXT: "characters",
        QuestionType.NUMBER: "",
        QuestionType.MULTI_SELECT: "options",
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides about an answer. `least` and `most` are inclusive; None: as the type has it."""

    type: QuestionType
    required: bool
    options: Sequence[str]
    least: int | None = None
    most: int | None = None


def clean_key(value: str) -> str:
    """Return a key: 1 to 40 of a-z, 0-9 and `_`, beginning with a letter."""
    if len(value) > KEY_LENGTH or not _KEY.fullmatch(value):
        raise ValueError(f"The key must be 1 to {KEY_LENGTH} of a-z, 0-9 and _, and begin with a letter.")
    return value


def suggest_key(label: str, taken: Collection[str]) -> str:
    """A key made from a label that is not among `taken`."""
    words = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    base = (words if words[:1].isalpha() else f"question_{words}".rstrip("_"))[: KEY_LENGTH - 3].rstrip("_")
    tries = (base if count == 1 else f"{base}_{count}" for count in range(1, MOST_QUESTIONS + 2))
    return next(key for key in tries if key not in taken)


def clean_options(type_: QuestionType, options: Sequence[str]) -> list[str]:
    """Return what can be chosen from: 2 to 50 different lines for SELECT and MULTI_SELECT, none for all others."""
    if type_ not in _CHOICES:
        if options:
            raise ValueError(f"{type_} has no options; leave them out, or make it SELECT or MULTI_SELECT.")
        return []
    clean = [clean_line(option, "option", most=OPTION_LENGTH) for option in options]
    if len({option.casefold() for option in clean}) != len(clean):
        raise ValueError("Two options are the same; write each once.")
    if not 2 <= len(clean) <= MOST_OPTIONS:
        raise ValueError(f"Give 2 to {MOST_OPTIONS} options to choose from, not {len(clean)}.")
    return clean


def check_range(type_: QuestionType, least: int | None, most: int | None, options: Sequence[str]) -> None:
    """Raise ValueError for a range that no answer can be in, or that means nothing for the type."""
    if least is None and most is None:
        return
    if type_ not in COUNTED:
        raise ValueError(f"{type_} has no range; leave `least` and `most` out.")
    ends = {QuestionType.NUMBER: (-LARGEST, LARGEST), QuestionType.MULTI_SELECT: (0, len(options))}
    low, high = ends.get(type_, (0, LINE_LENGTH if type_ is QuestionType.TEXT else TEXT_LENGTH))
    given = [end for end in (least, most) if end is not None]
    if any(not low <= end <= high for end in given) or given != sorted(given):
        raise ValueError(f"The range must lie between {low} and {high}, with `least` not above `most`.")


def clean_answer(asked: Asked, given: Sequence[str], *, complete: bool = True) -> list[str]:
    """Return the answer in the one form that is stored. Empty where it is left out, which a required one may be only
    where it need not be `complete`."""
    values = [value for value in given if value.strip()]
    if not values:
        if asked.required and complete:
            raise ValueError("This has to be answered.")
        return []
    if asked.type is QuestionType.MULTI_SELECT:
        return _chosen(asked, values)
    if len(values) > 1:
        raise ValueError("Give one answer, not several.")
    return [_SINGLE[asked.type](asked, values[0])]


def _chosen(asked: Asked, values: Sequence[str]) -> list[str]:
    if unknown := set(values) - set(asked.options):
        raise ValueError(f"{len(unknown)} of these are not among the options. Choose from: {_listed(asked.options)}.")
    chosen = [option for option in asked.options if option in values]
    _in_range(asked, len(chosen), "Choose")
    return chosen


def _option(asked: Asked, value: str) -> str:
    if value not in asked.options:
        raise ValueError(f"That is not among the options. Choose one of: {_listed(asked.options)}.")
    return value


def _text(asked: Asked, value: str) -> str:
    long = asked.type is QuestionType.LONG_TEXT
    text = (
        clean_block(value, "answer", most=TEXT_LENGTH, least=1) if long
        else clean_line(value, "answer", most=LINE_LENGTH)
    )  # fmt: skip
    _in_range(asked, len(text), "Write")
    return text


def _number(asked: Asked, value: str) -> str:
    text = value.strip()
    try:
        number = Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:  # pragma: no cover - the pattern allows nothing that Decimal refuses
        number = None
    if number is None or abs(number) > LARGEST:
        raise ValueError("Write a number in digits, as 12 or -0.5: at most 12 digits and 6 decimals.")
    _in_range(asked, number, "Give a number")
    return f"{number.normalize() + 0:f}"


def _boolean(_: Asked, value: str) -> str:
    if value not in {"true", "false"}:
        raise ValueError("Answer `true` or `false`.")
    return value


def _date(_: Asked, value: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("Write a date as YYYY-MM-DD.")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError("There is no such date; write it as YYYY-MM-DD.") from None


def _in_range(asked: Asked, value: int | Decimal, verb: str) -> None:
    least, most = asked.least, asked.most
    if (least is None or value >= least) and (most is None or value <= most):
        return
    ends = " and ".join(f"{word} {end}" for word, end in (("at least", least), ("at most", most)) if end is not None)
    raise ValueError(f"{verb} {ends} {COUNTED[asked.type]}".rstrip() + ".")


def _listed(options: Sequence[str]) -> str:
    return ", ".join(options)


_SINGLE: Mapping[QuestionType, Callable[[Asked, str], str]] = MappingProxyType(
    {
        QuestionType.TEXT: _text,
        QuestionType.LONG_TEXT: _text,
        QuestionType.EMAIL: lambda _, value: clean_email(value),
        QuestionType.PHONE: lambda _, value: clean_phone(value).normal,
        QuestionType.NUMBER: _number,
        QuestionType.BOOLEAN: _boolean,
        QuestionType.SELECT: _option,
        QuestionType.DATE: _date,
    }
)
