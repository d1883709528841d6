"""What all connections of one process share."""

from __future__ import annotations

from dataclasses import dataclass

from calendera.live.operation import Answering
from calendera.live.pace import Pace
from calendera.live.room import Room


@dataclass(frozen=True, slots=True)
class Shared:
    """`most` is how many connections there may be, sockets and streams together."""

    answering: Answering
    room: Room
    pace: Pace
    most: int
