"""Checks of what runs here now: how this server is reached, what its database holds and what waits in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from calendera.gateway import TOLD
from calendera.promises.code import fields_with_permission, of_business_people, of_customers, without_period
from calendera.promises.finding import LiveCheck, Surroundings, judged, unchecked
from calendera.settings import Settings
from calendera.settings_checks import on_this_machine
from models.clearing import overdue
from models.export import waiting_since
from models.policy_notice import PolicyNotice
from models.promise_check import Finding
from models.storage.database import fetch
from models.watch_sign import STALLED_AFTER, WatchSign
from privacy import policy
from privacy.promises import PromiseStatus

# What passage 7.1 says is deleted by itself.
DELETED = frozenset({
    "session", "customer_session", "customer_link", "password_reset", "sign_up", "security_event", "platform_alert",
    "mail", "intake_answer",
})  # fmt: skip
LONGEST_EXPORT = timedelta(hours=6)
# What a payment company may be told, see passage 3.2.
_TOLD_OF_A_PAYMENT = {"merchant", "reference", "amountMinor", "currency", "expiresAt", "returnUrl"}

# Nobody's connection is bound to an account here: behind the wall it finds no row of any.
_BEHIND_THE_WALL = "SELECT COUNT(account_id) AS n FROM {table}"
_BEHIND = ("booking", "customer", "staff", "intake_answer")
_UNHASHED = """
    SELECT COUNT(*) AS n FROM app_user WHERE LENGTH(password_hash) > 1 AND password_hash NOT LIKE '$argon2id$%'
"""


async def _header(around: Surroundings) -> Finding:
    now = policy.current(around.now.date())
    return judged(
        now is not None,
        "The text is the one that was published, to the letter, and dated by the day it took effect.",
        "No version of the policy is in force yet.",
    )


async def _account_data(_around: Surroundings) -> Finding:
    held = of_business_people()
    unhashed = int((await fetch(_UNHASHED))[0]["n"])
    if held.status is not PromiseStatus.PASSING:
        return held
    return judged(
        not unhashed,
        f"{held.evidence} Every password is kept as an argon2id hash.",
        f"{unhashed} passwords are not kept as argon2id hashes.",
    )


async def _booking_data(_around: Surroundings) -> Finding:
    held = of_customers()
    found = [int((await fetch(_BEHIND_THE_WALL.format(table=table)))[0]["n"]) for table in _BEHIND]
    if held.status is not PromiseStatus.PASSING:
        return held
    return judged(
        not any(found),
        f"{held.evidence} Asked without naming a business, the database shows nobody's bookings, customers, staff or "
        "answers.",
        "The database shows rows of businesses to whoever is of none.",
    )


def companies(told: Iterable[str], settings: Settings) -> Finding:
    """Whether a payment company is `told` nothing but what the policy says, and which companies there are."""
    online = settings.payment_gateway_url is not None
    paying = "A payment company is told amounts and random numbers." if online else "No payment company is connected."
    mail = "Mails leave through one mail server." if settings.smtp_url else "Mails stay on this server."
    return judged({*told} <= _TOLD_OF_A_PAYMENT, f"{mail} {paying}", "A payment company is told more than this.")


async def _companies(around: Surroundings) -> Finding:
    return companies(TOLD, around.settings)


def transport(settings: Settings) -> Finding:
    """Whether what comes to this server, and goes from it to its parts, is encrypted or never leaves the machine."""
    if settings.secure:
        return judged(
            True,
            "Only encrypted requests are answered; browsers are told to come back by no other way."
            if settings.environment == "production"
            else "Only encrypted requests are answered.",
            "",
        )
    here = on_this_machine(urlsplit(settings.public_url).hostname) and on_this_machine(settings.host)
    return judged(
        here,
        "This server answers its own machine alone, so that nothing travels over a network.",
        "This server can be reached from elsewhere without encryption.",
    )


async def _transport(around: Surroundings) -> Finding:
    return transport(around.settings)


async def _access(around: Surroundings) -> Finding:
    fields, last = await asyncio.to_thread(fields_with_permission), await WatchSign.last_at()
    if last is None:
        return unchecked(f"All {fields} fields say who may use them. No server has run yet that watches for attacks.")
    return judged(
        around.now - last <= STALLED_AFTER,
        f"All {fields} fields and actions say who may use them, and the watch for attacks is awake.",
        "The watch for attacks gives no sign.",
    )


async def _exports(around: Surroundings) -> Finding:
    oldest = await waiting_since()
    return judged(
        oldest is None or around.now - oldest <= LONGEST_EXPORT,
        "No archive that was asked for waits longer than six hours.",
        "An archive that was asked for has waited for more than six hours.",
    )


async def _retention(around: Surroundings) -> Finding:
    late, without = await overdue(DELETED, around.now), without_period()
    return judged(
        not late and not without,
        f"Every kind of personal data has a period. Of the {len(DELETED)} kinds of rows named here that are deleted by "
        "themselves none is overdue.",
        f"{late} rows should be deleted by now." if late else f"{without} columns have no period.",
    )


async def _told(around: Surroundings) -> Finding:
    latest = policy.latest_change(around.now.date())
    untold = await PolicyNotice.untold(latest.version, latest.published_on) if latest else 0
    return judged(
        not untold,
        f"All {len(policy.versions())} published versions are unaltered and can be read. Everybody who was here before "
        "the last change of what is promised has a notice of it.",
        f"{untold} people have no notice of the last change of what is promised.",
    )


LIVE: Mapping[str, LiveCheck] = {
    "header": _header,
    "1.1": _account_data,
    "1.2": _booking_data,
    "3.2": _companies,
    "4.1": _transport,
    "4.2": _access,
    "5.3": _exports,
    "7.1": _retention,
    "10": _told,
}
