"""Seats of a group session."""

# The most that one session has; the table's CHECK says the same.
MOST_SEATS = 500


def clean_party(size: int) -> int:
    """How many come together. ValueError for nobody, and for more than any session has room for."""
    if not 1 <= size <= MOST_SEATS:
        raise ValueError(f"must be from 1 to {MOST_SEATS}, and at most the service's capacity; not {size}.")
    return size
