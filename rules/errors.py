"""What can go wrong, and what a caller is told.

    Refusal                  the request was understood and is refused; a typed member of the mutation's union
    ├── ValidationFailed     a value is not acceptable; says which and why
    ├── NotFound             no such row in this account (another account's id looks the same)
    ├── VersionConflict      somebody changed the row since the caller read it
    ├── SlotTaken            another booking or hold has the time; offers others
    ├── SeatsTaken           a group session has fewer seats left; says how many, offers others
    ├── NotOffered           the service is not offered at that time; says which rule, offers others
    ├── SeriesConflicts      some occurrences of a series cannot be booked or changed; says which, why, what is free
    ├── UnitsInUse           a resource cannot have fewer units: some are booked; says how many it must keep
    ├── AddOnRefused         an add-on cannot be chosen with this service; says which and why
    ├── NotPayable           a deposit has to be paid online, and this server takes no payments
    ├── NothingDue           the booking waits for no payment
    ├── NothingToRefund      so much of a payment is not left to give back; says how much is
    ├── HoldEnded            the hold has expired, was used, or never was
    ├── TooManyHolds         this visitor holds as many slots as one visitor may
    ├── OfferOver            what was offered to somebody who waits is not kept for them any more
    ├── TooManyWaiting       the customer waits for as much as one may
    ├── CustomerBlocked      the business takes no bookings from this customer
    ├── TooManyActiveBookings  the customer has as many bookings of this service as one may
    ├── TooLateToCancel      the cutoff that was promised at booking has passed
    ├── TooLateToReschedule  likewise
    ├── TooEarly             the appointment has not begun
    ├── WrongState           the booking is not in a state that allows this
    ├── IdempotencyKeyReused the key was used before for another input
    ├── SignInFailed         email and password do not match (the same answer for unknown emails)
    ├── SecondFactorNeeded   the password is right; a second factor completes the sign-in
    ├── ProofFailed          a password, code or passkey is not the right one
    ├── ChallengeEnded       what was begun took too long, was completed, or is another browser's
    ├── LongerPasswordFirst  the password is too short to stand alone
    ├── SignInFirst          the person is known already and has to sign in before going on
    ├── Throttled            too many attempts; says when to try again
    ├── LinkInvalid          a mailed link has expired, was used, or never was
    ├── SecondPersonNeeded   who asked for something cannot be the one who approves or reviews it
    ├── LastOwner            an account cannot be left without an owner
    ├── TravelsOverlap       somebody travels elsewhere on some of these days already; says when
    ├── AlreadyTaken         a name that must be unique is in use
    └── CursorGone           what follows a cursor of changes is not known any more
    Denied                   the credential may not do or see this; a top-level error that names the permission
    BadInput                 an argument of a query cannot be used; a top-level error
Everything else that is raised is a fault: masked, logged, answered with a request id.
A refusal's public attributes are the fields of the GraphQL type of the same name (`graph/errors.py`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.allowed import NOTHING_SAID, Allowed
from rules.second_factors import SecondFactor
from rules.slot_checks import Unfit


class RefusalCode(enum.Enum):
    """A stable word for each refusal, for programs that switch on it."""

    VALIDATION_FAILED = "VALIDATION_FAILED"
    NOT_FOUND = "NOT_FOUND"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    SLOT_TAKEN = "SLOT_TAKEN"
    SEATS_TAKEN = "SEATS_TAKEN"
    NOT_OFFERED = "NOT_OFFERED"
    SERIES_CONFLICTS = "SERIES_CONFLICTS"
    NOT_PAYABLE = "NOT_PAYABLE"
    NOTHING_DUE = "NOTHING_DUE"
    NOTHING_TO_REFUND = "NOTHING_TO_REFUND"
    ADD_ON_REFUSED = "ADD_ON_REFUSED"
    HOLD_ENDED = "HOLD_ENDED"
    UNITS_IN_USE = "UNITS_IN_USE"
    TOO_MANY_HOLDS = "TOO_MANY_HOLDS"
    OFFER_OVER = "OFFER_OVER"
    TOO_MANY_WAITING = "TOO_MANY_WAITING"
    TOO_MANY_ACTIVE_BOOKINGS = "TOO_MANY_ACTIVE_BOOKINGS"
    CUSTOMER_BLOCKED = "CUSTOMER_BLOCKED"
    TOO_LATE_TO_CANCEL = "TOO_LATE_TO_CANCEL"
    TOO_LATE_TO_RESCHEDULE = "TOO_LATE_TO_RESCHEDULE"
    TOO_EARLY = "TOO_EARLY"
    WRONG_STATE = "WRONG_STATE"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    SECOND_FACTOR_NEEDED = "SECOND_FACTOR_NEEDED"
    PROOF_FAILED = "PROOF_FAILED"
    CHALLENGE_ENDED = "CHALLENGE_ENDED"
    LONGER_PASSWORD_FIRST = "LONGER_PASSWORD_FIRST"  # noqa: S105 - a word for programs
    SIGN_IN_FIRST = "SIGN_IN_FIRST"
    THROTTLED = "THROTTLED"
    LINK_INVALID = "LINK_INVALID"
    SECOND_PERSON_NEEDED = "SECOND_PERSON_NEEDED"
    LAST_OWNER = "LAST_OWNER"
    TRAVELS_OVERLAP = "TRAVELS_OVERLAP"
    ALREADY_TAKEN = "ALREADY_TAKEN"
    CURSOR_GONE = "CURSOR_GONE"


class Refusal(Exception):
    """The request was understood and is refused, with what the caller needs to go on."""

    code: RefusalCode

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One value that cannot be accepted: where it stands in the input (`customer.email`) and what would be accepted."""

    path: str
    message: str


