"""Refusals as types. What each shows are the attributes of the exception of the same name in `rules/errors.py`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar, cast

import strawberry
from strawberry.scalars import JSON

from graph.enums import BookingStatus, LimitPeriod, NotOfferedReason, RefusalCode, SecondFactor
from graph.field import told
from graph.money import Money
from graph.money_enums import AddOnProblem
from graph.times import LocalTime, local_time
from rules import blocking, errors, following, money_errors, travel_errors, unit_errors, waitlist
from rules.currencies import MinorUnits
from rules.errors import Refusal as RefusalError
from rules.ids import global_id

R = TypeVar("R", bound=type)


@strawberry.interface(description="The request was understood and refused. Nothing was changed.")
class Refusal:
    message: str = told("A sentence for a person: what happened and what to do.")
    code: RefusalCode = told("The same as a stable word, for programs.")


class Refused:
    """A refusal as the source of its type: an exception itself, returned by a resolver, would count as raised."""

    __slots__ = ("error",)

    def __init__(self, error: RefusalError) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.error, name)


def refusal(error: type[RefusalError]) -> Callable[[R], R]:
    """Make a class the GraphQL type of a refusal."""

    def decorate(cls: R) -> R:
        cls.is_type_of = classmethod(lambda _, source, __: isinstance(source, Refused) and type(source.error) is error)  # type: ignore[attr-defined]
        cls.__refusal__ = error  # type: ignore[attr-defined]
        return strawberry.type(cls, description=inspect.cleandoc(cls.__doc__ or ""))

    return decorate


def refusal_of(type_: type[Any]) -> type[RefusalError]:
    """The exception that a refusal type shows."""
    return cast("type[RefusalError]", type_.__refusal__)


@strawberry.type(description="One value that was not accepted.")
class FieldProblem:
    path: str = told("Where it stands in the input, as `customer.email` or `weekly.2.endMinute`.")
    message: str = told("What would be accepted.")


@strawberry.type(description="A start that was free when the refusal was made. Not held: another may take it.")
class Alternative:
    starts_at: datetime = told("Begin of the appointment.")
    ends_at: datetime = told("End of the appointment; exclusive.")

    local: LocalTime = told(
        "The begin as the clock on the wall shows it where the appointment takes place.",
        resolver=lambda root: local_time(root.starts_at, root.zone),
    )


@refusal(errors.ValidationFailed)
class ValidationFailed(Refusal):
    """Some values cannot be accepted. All problems are listed at once."""

    fields: list[FieldProblem] = told("Each value that was refused.")


@refusal(errors.NotFound)
class NotFound(Refusal):
    """There is no such row for this credential. Another account's id, a removed row and a mistyped id look the same."""


@refusal(errors.VersionConflict)
class VersionConflict(Refusal):
    """Somebody changed the row since it was read."""

    current_version: int = told("The version it is at now. Read the row again before repeating.")


@refusal(errors.SlotTaken)
class SlotTaken(Refusal):
    """Another booking or hold has the time."""

    step: int | None = told(
        "Of a visit, which of its services stands against it, from 0; null where that is all of them."
    )
    alternatives: list[Alternative] = told("Free starts nearest to the one asked for; may be empty.")


@refusal(errors.SeatsTaken)
class SeatsTaken(Refusal):
    """The group session at that time has fewer seats left than were asked for."""

    remaining: int = told("How many seats are left, with whoever has most. 0: it is full.")
    alternatives: list[Alternative] = told("Starts nearest to the one asked for that have enough; may be empty.")


