"""Group sessions: appointments that several parties share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from graph.enums import Permission
from graph.field import computed, graph_type, shown
from models.group_session import GroupSession as GroupSessionRow

P = Permission


@graph_type(GroupSessionRow)
class GroupSession:
    """An appointment of a service whose capacity is above 1. Bookings at its start with its person share its seats.

    It begins with the first seat that is taken, and ends when the last one is given back.
    """

    starts_at: datetime = shown(P.CATALOGUE_READ, "Begin.")
    ends_at: datetime = shown(P.CATALOGUE_READ, "End; exclusive.")
    capacity: int = shown(P.CATALOGUE_READ, "How many seats it has.")
    taken: int = shown(P.CATALOGUE_READ, "How many of them bookings and holds have.")

    @computed(P.CATALOGUE_READ, "capacity", "taken")
    def remaining(self: Any) -> int:
        """How many seats are left, but for holds that end before somebody asks for theirs."""
        return int(self.capacity - self.taken)
