"""From a waiting mail to its letter: read from the rows as they are now, so that nothing is told that is not true.

None where there is nothing to tell any more: the row is gone, its link is used or over, the booking has changed its
state since (that change has a mail of its own), or its time has passed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from calendera import mail_words as words
from calendera.mail_policy import policy_changed
from calendera.mail_series import about_series
from calendera.mail_waitlist import to_whoever_waits
from calendera.mail_words import Appointment, CalendarFile, Letter, one_line
from models.account import Account
from models.attendee import Attendee
from models.booking import manage_token
from models.customer_session import CustomerLink
from models.keyring import link_token
from models.leases import uuid_of
from models.mail import Mail, MailTemplate
from models.membership import Invitation, InvitationStatus
from models.platform_access import PlatformAccess
from models.second_factor import SignInChange
from models.security_event import PlatformAlert, SecurityEvent
from models.segment import told_of
from models.session import Session
from models.storage.database import fetch
from models.storage.instant import from_database
from models.user import PasswordReset, SignUp, User
from rules.booking_states import BookingStatus
from rules.ics_writing import Entry, appointment_entry
from rules.ids import global_id
from rules.visit_words import lines_of, people_in
from rules.watching import message

T, S = MailTemplate, BookingStatus

_BOOKING = """
    SELECT b.id, b.reference, b.status, b.starts_at, b.ends_at, b.zone, b.customer_zone, b.sequence, b.manage_nonce,
           b.ical_uid, b.requests_block, b.awaits_payment, b.title,
           a.name AS business, COALESCE(b.title, s.name) AS service, w.name AS staff, c.name AS customer,
           c.email, l.name AS place, l.address
    FROM booking b
    JOIN account a ON a.id = b.account_id
    JOIN service s ON s.account_id = b.account_id AND s.id = b.service_id
    JOIN staff w ON w.account_id = b.account_id AND w.id = b.staff_id
    JOIN customer c ON c.account_id = b.account_id AND c.id = b.customer_id
    LEFT JOIN location l ON l.account_id = b.account_id AND l.id = b.location_id
    WHERE b.account_id = $1 AND b.id = $2
