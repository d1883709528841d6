"""The gateway: whoever takes payments online, spoken to by the small protocol of docs/payments.md.

It gets ids, an amount and where to send people back to; nothing about them. Secrets are never logged.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from calendera.clock import Clock
from calendera.egress import Egress, EgressRefused
from calendera.outgoing import NotAnswered, Outgoing, host_of
from calendera.settings import Settings
from models.mail_parcels import PAYMENT
from rules.currencies import EXACT
from rules.instants import format_instant
from rules.payments import GatewayFailed, Intent, PaymentState
from rules.sharing import Channel

SECONDS = 10.0
LARGEST = 256 * 1024
SIGNATURE = "calendera-signature"
# A notice that is older, or from further ahead, is refused: nobody can send a recorded one again later.
TOLERANCE = timedelta(minutes=5)
_STATES = {
    "pending": PaymentState.PENDING,
    "paid": PaymentState.PAID,
    "failed": PaymentState.FAILED,
    "expired": PaymentState.EXPIRED,
}
# What may work later: too many requests, a conflict with itself, and whatever is the gateway's own trouble.
_TEMPORARY = frozenset({408, 409, 425, 429})


class NotSigned(Exception):
    """A notice that is not, or no longer, the gateway's word."""


# All that a payment company learns of a payment: nothing of a person.
TOLD = ("merchant", "reference", "amountMinor", "currency", "expiresAt", "returnUrl")


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """See `rules.payments.Gateway`."""

    url: str
    secret: str
    return_url: str
    egress: Egress

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> HttpGateway | None:
        """The one that the settings name, if any."""
        if settings.payment_gateway_url is None or settings.payment_gateway_secret is None:
            return None
        secret = settings.payment_gateway_secret.get_secret_value()
        return cls(settings.payment_gateway_url, secret, f"{settings.public_url}/paid", Egress.of(settings, clock))

    async def create(
        self, account_id: UUID, payment_id: UUID, amount: int, currency: str, expires_at: datetime
    ) -> Intent:
        asked = (str(account_id), str(payment_id), amount, currency, format_instant(expires_at), self.return_url)
        told = dict(zip(TOLD, asked, strict=True))
        return read_intent(await self._ask("POST", "/intents", told, key=payment_id))

    async def fetch(self, reference: str) -> Intent:
        return read_intent(await self._ask("GET", f"/intents/{reference}"))

    async def refund(self, reference: str, refund_id: UUID, amount: int, currency: str) -> str:
        asked = {"amountMinor": amount, "currency": currency}
        answer = await self._ask("POST", f"/intents/{reference}/refunds", asked, key=refund_id)
        return _text(answer, "id", 200)

    async def _ask(
        self, method: str, path: str, given: dict[str, Any] | None = None, *, key: UUID | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", "Accept": "application/json"}
        if given is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(key)}
        body = None if given is None else orjson.dumps(given)
        try:
            async with self.egress.leaving(Channel.PAYMENTS, host_of(self.url), PAYMENT):
                found = await Outgoing(seconds=SECONDS).ask(
                    method, f"{self.url}{path}", most_bytes=LARGEST, headers=headers, body=body
                )
        except EgressRefused as refused:
            raise GatewayFailed(refused.refusal.value, temporary=True) from None
        except NotAnswered:
            raise GatewayFailed("NOT_ANSWERED", temporary=True) from None
        if found.status not in (200, 201):
            raise GatewayFailed(f"HTTP_{found.status}", temporary=found.status >= 500 or found.status in _TEMPORARY)
        try:
            return orjson.loads(found.body)
        except ValueError:
            raise GatewayFailed("NOT_JSON", temporary=True) from None


def signature(secret: str, body: bytes, at: int) -> str:
    """What the header of a notice says: `t=<seconds>,v1=<hex>`, HMAC-SHA256 of `<seconds>.<body>`."""
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def check_signature(secret: str, header: str, body: bytes, now: datetime) -> None:
    """Raise NotSigned unless the body was signed with the secret within five minutes. Takes as long for every lie."""
    parts = [part.strip().partition("=") for part in header[:2000].split(",")]
    times = [
        value for name, _, value in parts if name == "t" and value.isascii() and value.isdigit() and len(value) < 12
    ]
    if len(times) != 1:
        raise NotSigned
    at = int(times[0])
    expected = signature(secret, body, at).partition("v1=")[2].encode()
    # Two may stand there while the secret is being changed.
    given = [value.encode("utf-8", "replace") for name, _, value in parts if name == "v1"][:5]
    right = [hmac.compare_digest(expected, one) for one in given]
    if not any(right) or abs(now.timestamp() - at) > TOLERANCE.total_seconds():
        raise NotSigned


def read_intent(value: Any) -> Intent:
    """An intent as the gateway writes it. GatewayFailed for anything else."""
    amount = value.get("amountMinor") if isinstance(value, dict) else None
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= EXACT:
        raise GatewayFailed("NOT_AN_INTENT", temporary=True)
    state = _STATES.get(_text(value, "state", 20))
    if state is None:
        raise GatewayFailed("UNKNOWN_STATE", temporary=True)
    try:
        ours = UUID(_text(value, "merchant", 40)), UUID(_text(value, "reference", 40))
    except ValueError:
        raise GatewayFailed("NOT_AN_INTENT", temporary=True) from None
    redirect = value.get("redirectUrl")
    if redirect is not None and not (isinstance(redirect, str) and _fit_to_open(redirect)):
        raise GatewayFailed("ODD_REDIRECT", temporary=False)
    return Intent(*ours, _reference(value), state, amount, _text(value, "currency", 3), redirect)


def _fit_to_open(url: str) -> bool:
    return len(url) <= 2000 and url.startswith(("https://", "http://127.0.0.1:", "http://localhost:"))


def _reference(value: Any) -> str:
    """Goes into paths: letters, digits, hyphen and underscore alone."""
    reference = _text(value, "id", 200)
    if not reference.replace("-", "").replace("_", "").isalnum() or not reference.isascii():
        raise GatewayFailed("NOT_AN_INTENT", temporary=True)
    return reference


def _text(value: Any, name: str, most: int) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, str) or not 0 < len(found) <= most:
        raise GatewayFailed("NOT_AN_INTENT", temporary=True)
    return found
