"""Public holidays of countries and their parts, from the `holidays` package: what a business may choose to close on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """Every country that is known, by its ISO 3166-1 code, with the codes of its parts (ISO 3166-2, without the
    country) that have holidays of their own."""
    known = holidays.list_supported_countries(include_aliases=False)
    return {country: tuple(sorted(parts)) for country, parts in sorted(known.items())}


def clean_country(value: str) -> str:
    """Return the country's code in capitals. Raises ValueError for one whose holidays are not known."""
    country = value.strip().upper()
    if country not in countries():
        raise ValueError("must be the two letters of a country whose holidays are known, as `US`.")
    return country


def clean_subdivision(country: str, value: str) -> str:
    """Return the code of a part of the country. Raises ValueError, with those that there are."""
    asked = value.strip()
    parts = {part.upper(): part for part in countries()[country]}
    if asked.upper() not in parts:
        told = f"one of {', '.join(parts.values())}" if parts else "left out: this country has none"
        raise ValueError(f"must be {told}.")
    return parts[asked.upper()]


def holidays_of(country: str, subdivision: str | None, years: Iterable[int], locale: str) -> list[tuple[date, str]]:
    """The public holidays in these years, in order, with their names: in the locale's language where they are known in
    it, else in the country's. Days that are observed in place of another are among them. Reads files when a country is
    asked for the first time."""
    language = _language(country, locale)
    found = holidays.country_holidays(country, subdiv=subdivision, years=years, expand=False, language=language)
    return sorted((day, " / ".join(name.split("; "))) for day, name in found.items())


def _language(country: str, locale: str) -> str | None:
    known = holidays.list_localized_countries(include_aliases=False).get(country, [])
    exact = locale.replace("-", "_")
    spoken = exact.partition("_")[0]
    same = (name for name in known if name.partition("_")[0] == spoken)
    return exact if exact in known else next(same, None)