@refusal(errors.NotOffered)
class NotOffered(Refusal):
    """The service is not offered at that time. What the rule would accept is said where that is not a matter of hours;
    `alternatives`, `nextAvailable` and `availability` say what is free."""

    reason: NotOfferedReason = told("Which rule.")
    earliest: datetime | None = told(
        "The first moment at which an appointment can begin, as notice has it; null unless it is TOO_SOON or "
        "IN_THE_PAST.",
        resolver=lambda root: root.allowed.earliest,
    )
    last_date: date | None = told(
        "The last date that can be booked now, in the zone of the place; null unless it is TOO_FAR.",
        resolver=lambda root: root.allowed.last_date,
    )
    limit_period: LimitPeriod | None = told(
        "For how long the limit counts that is reached; null unless it is LIMIT_REACHED.",
        resolver=lambda root: root.allowed.limit,
    )
    again_on: date | None = told(
        "The date on which that limit counts anew, in the zone of the place; null unless it is LIMIT_REACHED.",
        resolver=lambda root: root.allowed.again_on,
    )
    step: int | None = told(
        "Of a visit, which of its services stands against it, from 0; null where that is all of them."
    )
    alternatives: list[Alternative] = told("Free starts nearest to the one asked for; may be empty.")


@strawberry.type(description="Why one occurrence of a series is refused.")
class OccurrenceConflict:
    position: int = told("Which occurrence, from 1.")
    starts_at: datetime = told("The begin that was asked for.")
    local: LocalTime = told(
        "The same as the clock on the wall shows it.", resolver=lambda root: local_time(root.starts_at, root.zone)
    )
    refusal: RefusalCode = told("As what a single booking would be refused.", resolver=lambda root: root.code)
    reason: NotOfferedReason | None = told("Which rule stands against the time; null where something else does.")
    message: str = told("In words.")
    alternatives: list[Alternative] = told(
        "Free starts nearest to it, of the first 10 that are refused; empty for the others, and where nothing is free."
    )


@refusal(errors.SeriesConflicts)
class SeriesConflicts(Refusal):
    """Some occurrences of a series cannot be booked or changed as asked; nothing was done."""

    conflicts: list[OccurrenceConflict] = told("Each of them, in order.")


@refusal(money_errors.AddOnRefused)
class AddOnRefused(Refusal):
    """An add-on cannot be chosen with this service."""

    add_on_id: strawberry.ID = told("Which one.", resolver=lambda root: strawberry.ID(global_id("add_on", root.add_on)))
    problem: AddOnProblem = told("Why not.")
    maximum: int | None = told("How many of it one booking may have; null for what the service does not offer.")


@refusal(money_errors.NotPayable)
class NotPayable(Refusal):
    """A deposit has to be paid online before, and this server takes no payments."""


@refusal(money_errors.NothingDue)
class NothingDue(Refusal):
    """The booking waits for no payment."""


@refusal(money_errors.NothingToRefund)
class NothingToRefund(Refusal):
    """So much of the payment is not left to give back: it did not come, or went back, or is on its way."""

    left: Money = told(
        "What can still be given back.",
        resolver=lambda root: Money(amount_minor=MinorUnits(root.left_minor), currency=root.currency),
    )


@refusal(unit_errors.UnitsInUse)
class UnitsInUse(Refusal):
    """A resource cannot have so few units now: appointments to come have those that would be given up."""

    bookings: int = told("How many appointments (group sessions count once) and holds have such a unit.")
    least: int = told("How many units it has to keep now.")
    until: datetime = told("From when on, as it is now booked, it could have as few as were asked for.")


@refusal(errors.HoldEnded)
class HoldEnded(Refusal):
    """The hold has expired, was used, or never was."""


@refusal(waitlist.OfferOver)
class OfferOver(Refusal):
    """What was offered from the waitlist was answered, has expired, or cannot take place any more."""


@refusal(waitlist.TooManyWaiting)
class TooManyWaiting(Refusal):
    """The customer waits for as much as one may."""

    limit: int = told("For how much one customer may wait at a time.")


@refusal(errors.TooManyHolds)
class TooManyHolds(Refusal):
    """This visitor holds as many slots as one visitor may."""

    limit: int = told("How many slots one visitor may hold at a time.")
    free_at: datetime = told("When the first of those that this visitor holds ends by itself.")


