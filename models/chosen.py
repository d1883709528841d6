"""What is to serve a wish: each of its services with a team, a time and the calendars it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from models.offer import Offer
from models.teams import Block, Place, Provider, Team
from rules.slots import Terms
from rules.wall_time import instant


@dataclass(frozen=True, slots=True)
class Leg:
    """One service as it is to be served, from `starts` (epoch seconds) on. `terms` has the buffers that are kept.
    `places` are the calendars that it gets."""

    part: Offer
    team: Team
    starts: int
    terms: Terms
    places: tuple[Place, ...]

    @property
    def ends(self) -> int:
        """When it ends."""
        return self.starts + self.terms.duration


@dataclass(frozen=True, slots=True)
class Choice:
    """Who and what is to serve a wish. `locks` are all the calendars that it locks: those that it gets, and those of
    whatever has ended and is still written there (`over`). `session` is the one that is joined, if any."""

    legs: tuple[Leg, ...]
    locks: frozenset[UUID]
    session: UUID | None
    over: frozenset[UUID]

    @property
    def team(self) -> Team:
        """Who serves it; of a visit, the first service."""
        return self.legs[0].team

    @property
    def lead(self) -> Provider:
        """With whom the booking is, where only one can be named."""
        return self.team.lead

    @property
    def ends_at(self) -> datetime:
        """When all of it ends."""
        return instant(self.legs[-1].ends)

    @property
    def places(self) -> tuple[Place, ...]:
        """The calendars that it gets, each once."""
        return tuple({place.calendar_id: place for leg in self.legs for place in leg.places}.values())

    @property
    def calendar_ids(self) -> list[UUID]:
        """Their ids."""
        return [place.calendar_id for place in self.places]

    @property
    def told(self) -> dict[str, list[str]]:
        """With whom each service of a visit is, for its history; nothing where it is one service."""
        people = [str(leg.team.lead.staff_id) for leg in self.legs]
        return {"segment_staff_ids": people} if len(people) > 1 else {}

    @property
    def blocks(self) -> list[Block]:
        """What it takes of each calendar. Where one calendar serves several segments, a buffer ends at the latest where
        the next of them begins: it is kept towards others."""
        found: dict[UUID, list[Block]] = {}
        for at, leg in enumerate(self.legs):
            starts, ends = leg.starts - leg.terms.before, leg.ends + leg.terms.after
            for place in leg.places:
                own = found.setdefault(place.calendar_id, [])
                if own and own[-1].ends > starts:
                    own[-1] = replace(own[-1], ends=min(own[-1].ends, leg.starts))
                own.append(Block(place.calendar_id, at, max([starts, *(one.ends for one in own[-1:])]), ends))
        return [block for own in found.values() for block in own]
