"""Following what happens: one page of changes after a cursor, of what the viewer may see."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

import strawberry
from tortoise.queryset import QuerySet

from models.following import BEGINNING, Change, Following, Place, follow
from permissions.roles import Access, Permission
from resolvers.changes import WATCHED, left_by
from resolvers.context import Context, Info
from resolvers.nodes import ROWS
from rules.cursors import read_cursor, write_cursor
from rules.errors import BadInput

P = Permission
MOST_CHANGES = 100
_ORDER = "changes"

# What can be followed, by its table, and what it takes to be told of it.
FOLLOWED: Mapping[str, Permission] = MappingProxyType(
    {
        "booking": P.BOOKINGS_READ,
        "booking_series": P.BOOKINGS_READ,
        "hold": P.BOOKINGS_LIST,
        "waitlist_entry": P.WAITLIST_READ,
        "customer": P.CUSTOMERS_READ,
        "service": P.CATALOGUE_READ,
        "offering": P.CATALOGUE_INTERNALS_READ,
        "add_on": P.CATALOGUE_READ,
        "intake_question": P.CATALOGUE_INTERNALS_READ,
        "staff": P.CATALOGUE_READ,
        "resource": P.CATALOGUE_INTERNALS_READ,
        "location": P.CATALOGUE_READ,
        "schedule": P.SCHEDULES_READ,
        "schedule_override": P.SCHEDULES_READ,
        "closed_day": P.CATALOGUE_READ,
        "time_off": P.SCHEDULES_READ,
        "travel": P.SCHEDULES_READ,
        "busy_source": P.EXTERNAL_BUSY_MANAGE,
        "account": P.ACCOUNT_READ,
        "membership": P.MEMBERS_READ,
        "invitation": P.MEMBERS_READ,
        "access_key": P.ACCESS_KEYS_MANAGE,
        "calendar_feed": P.CALENDAR_FEEDS_MANAGE,
        "app": P.APPS_MANAGE,
        "app_installation": P.APPS_INSTALL,
        "platform_access": P.PLATFORM_ACCESS_READ,
        "privacy_settings": P.PRIVACY_SETTINGS_READ,
        "security_event": P.SECURITY_READ,
        "export": P.EXPORTS_MANAGE,
    }
)
# What concerns one person alone, who sees it elsewhere, and what is the history itself.
NOT_FOLLOWED = frozenset({"payment", "app_user", "session", "passkey", "customer_session", "event", "processor"})

ChangeSubject = enum.Enum("ChangeSubject", {table.upper(): table for table in FOLLOWED})  # type: ignore[misc]  # known at run time


@dataclass(slots=True)
class Told:
    """A change as it is told. `node` and `event` are set where the rows were read; a node that is gone stays None."""

    change: Change
    node: Any = None
    event: Any = None

    @property
    def cursor(self) -> str:
        """Where to go on after this one."""
        return written(self.change.place)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page tells; `queries` find the rows, as far as the viewer may see them."""

    following: Following
    changes: list[Told]
    queries: Mapping[str, QuerySet[Any]] = field(default_factory=dict)


async def changes(
    info: Info,
    first: Annotated[int, strawberry.argument(description=f"How many at most; 1 to {MOST_CHANGES}.")],
    since_cursor: Annotated[
        str | None,
        strawberry.argument(
            description="The `nextCursor` or `latestCursor` of an earlier answer; null: from the first "
            "change that is kept. Valid for every choice of subjects, and for as long as history is."
        ),
    ] = None,
    subjects: Annotated[
        list[ChangeSubject] | None,
        strawberry.argument(description="Only changes of these; null: of everything that this credential may see."),
    ] = None,
) -> Page:
    """What happened in the account, in order, for whoever keeps a copy: every change that is committed comes after all
    cursors that were given before, however long it took, so that a reader who goes on from `nextCursor` misses nothing
    and is told nothing twice. Changes of one thing come in the order in which they happened.

    To begin: take `latestCursor` once, then read everything, then ask for what follows that cursor, again and again
    (every few seconds at most; `bookingChanged` tells at once that there is something). Begin anew on `CursorGone`.
    """
    context = info.context
    if not 1 <= first <= MOST_CHANGES:
        raise BadInput(f"A page has from 1 to {MOST_CHANGES} changes; {first} were asked for.")
    tables = _subjects(context, subjects)
    found = await follow(context.account_id, _place(since_cursor), tables, first)
    queries = _queries(context, found.changes)
    told = [Told(one) for one in found.changes]
    confined = {table for table in queries if context.viewer.access(FOLLOWED[table]) is Access.OWN}
    return Page(found, await _own(context, told, queries, confined) if confined else told, queries)


def written(place: Place) -> str:
    """The cursor of a place."""
    return write_cursor(_ORDER, place.position, place.event_id)


def _place(cursor: str | None) -> Place:
    if cursor is None:
        return BEGINNING
    try:
        position, event = read_cursor(cursor, _ORDER)
        if not 0 <= int(position) < 2**53:
            raise ValueError("no position")
        return Place(int(position), event)
    except ValueError:
        raise BadInput("This cursor is not one of `changes`. Use a `nextCursor` or `latestCursor`, or none.") from None


def _subjects(context: Context, asked: Sequence[enum.Enum] | None) -> list[str]:
    if asked is None:
        return [table for table, permission in FOLLOWED.items() if _sees(context, permission)]
    for one in asked:
        if not _sees(context, FOLLOWED[one.value]):
            raise context.viewer.denied(FOLLOWED[one.value])
    return [one.value for one in asked]


def _sees(context: Context, permission: Permission) -> bool:
    return context.viewer.access(permission) in (Access.READ, Access.OWN)


def _queries(context: Context, found: Sequence[Change]) -> dict[str, QuerySet[Any]]:
    keys: dict[str, set[UUID]] = {}
    for one in found:
        keys.setdefault(one.subject, set()).add(one.subject_id)
    return {table: ROWS[table](context).filter(id__in=list(ids)) for table, ids in keys.items()}


async def _own(
    context: Context, told: list[Told], queries: Mapping[str, QuerySet[Any]], confined: set[str]
) -> list[Told]:
    """Of what somebody sees only their own rows of: those, and the bookings that this very change took from them."""
    mine = {(table, row.id) for table in confined for row in await queries[table].only("id")}

    def is_told(change: Change) -> bool:
        theirs = change.subject not in confined or (change.subject, change.subject_id) in mine
        return theirs or _left(context, change)

    return [one for one in told if is_told(one.change)]


def _left(context: Context, change: Change) -> bool:
    return change.subject == WATCHED and context.viewer.staff_id in left_by(change.data)
