"""Overriding: what those who write the diary may ask for although a rule stands against it. Each leaves a trace."""

from __future__ import annotations

from datetime import datetime, timedelta

import strawberry

from permissions.classes import Requires
from permissions.roles import Permission
from resolvers.checking import Checks
from resolvers.context import Context
from rules.slot_checks import Unfit

P = Permission
# Who forgot to enter yesterday's last customer still can; further back it is a mistake in the date.
LATEST_ENTRY = timedelta(hours=24)
_FREELY = frozenset(
    {Unfit.TOO_SOON, Unfit.TOO_FAR, Unfit.OUTSIDE_OPENING_HOURS, Unfit.NOT_ON_GRID, Unfit.LIMIT_REACHED}
)
_LATE = frozenset({Unfit.IN_THE_PAST, Unfit.TOO_SOON, Unfit.NOT_ON_GRID})


@strawberry.input(description="Rules that are not to count.")
class OverridingInput:
    even_if_not_offered: bool = strawberry.field(
        description="Whether opening hours, notice, horizon, grid and limits do not count; the history says which did "
        "not. Other bookings, holds and time off do count.",
        default=False,
        directives=[Requires(permission=P.BOOKINGS_MAKE_FREELY)],
    )
    already_begun: bool = strawberry.field(
        description="Whether the appointment has begun already, at most 24 hours ago: somebody came without one. "
        "Notice and grid do not count, a new booking is confirmed at once, and no mail is sent about it.",
        default=False,
        directives=[Requires(permission=P.BOOKINGS_ENTER_LATE)],
    )
    allow_conflict: bool = strawberry.field(
        description="Whether other bookings and time off do not stand in the way, with the person in `staffId`; the "
        "history says which bookings it lies over. Holds do: somebody is filling in their details, for 5 minutes at "
        "most. For everybody else it blocks its time as any booking does.",
        default=False,
        directives=[Requires(permission=P.BOOKINGS_OVERLAP)],
    )


def check_overriding(
    checks: Checks, context: Context, input: OverridingInput, starts_at: datetime, *, with_somebody: bool = False
) -> None:
    """Note what cannot be asked for. `with_somebody`: it is known with whom, also where the input does not say."""
    if input.already_begun and not context.now - LATEST_ENTRY <= starts_at <= context.now:
        message = "`alreadyBegun` is for what began in the last 24 hours. Leave it out for what is to come."
        checks.wrong("startsAt", message)
    if input.allow_conflict and not with_somebody and getattr(input, "staff_id", None) is None:
        checks.wrong("staffId", "Say with whom: `allowConflict` books over the time of one person.")


def waived(context: Context, input: OverridingInput) -> frozenset[Unfit]:
    """The rules that do not count for this request; `Denied` for whoever may not ask for that."""
    asked = (
        (input.even_if_not_offered, P.BOOKINGS_MAKE_FREELY, _FREELY),
        (input.already_begun, P.BOOKINGS_ENTER_LATE, _LATE),
        (input.allow_conflict, P.BOOKINGS_OVERLAP, frozenset({Unfit.TAKEN})),
    )
    found: frozenset[Unfit] = frozenset()
    for wanted, permission, rules in asked:
        if wanted:
            context.viewer.require(permission)
            found |= rules
    return found
