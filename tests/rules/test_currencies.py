"""Currencies and locales: a closed list and a closed shape."""

import pytest

from rules.currencies import CURRENCIES, clean_currency, minor_digits
from rules.locales import clean_locale


def test_every_currency_is_three_capitals_with_its_minor_digits() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert {code: minor_digits(code) for code in ("JPY", "EUR", "NZD", "KWD")} == {
        "JPY": 0,
        "EUR": 2,
        "NZD": 2,
        "KWD": 3,
    }


def test_a_currency_is_cleaned_or_refused() -> None:
    assert clean_currency(" eur ") == "EUR"
    for code in ("", "EU", "EURO", "€", "XXX", "DEM", "ｅｕｒ", "U$D"):
        with pytest.raises(ValueError, match="ISO 4217"):
            clean_currency(code)


@pytest.mark.parametrize(
    ("typed", "locale"),
    [("en", "en"), ("DE_de", "de-DE"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), (" mi-NZ", "mi-NZ")],
)
def test_a_locale_has_its_usual_case(typed: str, locale: str) -> None:
    assert clean_locale(typed) == locale


@pytest.mark.parametrize("typed", ["", "e", "english", "en-", "en-USA", "../en", "en-US\n", "ｅｎ", "en-US-x-private"])
def test_other_locales_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="locale"):
        clean_locale(typed)
