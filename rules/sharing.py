"""Who may be sent what: the decision about every message that leaves. What is not registered is refused.

A purpose is one of `Purpose`, in which there is no marketing and no sale: selling data cannot be written down here.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_address
from uuid import UUID

from rules.regions import region_of

# How long before it counts a new processor is announced to businesses that are there already.
NOTICE = timedelta(days=30)
# What is announced on the first day of the register is what the server used before there was one.
FIRST_DAY = timedelta(days=1)


class Purpose(enum.Enum):
    """What a value is kept, or sent, for. Marketing and sale are not in the list, so they cannot be expressed."""

    SERVICE = "SERVICE"
    COMMUNICATION = "COMMUNICATION"
    SECURITY = "SECURITY"


class Channel(enum.Enum):
    """The ways out of the program."""

    MAIL = "MAIL"
    PAYMENTS = "PAYMENTS"
    CALENDARS = "CALENDARS"


class ProcessorRole(enum.Enum):
    """As what somebody gets data."""

    PROCESSOR = "PROCESSOR"
    CONTROLLER = "CONTROLLER"


class Safeguard(enum.Enum):
    """What protects data in a country outside the home region."""

    ADEQUACY_DECISION = "ADEQUACY_DECISION"
    STANDARD_CLAUSES = "STANDARD_CLAUSES"
    BINDING_RULES = "BINDING_RULES"


class Recipient(enum.Enum):
    """To whom a message goes."""

    PROCESSOR = "PROCESSOR"
    OWN_MACHINE = "OWN_MACHINE"
    CHOSEN = "CHOSEN"


class EgressRefusal(enum.Enum):
    """Why a message does not leave."""

    NOT_REGISTERED = "NOT_REGISTERED"
    NOT_YET = "NOT_YET"
    ENDED = "ENDED"
    PURPOSE_NOT_ALLOWED = "PURPOSE_NOT_ALLOWED"
    CATEGORY_NOT_DECLARED = "CATEGORY_NOT_DECLARED"
    OBJECTED = "OBJECTED"
    TRANSFER_BLOCKED = "TRANSFER_BLOCKED"


@dataclass(frozen=True, slots=True)
class Flow:
    """One message that is to leave. `categories` are keys of fideslang, as in the marks of columns."""

    channel: Channel
    host: str
    purpose: Purpose
    categories: Collection[str]


@dataclass(frozen=True, slots=True)
class Registered:
    """A processor as the register has it."""

    id: UUID
    channel: Channel
    hosts: Sequence[str]
    purposes: Collection[Purpose]
    categories: Collection[str]
    country: str
    safeguard: Safeguard | None
    safeguard_until: date | None
    starts_at: datetime
    ended_at: datetime | None

    @property
    def region(self) -> str:
        return region_of(self.country)

    def receives(self, flow: Flow) -> bool:
        """Whether it stands behind the address, whatever is sent there."""
        return self.channel is flow.channel and flow.host.lower() in self.hosts


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided. `processor` is who is registered for the address, also where the message is refused."""

    recipient: Recipient
    processor: Registered | None = None
    refusal: EgressRefusal | None = None


def decide(
    flow: Flow, registered: Iterable[Registered], home: str | None, now: datetime, objected: Collection[UUID] = ()
) -> Decision:
    """Whether a message may leave, and to whom. `home` is the region it leaves; None: outside of every region.

    Who is registered for an address counts, also on this machine. Otherwise a server on this machine is the operator's
    own, and an address that a business gave may be asked as long as nothing about anybody is sent there.
    """
    behind = [one for one in registered if one.receives(flow)]
    if any(one.id in objected for one in behind):
        # Also of one that was announced anew: an objection is to whoever stands behind the address.
        return Decision(Recipient.PROCESSOR, behind[0], EgressRefusal.OBJECTED)
    fit = next((one for one in behind if why_refused(flow, one, home, now) is None), None)
    if fit is not None:
        return Decision(Recipient.PROCESSOR, fit)
    if behind:
        last = max(behind, key=lambda one: one.starts_at)
        return Decision(Recipient.PROCESSOR, last, why_refused(flow, last, home, now))
    if on_this_machine(flow.host):
        return Decision(Recipient.OWN_MACHINE)
    if flow.channel is Channel.CALENDARS and not flow.categories:
        return Decision(Recipient.CHOSEN)
    return Decision(Recipient.PROCESSOR, None, EgressRefusal.NOT_REGISTERED)


def why_refused(flow: Flow, processor: Registered, home: str | None, now: datetime) -> EgressRefusal | None:
    """Why this processor may not be sent this; None where it may."""
    if processor.ended_at is not None and processor.ended_at <= now:
        return EgressRefusal.ENDED
    if processor.starts_at > now:
        return EgressRefusal.NOT_YET
    if flow.purpose not in processor.purposes:
        return EgressRefusal.PURPOSE_NOT_ALLOWED
    if not set(flow.categories) <= set(processor.categories):
        return EgressRefusal.CATEGORY_NOT_DECLARED
    until = processor.safeguard_until
    if processor.region != home and (processor.safeguard is None or until is None or until < now.date()):
        return EgressRefusal.TRANSFER_BLOCKED
    return None


def starts_at(asked_for: datetime | None, now: datetime, *, accounts: bool, first: datetime | None) -> datetime:
    """When a processor that is announced now begins to count: 30 days later at the earliest, at once where nobody has
    to be told, or where the register itself began (`first`) less than a day ago."""
    at_once = not accounts or first is None or now - first <= FIRST_DAY
    earliest = now if at_once else now + NOTICE
    return max(earliest, asked_for or earliest)


def on_this_machine(host: str) -> bool:
    """Whether the bytes stay here."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
