"""What a booking costs: the service, for all who come or for each of them, and what was chosen beside it."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from rules.add_ons import Extra


class PriceUnit(enum.Enum):
    """What a service's price is for. BOOKING: all who come together. PERSON: each of them."""

    BOOKING = "BOOKING"
    PERSON = "PERSON"


def total(price: int | None, *, persons: int, extras: Sequence[Extra] = ()) -> int | None:
    """What is asked for in minor units: `persons` times the price of the service, and the extras that were chosen.

    None where the service names no price.
    """
    if price is None:
        return None
    return price * persons + sum((extra.price or 0) * extra.quantity for extra in extras)
