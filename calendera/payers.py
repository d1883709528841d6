"""Whose bucket pays: one for each credential in its account, one for each network without one.

The keys are keyed hashes, those of networks other ones every day: whoever reads Redis learns of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import keyring
from permissions.viewer import Viewer, ViewerKind
from rules.networks import counted_network

_WHAT = "cost"


@dataclass(frozen=True, slots=True)
class Payer:
    """`key` is the caller's own bucket, `common` the larger one of everybody who uses the same widget key."""

    key: str
    common: str | None = None


def payer_of(viewer: Viewer, address: str, at: datetime) -> Payer:
    """Who pays at `/graphql`: a signed-in user, a partner's key or a manage link in their account; else a network."""
    if viewer.kind is ViewerKind.VISITOR:
        return Payer(keyring.pseudonym_of_day(_WHAT, counted_network(address), at))
    return Payer(keyring.pseudonym(_WHAT, f"{viewer.account_id} {viewer.principal}"))


def payer_at_widget(key_id: UUID, address: str, at: datetime) -> Payer:
    """Who pays at a widget: each network by itself, so that nobody empties it for the others; and the key for all."""
    common = keyring.pseudonym(_WHAT, f"widget {key_id}")
    return Payer(keyring.pseudonym_of_day(_WHAT, f"{key_id} {counted_network(address)}", at), common)
