"""Mails to those who wait, read from the rows as they are now. None where an offer is over, or was answered."""

from __future__ import annotations

from datetime import datetime

from calendera import mail_words as words
from calendera.mail_words import Letter, Offered
from models.mail import Mail, MailTemplate
from models.storage.instant import from_database
from models.waitlist import WaitlistEntry, shown
from rules.waitlist import WaitlistState


async def to_whoever_waits(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    """The letter of somebody who has joined, or who is offered a time."""
    if mail.account_id is None:
        return None
    entry = await WaitlistEntry.of(mail.account_id).get_or_none(id=mail.about_id)
    if entry is None:
        return None
    row, link = await shown(entry), f"{public_url}/waitlist#token={entry.token}"
    if row["email"] != mail.to:
        return None
    if mail.template is MailTemplate.WAITLIST_JOINED:
        waits = entry.state is WaitlistState.WAITING
        return words.waitlist_joined(row["business"], row["service"], link, entry.token) if waits else None
    until = entry.offer_expires_at
    if entry.state is not WaitlistState.OFFERED or until is None or until <= now or row["starts_at"] is None:
        return None
    return words.waitlist_offer(
        Offered(
            row["business"], row["service"], row["staff"], row["customer"], from_database(row["starts_at"]),
            from_database(row["ends_at"]), row["zone"], entry.customer_zone, until, link, entry.token,
        )
    )  # fmt: skip
