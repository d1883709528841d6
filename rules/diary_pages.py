"""A page of the diary: what is in one calendar, when it is free, and what in it contradicts itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from rules.intervals import Window, clip, coalesce, remaining


class Busy(StrEnum):
    """Why a calendar is busy."""

    BOOKING = "BOOKING"
    SESSION = "SESSION"
    HOLD = "HOLD"
    TIME_OFF = "TIME_OFF"
    EXTERNAL = "EXTERNAL"


class Clash(StrEnum):
    """What a booking contradicts."""

    OVERLAPS = "OVERLAPS"
    TIME_OFF = "TIME_OFF"
    EXTERNAL = "EXTERNAL"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"


@dataclass(frozen=True, slots=True)
class Piece:
    """[start, end) in epoch seconds, with buffers; `core` is the appointment itself. `id` is the booking's, the
    session's or the time off's, `place` the segment's of the booking. `elsewhere`: whoever serves it works at another
    place then."""

    kind: Busy
    start: int
    end: int
    id: UUID | None = None
    core: Window | None = None
    place: int | None = None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A booking (or a session) with what it contradicts: `with_id` is the other booking, session or time off."""

    clash: Clash
    piece: Piece
    with_id: UUID | None = None

    @property
    def begin(self) -> int:
        """When the appointment begins."""
        return self.piece.core[0] if self.piece.core else self.piece.start


def free_of(open_hours: Sequence[Window], pieces: Iterable[Piece]) -> list[Window]:
    """Open time that nothing has."""
    return list(remaining(open_hours, coalesce((piece.start, piece.end) for piece in pieces)))


def conflicts(open_hours: Sequence[Window] | None, pieces: Sequence[Piece]) -> list[Conflict]:
    """What contradicts itself in one calendar, in order of begin. `open_hours` None: always open."""
    served = sorted((one for one in pieces if one.kind in (Busy.BOOKING, Busy.SESSION)), key=lambda one: one.start)
    away = [one for one in pieces if one.kind in (Busy.TIME_OFF, Busy.EXTERNAL)]
    found = [*_overlapping(served)]
    for one in served:
        begin, end = one.core or (one.start, one.end)
        found += [
            Conflict(Clash[other.kind], one, other.id) for other in away if other.start < end and other.end > begin
        ]
        inside = open_hours is None or any(a <= begin and end <= b for a, b in open_hours)
        if one.elsewhere or not inside:
            found.append(Conflict(Clash.OUTSIDE_HOURS, one))
    return sorted(found, key=lambda one: (one.piece.start, one.clash))


def _overlapping(served: Sequence[Piece]) -> Iterable[Conflict]:
    """Each that begins before the latest end of those before it, with the one that ends then."""
    latest = None
    for before, one in pairwise(served):
        latest = before if latest is None or before.end > latest.end else latest
        if one.start < latest.end:
            yield Conflict(Clash.OVERLAPS, one, latest.id)


def within(windows: Iterable[Window], begin: int, end: int) -> list[Window]:
    """The parts of `windows` inside [begin, end)."""
    return list(clip(coalesce(windows), begin, end))
