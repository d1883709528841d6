"""Who gets a booking for which any staff member will do."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StaffLoad:
    """What decides between free staff.

    `bookings` counts those of the period that the service balances over. `weight` is the share this person should get
    compared with the others; 0 means only when nobody else is free. `busy_until` is the epoch second at which their
    latest earlier booking ends, None if they have had none.
    """

    staff_id: UUID
    bookings: int
    weight: int = 1
    busy_until: int | None = None


def in_order(loads: Iterable[StaffLoad]) -> list[StaffLoad]:
    """Fewest bookings for their weight first, then longest idle, then by id so that the order is always the same.

    On a conflict the write path tries the next one.
    """
    return sorted(loads, key=_rank)


def _rank(load: StaffLoad) -> tuple[bool, Fraction, bool, int, UUID]:
    # Fractions, not floats: 1/3 and 2/6 are a tie, which idleness then decides.
    reserve = load.weight <= 0
    share = Fraction(load.bookings, 1 if reserve else load.weight)
    ever_busy = load.busy_until is not None
    return reserve, share, ever_busy, load.busy_until or 0, load.staff_id
