"""What each mail carries: its purpose and the categories of data in it. A template that is not here sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.mail import MailTemplate
from rules.sharing import Channel, Purpose


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a message carries, and why."""

    purpose: Purpose
    categories: frozenset[str]


_ADDRESS = "user.contact.email"
_T, _P = MailTemplate, Purpose
_APPOINTMENT = Parcel(_P.COMMUNICATION, frozenset({_ADDRESS, "user.name", "user.behavior", "user.location"}))
_ENTRY = Parcel(_P.SERVICE, frozenset({_ADDRESS, "user.name"}))
_OWN_SIGN_IN = Parcel(_P.SECURITY, frozenset({_ADDRESS, "user.name"}))
_ALARM = Parcel(_P.SECURITY, frozenset({_ADDRESS}))
_LEAVE = Parcel(_P.SECURITY, frozenset({_ADDRESS, "user.content"}))

MAILED: Mapping[MailTemplate, Parcel] = MappingProxyType(
    {
        _T.SIGN_UP: _ENTRY,
        _T.SIGN_UP_EXISTING: _ENTRY,
        _T.PASSWORD_RESET: _OWN_SIGN_IN,
        _T.NEW_DEVICE: Parcel(_P.SECURITY, frozenset({_ADDRESS, "user.name", "user.device"})),
        _T.SIGN_IN_CHANGED: _OWN_SIGN_IN,
        _T.INVITATION: _ENTRY,
        _T.SUPPORT_ASKED: _LEAVE,
        _T.BREAK_GLASS_ASKED: _LEAVE,
        _T.GLASS_BROKEN: _LEAVE,
        _T.CUSTOMER_LINK: _ENTRY,
        _T.BOOKING_CONFIRMED: _APPOINTMENT,
        _T.BOOKING_REQUESTED: _APPOINTMENT,
        _T.BOOKING_DECLINED: _APPOINTMENT,
        _T.BOOKING_RESCHEDULED: _APPOINTMENT,
        _T.BOOKING_CANCELLED: _APPOINTMENT,
        _T.BOOKING_REMINDER: _APPOINTMENT,
        _T.SERIES_BOOKED: _APPOINTMENT,
        _T.SERIES_CHANGED: _APPOINTMENT,
        _T.SERIES_CANCELLED: _APPOINTMENT,
        _T.WAITLIST_JOINED: _APPOINTMENT,
        _T.WAITLIST_OFFER: _APPOINTMENT,
        _T.ATTENDEE_CONFIRMED: _APPOINTMENT,
        _T.ATTENDEE_MOVED: _APPOINTMENT,
        _T.ATTENDEE_CANCELLED: _APPOINTMENT,
        _T.SECURITY_EVENT: _ALARM,
        _T.PLATFORM_ALERT: _ALARM,
        _T.POLICY_CHANGED: _ENTRY,
    }
)

# The gateway gets ids and an amount; a calendar elsewhere gets a request with nothing about anybody.
PAYMENT = Parcel(_P.SERVICE, frozenset({"user.financial"}))
ASKING = Parcel(_P.SERVICE, frozenset())

PARCELS: Mapping[Channel, frozenset[Parcel]] = MappingProxyType(
    {
        Channel.MAIL: frozenset(MAILED.values()),
        Channel.PAYMENTS: frozenset({PAYMENT}),
        Channel.CALENDARS: frozenset({ASKING}),
    }
)
CATEGORIES = frozenset(one for parcels in PARCELS.values() for parcel in parcels for one in parcel.categories)