@refusal(errors.TooManyActiveBookings)
class TooManyActiveBookings(Refusal):
    """The customer has as many bookings of this service to come as one customer may."""

    limit: int = told("How many bookings of it one customer may have at a time.")


@refusal(blocking.CustomerBlocked)
class CustomerBlocked(Refusal):
    """The business takes no bookings from this customer. Never told to who merely typed their details at a widget."""


@refusal(errors.TooLateToCancel)
class TooLateToCancel(Refusal):
    """The cutoff that was promised at booking has passed."""

    allowed_until: datetime = told("Until when (inclusive) it was possible.")


@refusal(errors.TooLateToReschedule)
class TooLateToReschedule(Refusal):
    """The cutoff that was promised at booking has passed."""

    allowed_until: datetime = told("Until when (inclusive) it was possible.")


@refusal(errors.TooEarly)
class TooEarly(Refusal):
    """The appointment has not begun."""

    starts_at: datetime = told("From when on it is possible.")


@refusal(errors.WrongState)
class WrongState(Refusal):
    """The booking is in a state that does not allow this."""

    status: BookingStatus = told("The state it is in.")
    allowed: list[BookingStatus] = told("The states in which this is possible.")


@refusal(errors.IdempotencyKeyReused)
class IdempotencyKeyReused(Refusal):
    """The key was used within 24 hours for another input."""


@refusal(errors.SignInFailed)
class SignInFailed(Refusal):
    """Email and password do not match. Unknown emails get the same answer."""


@refusal(errors.SecondFactorNeeded)
class SecondFactorNeeded(Refusal):
    """The password is right, and the person has a second factor: nobody is signed in yet."""

    challenge: str = told("What `completeSignIn` takes, once. Keep it in memory only.")
    methods: list[SecondFactor] = told("With what the person can complete the sign-in.")
    expires_at: datetime = told("Until when; five minutes from now.")
    passkey_options: JSON | None = told(
        "For `PublicKeyCredential.parseRequestOptionsFromJSON`, with this challenge in it; null for who has no passkey."
    )


@refusal(errors.ProofFailed)
class ProofFailed(Refusal):
    """A password, code or passkey is not the right one, or was used before."""


@refusal(errors.ChallengeEnded)
class ChallengeEnded(Refusal):
    """What was begun five minutes ago or more, was completed already, or was begun in another browser."""


@refusal(errors.LongerPasswordFirst)
class LongerPasswordFirst(Refusal):
    """The password has fewer than 15 characters, which is enough only beside a second factor."""


@refusal(errors.SignInFirst)
class SignInFirst(Refusal):
    """The link was mailed to an address that has a user already, and it is not the one who is signed in here."""


@refusal(errors.Throttled)
class Throttled(Refusal):
    """Too many attempts."""

    retry_after_seconds: int = told("Seconds to wait before the next attempt.")


@refusal(errors.LinkInvalid)
class LinkInvalid(Refusal):
    """A mailed link has expired, was used, or never was."""


@refusal(errors.SecondPersonNeeded)
class SecondPersonNeeded(Refusal):
    """Whoever asked for it cannot be the one who approves or reviews it."""


@refusal(errors.LastOwner)
class LastOwner(Refusal):
    """An account cannot be left without an owner."""


@refusal(travel_errors.TravelsOverlap)
class TravelsOverlap(Refusal):
    """Whoever travels is elsewhere on some of these days already. Nobody is at two places at once."""

    travel_id: strawberry.ID = told(
        "Which travel that is.", resolver=lambda root: strawberry.ID(global_id("travel", root.travel_id))
    )
    first_on: date = told("Its first day, as clocks there count.")
    last_on: date = told("Its last day, inclusive.")


@refusal(errors.AlreadyTaken)
class AlreadyTaken(Refusal):
    """A name that must be unique in the account, or on the platform, is in use."""

    path: str = told("Which value of the input, as `slug`.")


@refusal(following.CursorGone)
class CursorGone(Refusal):
    """What follows a cursor of `changes` cannot be told any more. Read everything anew and follow from the end."""