class ValidationFailed(Refusal):
    code = RefusalCode.VALIDATION_FAILED

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(f"{p.path}: {p.message}" for p in problems))
        self.fields = list(problems)


class NotFound(Refusal):
    """Absent and not-yours look the same: the message never says which."""

    code = RefusalCode.NOT_FOUND

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no {what} with that id that you can see. Check the id.")


class VersionConflict(Refusal):
    code = RefusalCode.VERSION_CONFLICT

    def __init__(self, current_version: int) -> None:
        super().__init__(
            f"Somebody changed this meanwhile: it is at version {current_version} now. Read it again, then repeat."
        )
        self.current_version = current_version


@dataclass(frozen=True, slots=True)
class Alternative:
    """A start that was free when the refusal was made (UTC), in the zone where the appointment takes place."""

    starts_at: datetime
    ends_at: datetime
    zone: str


class SlotTaken(Refusal):
    code = RefusalCode.SLOT_TAKEN

    def __init__(self, alternatives: Sequence[Alternative] = (), step: int | None = None) -> None:
        words = "That time has just been taken. Choose one of the alternatives, or ask for availability again."
        super().__init__(words)
        self.alternatives, self.step = list(alternatives), step


class SeatsTaken(Refusal):
    """`remaining` is how many seats are left at that time; with whom most are, where several people serve."""

    code = RefusalCode.SEATS_TAKEN

    def __init__(self, remaining: int, alternatives: Sequence[Alternative] = ()) -> None:
        left = "No seat is" if remaining == 0 else "Only 1 seat is" if remaining == 1 else f"Only {remaining} seats are"
        super().__init__(f"{left} left at that time. Choose one of the alternatives, or book for fewer.")
        self.remaining = remaining
        self.alternatives = list(alternatives)


class NotOffered(Refusal):
    """`allowed` is what the rule `reason` would accept; `step` is which service of a visit it stands against."""

    code = RefusalCode.NOT_OFFERED

    def __init__(
        self, reason: Unfit, message: str, alternatives: Sequence[Alternative] = (), allowed: Allowed = NOTHING_SAID,
        step: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.reason = reason
        self.allowed = allowed
        self.alternatives = list(alternatives)
        self.step = step


@dataclass(frozen=True, slots=True)
class OccurrenceConflict:
    """Why one occurrence of a series is refused: `code` and `message` as for a single booking, `reason` where a rule
    or another booking stands against its time."""

    position: int
    starts_at: datetime
    zone: str
    code: RefusalCode
    reason: Unfit | None
    message: str
    alternatives: tuple[Alternative, ...] = ()


class SeriesConflicts(Refusal):
    code = RefusalCode.SERIES_CONFLICTS

    def __init__(self, conflicts: Sequence[OccurrenceConflict]) -> None:
        count = len(conflicts)
        many = "1 occurrence cannot" if count == 1 else f"{count} occurrences cannot"
        super().__init__(f"{many} be done as asked, so nothing was. Choose other times, or skip what does not fit.")
        self.conflicts = list(conflicts)


class HoldEnded(Refusal):
    code = RefusalCode.HOLD_ENDED

    def __init__(self) -> None:
        super().__init__("The hold has expired or was used. Hold the slot again, or book without a hold.")


class TooManyHolds(Refusal):
    code = RefusalCode.TOO_MANY_HOLDS

    def __init__(self, limit: int, free_at: datetime) -> None:
        super().__init__(
            f"One visitor may hold {limit} slots at a time. Release one, book one, or wait for one to expire."
        )
        self.limit = limit
        self.free_at = free_at


class TooManyActiveBookings(Refusal):
    code = RefusalCode.TOO_MANY_ACTIVE_BOOKINGS

    def __init__(self, limit: int) -> None:
        bookings = "booking" if limit == 1 else "bookings"
        super().__init__(
            f"One customer may have {limit} {bookings} of this service to come. Wait until one is over, or cancel one."
        )
        self.limit = limit


class TooLateToCancel(Refusal):
    code = RefusalCode.TOO_LATE_TO_CANCEL

    def __init__(self, allowed_until: datetime) -> None:
        super().__init__("The time for cancelling this booking has passed. Please contact the business.")
        self.allowed_until = allowed_until


class TooLateToReschedule(Refusal):
    code = RefusalCode.TOO_LATE_TO_RESCHEDULE

    def __init__(self, allowed_until: datetime) -> None:
        super().__init__("The time for moving this booking has passed. Please contact the business.")
        self.allowed_until = allowed_until


class TooEarly(Refusal):
    code = RefusalCode.TOO_EARLY

    def __init__(self, starts_at: datetime) -> None:
        super().__init__("The appointment has not begun. This can be recorded from its start on.")
        self.starts_at = starts_at


class WrongState(Refusal):
    code = RefusalCode.WRONG_STATE

    def __init__(self, status: enum.Enum, allowed: Sequence[enum.Enum]) -> None:
        words = " or ".join(state.name for state in allowed)
        super().__init__(f"The booking is {status.name}; this is possible while it is {words}.")
        self.status = status
        self.allowed = list(allowed)


class IdempotencyKeyReused(Refusal):
    code = RefusalCode.IDEMPOTENCY_KEY_REUSED

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was used within 24 hours for another input. Use a new key for a new request."
        )