"""

# In which states a booking still is what the mail says about it.
_TRUE_IN: Mapping[MailTemplate, frozenset[BookingStatus]] = {
    T.BOOKING_CONFIRMED: frozenset({S.CONFIRMED}),
    T.BOOKING_REQUESTED: frozenset({S.REQUESTED}),
    T.BOOKING_DECLINED: frozenset({S.DECLINED, S.EXPIRED}),
    T.BOOKING_RESCHEDULED: frozenset({S.CONFIRMED, S.REQUESTED}),
    T.BOOKING_CANCELLED: frozenset({S.CANCELLED}),
    T.BOOKING_REMINDER: frozenset({S.CONFIRMED}),
    T.ATTENDEE_CONFIRMED: frozenset({S.CONFIRMED}),
    T.ATTENDEE_MOVED: frozenset({S.CONFIRMED}),
    T.ATTENDEE_CANCELLED: frozenset({S.CANCELLED}),
}
# Those that are about the time it then had: whoever moves it tells of the new one, and plans other reminders.
_OF_ITS_TIME = frozenset({T.BOOKING_RESCHEDULED, T.BOOKING_REMINDER, T.ATTENDEE_MOVED})
# PUBLISH tells and asks for no answer; REQUEST would ask to accept or decline what is agreed already. CANCEL takes out
# of a calendar what was published before (RFC 5546).
_METHODS: Mapping[BookingStatus, str] = {S.CONFIRMED: "PUBLISH", S.CANCELLED: "CANCEL"}
_ABOUT_BOOKINGS: Mapping[MailTemplate, Callable[[Appointment], Letter]] = {
    T.BOOKING_CONFIRMED: words.booking_confirmed,
    T.BOOKING_REQUESTED: words.booking_requested,
    T.BOOKING_DECLINED: words.booking_declined,
    T.BOOKING_RESCHEDULED: words.booking_rescheduled,
    T.BOOKING_CANCELLED: words.booking_cancelled,
    T.BOOKING_REMINDER: words.booking_reminder,
}
_TO_ATTENDEES: Mapping[MailTemplate, tuple[str, str]] = {
    T.ATTENDEE_CONFIRMED: ("You are expected", "You are expected at this appointment:"),
    T.ATTENDEE_MOVED: ("Moved", "An appointment at which you are expected was moved. This counts now:"),
    T.ATTENDEE_CANCELLED: ("Cancelled", "An appointment at which you were expected is cancelled:"),
}


_CHANGED: Mapping[SignInChange, str] = {
    SignInChange.CODES_SET_UP: "An authenticator app was set up for",
    SignInChange.CODES_REMOVED: "The authenticator app was removed from",
    SignInChange.PASSKEY_ADDED: "A passkey was added to",
    SignInChange.PASSKEY_REMOVED: "A passkey was removed from",
    SignInChange.PASSKEY_COPIED: "A copy of a passkey was used, and refused, to sign in to",
    SignInChange.RECOVERY_CODES_RENEWED: "New recovery codes were made for",
    SignInChange.RECOVERY_CODE_USED: "A recovery code was used to sign in to",
}


async def letter_for(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    """The letter of a waiting mail, or None where nothing is to be sent."""
    return await _WRITERS[mail.template](mail, now, public_url)


async def _about_booking(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    found = await fetch(_BOOKING, mail.account_id, mail.about_id)
    row = found[0] if found else None
    # The link in it opens what is known of the customer, who may have another address by now.
    if row is None or row["email"] != mail.to:
        return None
    return await _of_booking(mail, dict(row), now, public_url)


async def _to_attendee(mail: Mail, now: datetime, _public_url: str) -> Letter | None:
    """What an attendee is told: nothing of who booked, of others who come, or that anybody typed; and no link."""
    if mail.account_id is None:
        return None
    coming = await Attendee.of(mail.account_id).get_or_none(id=mail.about_id)
    if coming is None or coming.email != mail.to:
        return None
    (row,) = await fetch(_BOOKING, mail.account_id, coming.booking_id)
    bare = {**dict(row), "customer": "", "reference": "", "customer_zone": None, "manage_nonce": ""}
    return await _of_booking(mail, bare, now, None)


async def _of_booking(mail: Mail, row: Mapping[str, Any], now: datetime, public_url: str | None) -> Letter | None:
    if (status := BookingStatus(row["status"])) not in _TRUE_IN[mail.template]:
        return None
    starts_at = from_database(row["starts_at"])
    # A later move has posted its own mail; where the poster said which move this one is about, it is told once.
    superseded = mail.template in _OF_ITS_TIME and mail.data.get("sequence", row["sequence"]) < row["sequence"]
    if superseded or starts_at <= now:
        return None
    token = manage_token(uuid_of(row["id"]), row["manage_nonce"]) if public_url is not None else ""
    told = await told_of(mail.account_id, uuid_of(row["id"])) if row["title"] and mail.account_id else []
    place = ", ".join(part for part in (row["place"], row["address"]) if part)
    about = Appointment(
        business=row["business"], service=row["service"], staff=people_in(told) or row["staff"],
        customer=row["customer"], parts=tuple(one_line(line) for line in lines_of(told, row["zone"])),
        place=place or None, reference=row["reference"], starts_at=starts_at, ends_at=from_database(row["ends_at"]),
        zone=row["zone"], customer_zone=row["customer_zone"], token=token,
        link=_link(public_url, "booking", token) if public_url is not None else "",
    )  # fmt: skip
    if status is S.EXPIRED:
        return words.booking_unpaid(about) if row["awaits_payment"] else words.booking_expired(about)
    if status is S.REQUESTED and not row["requests_block"] and mail.template is T.BOOKING_REQUESTED:
        return words.booking_asked(about)
    along = _TO_ATTENDEES.get(mail.template)
    letter = words.to_attendee(about, *along) if along else _ABOUT_BOOKINGS[mail.template](about)
    entry = Entry(row["ical_uid"], row["sequence"], status, starts_at, about.ends_at, now, "")
    return replace(letter, calendar=_calendar(entry, about, place))


def _calendar(entry: Entry, about: Appointment, place: str) -> CalendarFile | None:
    # A request is nobody's appointment yet. Its cancelling is sent all the same: an unknown UID is of no consequence.
    method = _METHODS.get(entry.status)
    if method is None:
        return None
    named = {"service": about.service, "business": about.business, "staff": about.staff}
    told = appointment_entry(entry, **named, place=(place,), reference=about.reference, parts=about.parts)
    return CalendarFile((told,), method, about.business)


async def _sign_up(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    asked = await SignUp.get_or_none(id=mail.about_id, expires_at__gt=now)
    if asked is None:
        return None
    token = link_token("su", asked.id, asked.nonce)
    link, expires = _link(public_url, "confirm-sign-up", token), words.until(asked.expires_at, asked.zone)
    if mail.template is T.SIGN_UP_EXISTING:
        return words.sign_up_existing(asked.business_name, expires, link, token)
    return words.sign_up(asked.name, asked.business_name, expires, link, token)


async def _password_reset(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    reset = await PasswordReset.get_or_none(id=mail.about_id, used_at=None, expires_at__gt=now)
    user = await User.get_or_none(id=reset.user_id) if reset and reset.user_id else None
    if reset is None or user is None or user.email != mail.to:
        return None
    token = link_token("rt", reset.id, reset.nonce)
    return words.password_reset(
        user.name, words.until(reset.expires_at), _link(public_url, "reset-password", token), token
    )


async def _new_device(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    session = await Session.get_or_none(id=mail.about_id, ended_at=None, expires_at__gt=now)
    user = await User.get_or_none(id=session.user_id) if session else None
    if session is None or session.notice_nonce is None or user is None:
        return None
    token = link_token("es", session.id, session.notice_nonce)
    when = words.until(session.created_at)
    return words.new_device(user.name, session.device, when, _link(public_url, "new-sign-in", token), token)


async def _sign_in_changed(mail: Mail, _now: datetime, public_url: str) -> Letter | None:
    user = await User.get_or_none(id=mail.about_id)
    if user is None:
        return None
    what, when = _CHANGED[SignInChange[mail.data["what"]]], words.until(mail.created_at)
    return words.sign_in_changed(user.name, what, when, f"{public_url}/reset-password")


async def _invitation(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    account = await Account.get_or_none(id=mail.account_id)
    if account is None:
        return None
    pending = Invitation.of(account.id).filter(status=InvitationStatus.PENDING, expires_at__gt=now)
    offer = await pending.get_or_none(id=mail.about_id)
    if offer is None:
        return None
    inviter = await User.get_or_none(id=offer.invited_by_id)
    token = link_token("it", offer.id, offer.nonce)
    expires = words.until(offer.expires_at, account.zone)
    link = _link(public_url, "invitation", token)
    return words.invitation(account.name, inviter.name if inviter else None, offer.role.value, expires, link, token)


async def _security_event(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    account = await Account.get_or_none(id=mail.account_id)
    if account is None:
        return None
    noticed = await SecurityEvent.of(account.id).get_or_none(id=mail.about_id, acknowledged_at=None)
    if noticed is None:
        return None
    since = words.until(noticed.created_at, account.zone)
    return words.security_event(account.name, message(noticed.kind, noticed.count), since)


async def _platform_alert(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    alert = await PlatformAlert.waiting().get_or_none(id=mail.about_id)
    if alert is None:
        return None
    return words.platform_alert(message(alert.kind, alert.count), words.until(alert.created_at))


async def _platform_access(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    account = await Account.get_or_none(id=mail.account_id)
    found = await PlatformAccess.of(account.id).get_or_none(id=mail.about_id) if account else None
    if account is None or found is None:
        return None
    if mail.template is T.GLASS_BROKEN and found.expires_at:
        return words.glass_broken(account.name, found.reason, words.until(found.expires_at, account.zone))
    if found.given_at is not None or found.ended_at is not None:
        return None
    write = words.support_asked if mail.template is T.SUPPORT_ASKED else words.break_glass_asked
    name = account.name if mail.template is T.SUPPORT_ASKED else account.slug
    return write(name, found.reason, global_id("platform_access", found.id))


async def _customer_link(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    account = await Account.get_or_none(id=mail.account_id)
    if account is None:
        return None
    unused = CustomerLink.of(account.id).filter(used_at=None, expires_at__gt=now)
    asked = await unused.get_or_none(id=mail.about_id)
    if asked is None or await asked.customer() is None:
        return None
    token = link_token("cl", asked.id, asked.nonce)
    expires = words.until(asked.expires_at, account.zone)
    return words.customer_link(account.name, expires, _link(public_url, "my-bookings", token), token)


def _link(public_url: str, page: str, token: str) -> str:
    return f"{public_url}/{page}#token={token}"


_WRITERS: Mapping[MailTemplate, Callable[[Mail, datetime, str], Awaitable[Letter | None]]] = {
    T.SIGN_UP: _sign_up,
    T.SIGN_UP_EXISTING: _sign_up,
    T.PASSWORD_RESET: _password_reset,
    T.NEW_DEVICE: _new_device,
    T.SIGN_IN_CHANGED: _sign_in_changed,
    T.INVITATION: _invitation,
    T.CUSTOMER_LINK: _customer_link,
    T.WAITLIST_JOINED: to_whoever_waits,
    T.WAITLIST_OFFER: to_whoever_waits,
    T.SUPPORT_ASKED: _platform_access,
    T.BREAK_GLASS_ASKED: _platform_access,
    T.GLASS_BROKEN: _platform_access,
    T.POLICY_CHANGED: policy_changed,
    T.SECURITY_EVENT: _security_event,
    T.PLATFORM_ALERT: _platform_alert,
    **dict.fromkeys(_ABOUT_BOOKINGS, _about_booking),
    **dict.fromkeys(_TO_ATTENDEES, _to_attendee),
    **dict.fromkeys((T.SERIES_BOOKED, T.SERIES_CHANGED, T.SERIES_CANCELLED), about_series),
}
