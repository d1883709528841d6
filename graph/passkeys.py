"""Passkeys: signing in with them, and one's own."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

import resolvers.passkeys as resolve
import resolvers.signing as signing
from graph.accounts import Viewer
from graph.enums import Permission
from graph.errors import (
    AlreadyTaken,
    ChallengeEnded,
    LongerPasswordFirst,
    NotFound,
    ProofFailed,
    Throttled,
    ValidationFailed,
)
from graph.field import graph_type, listing, shown
from graph.mutations import mutation
from graph.node import Node
from graph.sign_in import NOW
from models.passkey import Passkey as PasskeyRow

P = Permission


@graph_type(PasskeyRow)
class Passkey(Node):
    """A key in one of the person's devices, that signs in instead of the password, or after it."""

    name: str = shown(P.OWN_USER, "What the person calls it.")
    created_at: datetime = shown(P.OWN_USER, "When it was added.")
    last_used_at: datetime | None = shown(P.OWN_USER, "When it was used last; null before the first time.")
    backed_up: bool = shown(P.OWN_USER, "Whether its maker keeps it elsewhere too, so that it outlives the device.")


@strawberry.type
class PasskeyQueries:
    my_passkeys = listing(resolve.my_passkeys, P.OWN_USER, Passkey)


_UNTIL = (datetime, "Until when; five minutes from now.")
_CREATE = {
    "options": (JSON, "For `PublicKeyCredential.parseCreationOptionsFromJSON`."),
    "expires_at": _UNTIL,
}
_GET = {
    "options": (JSON, "For `PublicKeyCredential.parseRequestOptionsFromJSON`."),
    "expires_at": _UNTIL,
}
_ADDED = {
    "passkey": (Passkey, "The passkey as stored."),
    "viewer": (Viewer, "Who asks, in a session with a new token."),
    "recovery_codes": (
        list[str],
        "Shown now and never again; each replaces the second factor once. Empty where the person has some already.",
    ),
}
_STORED = {"passkey": (Passkey, "The passkey as stored now.")}
_REMOVED = {"removed_id": (strawberry.ID, "The passkey that is forgotten.")}


@strawberry.type
class PasskeyMutations:
    begin_passkey_sign_in = mutation(resolve.begin_passkey_sign_in, P.SIGN_IN, _GET, Throttled)
    sign_in_with_passkey = mutation(
        signing.sign_in_with_passkey, P.SIGN_IN, NOW, ProofFailed, ChallengeEnded, Throttled
    )
    begin_passkey_proof = mutation(resolve.begin_passkey_proof, P.OWN_USER, _GET, NotFound)
    begin_passkey = mutation(resolve.begin_passkey, P.OWN_USER, _CREATE, fresh=True)
    add_passkey = mutation(
        resolve.add_passkey, P.OWN_USER, _ADDED, ValidationFailed, ChallengeEnded, ProofFailed, AlreadyTaken, fresh=True
    )
    rename_passkey = mutation(resolve.rename_passkey, P.OWN_USER, _STORED, ValidationFailed, NotFound)
    remove_passkey = mutation(resolve.remove_passkey, P.OWN_USER, _REMOVED, NotFound, LongerPasswordFirst, fresh=True)
