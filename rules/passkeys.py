"""Passkeys (WebAuthn Level 3): what a browser is asked, and whether what its authenticator signed holds.

What comes from a browser is JSON of anybody's making: whatever is wrong with it, the answer is None.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from rules.second_factors import ISSUER

MINUTES = 5
_TIMEOUT_MS = MINUTES * 60_000
_LONGEST_ID = 1023  # bytes, by the standard
_TRANSPORTS = {one.value for one in AuthenticatorTransport}

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """For whom passkeys are: the host, and the only origin whose pages may use them."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a passkey to ask for it."""

    credential_id: str
    transports: Sequence[str]


@dataclass(frozen=True, slots=True)
class Registered:
    """A new passkey that proved to be one."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: list[str]
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """What a passkey signed, and how often it says that it has."""

    sign_count: int
    backed_up: bool


def site_of(public_url: str) -> Site:
    """The site of a server, by its public address."""
    return Site(urlsplit(public_url).hostname or "", public_url)


def creation_options(site: Site, user_id: UUID, email: str, name: str, token: str, known: Sequence[Known]) -> Json:
    """What `PublicKeyCredential.parseCreationOptionsFromJSON` takes. `known` are the person's own already."""
    made = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=name,
        challenge=token.encode(),
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[_descriptor(one) for one in known],
    )
    return options_to_json_dict(made)


def request_options(site: Site, token: str, known: Sequence[Known], *, instead_of_password: bool = False) -> Json:
    """What `PublicKeyCredential.parseRequestOptionsFromJSON` takes. Without `known`, the browser offers what it has."""
    wanted = UserVerificationRequirement.REQUIRED if instead_of_password else UserVerificationRequirement.PREFERRED
    made = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=token.encode(),
        timeout=_TIMEOUT_MS,
        allow_credentials=[_descriptor(one) for one in known],
        user_verification=wanted,
    )
    return options_to_json_dict(made)


def challenge_in(credential: Json) -> str | None:
    """The challenge's token that a credential answers, as it says."""
    with suppress(Exception):  # anybody's bytes
        said = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        return base64url_to_bytes(said["challenge"]).decode("ascii")
    return None


def credential_id_in(credential: Json) -> str | None:
    """The id of the passkey that signed, as it says."""
    found = credential.get("id")
    return found if isinstance(found, str) and found.isascii() and "\0" not in found else None


def user_in(credential: Json) -> UUID | None:
    """The user for whom a passkey was made, as it says; None where it says nothing."""
    with suppress(Exception):  # anybody's bytes
        return UUID(bytes=base64url_to_bytes(credential["response"]["userHandle"]))
    return None


def registered(site: Site, credential: Json, token: str) -> Registered | None:
    """The new passkey in an answer to `creation_options`; None unless it is one, made for this site and challenge."""
    with suppress(Exception):  # what the library raises for hostile bytes is not only its own errors
        made = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=token.encode(),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        if len(made.credential_id) > _LONGEST_ID:
            return None
        said = credential["response"].get("transports") or []
        return Registered(
            credential_id=bytes_to_base64url(made.credential_id),
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            transports=sorted({one for one in said if isinstance(one, str)} & _TRANSPORTS),
            backed_up=made.credential_backed_up,
        )
    return None


def signed(
    site: Site, credential: Json, token: str, public_key: str, *, instead_of_password: bool = False
) -> Signed | None:
    """What a passkey with this key signed; None unless it was this challenge, at this site.

    Instead of a password it must say that it knew its person, by a fingerprint, a face or a PIN. Its counter is not
    looked at here.
    """
    with suppress(Exception):  # as above
        made = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=token.encode(),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=instead_of_password,
        )
        return Signed(made.new_sign_count, made.credential_backed_up)
    return None


def is_copied(before: int, now: int) -> bool:
    """Whether a counter says that a passkey exists twice. Those that are kept in several places stay at 0."""
    return (before > 0 or now > 0) and now <= before


def _descriptor(one: Known) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(transport) for transport in one.transports]
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id), transports=transports or None)
