"""Amounts: whole numbers of minor units, written with the digits that their currency has."""

import pytest

from rules.currencies import EXACT, LARGEST, clean_amount, in_main_unit
from rules.quoting import total
from rules.seats import MOST_SEATS


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (4500, "USD", "45.00"), (4500, "JPY", "4500"), (4500, "KWD", "4.500"), (5, "EUR", "0.05"), (0, "BHD", "0.000"),
        (-5, "EUR", "-0.05"), (-4500, "KWD", "-4.500"), (-7, "JPY", "-7"), (LARGEST, "USD", "9999999999.99"),
    ],
)  # fmt: skip
def test_an_amount_is_written_with_all_its_digits(amount: int, currency: str, written: str) -> None:
    assert in_main_unit(amount, currency) == written


def test_what_is_typed_has_an_end_and_everything_that_is_made_of_it_stays_exact() -> None:
    assert (clean_amount(0), clean_amount(LARGEST)) == (0, LARGEST)
    for amount in (-1, LARGEST + 1):
        with pytest.raises(ValueError, match="from 0 to 999999999999"):
            clean_amount(amount)
    dearest = total(LARGEST, persons=MOST_SEATS)
    assert dearest is not None
    assert dearest < EXACT
    assert float(dearest) == dearest


def test_a_price_that_is_not_said_stays_unsaid() -> None:
    assert total(None, persons=3) is None
