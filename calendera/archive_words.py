"""What the README of an archive says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

_FILES = {
    "account.jsonl": "the business itself",
    "app_user.jsonl": "the people who work in the account: id, name, email address",
    "access_key.jsonl": "widget and partner keys; of a partner's key only what recognises it",
    "add_on.jsonl": "what can be chosen beside a service",
    "app_grant.jsonl": "each approval of an installed app, without its code",
    "app_installation.jsonl": "partners' apps that you installed, with what you approved",
    "app_token.jsonl": "since when and until when installed apps may ask; not the tokens themselves",
    "audit_checkpoint.jsonl": "signed statements of how far the chain of your history had come, and with which hash",
    "audit_entry.jsonl": "the chain of your history: each event as it was sealed, hashed with the one before it",
    "attendee.jsonl": "who comes to appointments beside who booked",
    "booking.jsonl": "appointments",
    "booking_add_on.jsonl": "what was chosen beside services, as it was then",
    "booking_series.jsonl": "appointments that repeat by one rule",
    "booking_snapshot.jsonl": "what appointments were at each event of theirs; the id is the event's",
    "busy_source.jsonl": "calendars elsewhere by which staff are busy",
    "calendar.jsonl": "one lockable calendar for each staff member",
    "calendar_feed.jsonl": "addresses by which calendar programs follow appointments; not the secrets in them",
    "calendar_subscription.jsonl": "how it goes with addresses of calendars elsewhere; not the addresses themselves",
    "cancellation.jsonl": "why appointments were cancelled or declined",
    "customer.jsonl": "customers with their contacts and your notes",
    "customer_block.jsonl": "from whom you take no bookings, and why",
    "customer_link.jsonl": "links that were mailed to customers who asked to see their bookings",
    "customer_session.jsonl": "where customers are signed in to see their bookings",
    "customer_tag.jsonl": "the tags you gave to customers",
    "engagement.jsonl": "who and what serves an appointment",
    "event.jsonl": "what happened, when and by whom, in the order it happened",
    "export.jsonl": "the archives that were asked for, this one included",
    "external_busy.jsonl": "when staff are busy by calendars elsewhere, in seconds since 1970 (UTC)",
    "group_session.jsonl": "appointments that several parties share, with how many of their seats are taken",
    "hold.jsonl": "slots that somebody holds for some minutes",
    "idempotency_key.jsonl": "requests of the last 24 hours that must not be carried out twice",
    "intake_answer.jsonl": "what customers answered to your questions, with the question as it was asked",
    "intake_question.jsonl": "the questions that your services ask",
    "invitation.jsonl": "invitations to work in the account",
    "location.jsonl": "places",
    "mail.jsonl": "mails of the account that wait to be sent or could not be sent",
    "membership.jsonl": "who works in the account, with which role",
    "needed_resource.jsonl": "rooms and things that an appointment needs",
    "occupancy.jsonl": "time that appointments, holds and sessions block, with buffers, in seconds since 1970 (UTC)",
    "offering.jsonl": "which staff member offers which service",
    "payment.jsonl": "what is to be paid for appointments, and what became of it",
    "payment_entry.jsonl": "what happened to payments, in the order it happened",
    "platform_access.jsonl": "when people of Calendera asked to enter the account or did, and why",
    "privacy_settings.jsonl": "your privacy settings",
    "refund.jsonl": "what is given back of payments",
    "reminder.jsonl": "reminders of appointments that are still to be mailed",
    "resource.jsonl": "rooms and things that can be booked",
    "resource_need.jsonl": "which service needs which rooms and things",
    "schedule.jsonl": "weekly opening hours",
    "schedule_override.jsonl": "days with hours of their own",
    "security_event.jsonl": "what looked like an attack on the account, and who looked at it",
    "segment.jsonl": "the services of an appointment that is of several, one after the other",
    "series_occurrence.jsonl": "the single dates of appointments that repeat",
    "service.jsonl": "what can be booked",
    "service_add_on.jsonl": "which service may have what beside it",
    "staff.jsonl": "the people who can be booked",
    "closed_day.jsonl": "days on which a place is closed",
    "time_off.jsonl": "when somebody is away",
    "travel.jsonl": "when somebody works elsewhere, and where",
    "waitlist_entry.jsonl": "who waits or waited for a time that was taken, and what became of it",
}

_TEXT = """Everything that your account holds in Calendera
================================================

Written on {at:%Y-%m-%d} at {at:%H:%M:%S} UTC. All files show the same moment.

Each file holds one kind of thing as JSON Lines: every line is one JSON object,
in UTF-8. Any text editor opens them, and most programs that work with data
read them as they are.

- Ids (as bkg_... for a booking) are those of the API. The same id in two files
  means the same thing: booking.customer_id is the id of a line in
  customer.jsonl. Some things have no id in the API; theirs is a plain UUID.
- Times are UTC, as 2027-01-11T12:00:00Z. A booking also has local_start, the
  time on the wall where it takes place, and the zone of that wall.
- Prices are in the smallest unit of the currency (price_minor).
- Passwords and the secret parts of keys and links are left out: only a hash of
  them is stored, and it would be of no use but to somebody who guesses.
- manifest.json lists the files with their number of lines and the SHA-256 of
  their content, so that a program can tell whether the archive is complete.

The archive contains personal data. Keep it where only you can read it, and
delete it when you no longer need it. Calendera deletes its copy after 24 hours.

Files
-----
{files}
"""


def readme(at: datetime, files: Sequence[tuple[str, int]]) -> str:
    """The text for an archive of `at` (UTC) with these files and numbers of lines."""
    lines = [f"{name:<24} {rows:>8}  {_FILES.get(name, '')}".rstrip() for name, rows in files]
    return _TEXT.format(at=at, files="\n".join(lines))