class SignInFailed(Refusal):
    code = RefusalCode.SIGN_IN_FAILED

    def __init__(self) -> None:
        super().__init__("Email and password do not match. Try again, or reset the password.")


class SecondFactorNeeded(Refusal):
    """The password was right. `challenge` is what `completeSignIn` takes, until `expires_at`."""

    code = RefusalCode.SECOND_FACTOR_NEEDED

    def __init__(
        self,
        challenge: str,
        methods: Sequence[SecondFactor],
        expires_at: datetime,
        passkey_options: Mapping[str, Any] | None,
    ) -> None:
        super().__init__("Now prove it by a second factor, with completeSignIn, within five minutes.")
        self.challenge = challenge
        self.methods = list(methods)
        self.expires_at = expires_at
        self.passkey_options = passkey_options


class ProofFailed(Refusal):
    code = RefusalCode.PROOF_FAILED

    def __init__(self) -> None:
        super().__init__(
            "This is not the right one, or was used before. Type the code that is shown now, or try another way."
        )


class ChallengeEnded(Refusal):
    code = RefusalCode.CHALLENGE_ENDED

    def __init__(self) -> None:
        super().__init__("This took too long, or was completed already. Begin again.")


class LongerPasswordFirst(Refusal):
    code = RefusalCode.LONGER_PASSWORD_FIRST

    def __init__(self) -> None:
        super().__init__(
            "Your password is too short to protect you without a second factor. Change it to one of at least 15 "
            "characters first."
        )


class SignInFirst(Refusal):
    """Said only to who holds a mailed link, and so the mailbox: it tells that the address has a user."""

    code = RefusalCode.SIGN_IN_FIRST

    def __init__(self) -> None:
        super().__init__("This email address signs in here already. Sign in with it, then follow the link again.")


class Throttled(Refusal):
    code = RefusalCode.THROTTLED

    def __init__(self, retry_after_seconds: int, message: str | None = None) -> None:
        super().__init__(message or f"Too many attempts. Try again in {retry_after_seconds} seconds.")
        self.retry_after_seconds = retry_after_seconds


class LinkInvalid(Refusal):
    code = RefusalCode.LINK_INVALID

    def __init__(self) -> None:
        super().__init__("This link has expired or was used. Ask for a new one.")


class SecondPersonNeeded(Refusal):
    code = RefusalCode.SECOND_PERSON_NEEDED

    def __init__(self) -> None:
        super().__init__("This was asked for by you. Somebody else of the platform has to decide about it.")


class LastOwner(Refusal):
    code = RefusalCode.LAST_OWNER

    def __init__(self) -> None:
        super().__init__("An account needs at least one owner. Make somebody else an owner first.")


class AlreadyTaken(Refusal):
    code = RefusalCode.ALREADY_TAKEN

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


class Denied(Exception):
    """The credential may not do or see this. `permission` names what is missing; nothing is said about the row."""

    def __init__(self, message: str, *, code: str = "FORBIDDEN", permission: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.permission = permission


class BadInput(Exception):
    """An argument of a query cannot be used (a bad cursor, both `first` and `last`); says what would be accepted."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
