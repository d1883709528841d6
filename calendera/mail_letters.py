"""From a waiting mail to its letter: read from the rows as they are now, so that nothing is told that is not true.

None where there is nothing to tell any more: the row is gone, its link is used or over, the booking has changed its
state since (that change has a mail of its own), or its time has passed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from calendera import mail_words as words
from calendera.mail_words import Appointment, Letter
from models.account import Account
from models.booking import manage_token
from models.keyring import link_token
from models.leases import uuid_of
from models.mail import Mail, MailTemplate
from models.membership import Invitation, InvitationStatus
from models.storage.database import fetch
from models.storage.instant import from_database
from models.user import PasswordReset, SignUp, User
from rules.booking_states import BookingStatus

T, S = MailTemplate, BookingStatus

_BOOKING = """
    SELECT b.id, b.reference, b.status, b.starts_at, b.ends_at, b.zone, b.customer_zone, b.sequence, b.manage_nonce,
           a.name AS business, s.name AS service, w.name AS staff, c.name AS customer, l.name AS place, l.address
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
}
_ABOUT_BOOKINGS: Mapping[MailTemplate, Callable[[Appointment], Letter]] = {
    T.BOOKING_CONFIRMED: words.booking_confirmed,
    T.BOOKING_REQUESTED: words.booking_requested,
    T.BOOKING_DECLINED: words.booking_declined,
    T.BOOKING_RESCHEDULED: words.booking_rescheduled,
    T.BOOKING_CANCELLED: words.booking_cancelled,
}


async def letter_for(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    """The letter of a waiting mail, or None where nothing is to be sent."""
    return await _WRITERS[mail.template](mail, now, public_url)


async def _about_booking(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    found = await fetch(_BOOKING, mail.account_id, mail.about_id)
    row = found[0] if found else None
    if row is None or (status := BookingStatus(row["status"])) not in _TRUE_IN[mail.template]:
        return None
    starts_at = from_database(row["starts_at"])
    # A later move has posted its own mail; where the poster said which move this one is about, it is told once.
    superseded = mail.template is T.BOOKING_RESCHEDULED and mail.data.get("sequence", row["sequence"]) < row["sequence"]
    if superseded or starts_at <= now:
        return None
    token = manage_token(uuid_of(row["id"]), row["manage_nonce"])
    place = ", ".join(part for part in (row["place"], row["address"]) if part)
    about = Appointment(
        business=row["business"], service=row["service"], staff=row["staff"], customer=row["customer"],
        place=place or None, reference=row["reference"], starts_at=starts_at, ends_at=from_database(row["ends_at"]),
        zone=row["zone"], customer_zone=row["customer_zone"], link=_link(public_url, "booking", token), token=token,
    )  # fmt: skip
    return words.booking_expired(about) if status is S.EXPIRED else _ABOUT_BOOKINGS[mail.template](about)


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


def _link(public_url: str, page: str, token: str) -> str:
    return f"{public_url}/{page}#token={token}"


_WRITERS: Mapping[MailTemplate, Callable[[Mail, datetime, str], Awaitable[Letter | None]]] = {
    T.SIGN_UP: _sign_up,
    T.SIGN_UP_EXISTING: _sign_up,
    T.PASSWORD_RESET: _password_reset,
    T.INVITATION: _invitation,
    **dict.fromkeys(_ABOUT_BOOKINGS, _about_booking),
}
