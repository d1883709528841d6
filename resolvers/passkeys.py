"""One's own passkeys: adding, seeing, naming and removing them, and beginning what they sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from models.attempts import SIGN_IN_ADDRESS, Attempts
from models.challenge import Challenge, ChallengePurpose
from models.passkey import Passkey
from models.user import User
from permissions.viewer import Viewer
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.entering import oneself
from resolvers.listing import Listing
from resolvers.second_factors import renewed
from rules.errors import NotFound, ProofFailed
from rules.ids import key_of
from rules.names import clean_name
from rules.passkeys import Json, challenge_in, creation_options, registered, request_options, site_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser's authenticator is asked, and until when it can answer."""

    options: Json
    expires_at: datetime


async def my_passkeys(info: Info) -> Listing:
    """The passkeys of the person, the newest first."""
    return Listing(Passkey.of_user(oneself(info).user_id), order="created_at", descending=True)


async def begin_passkey(info: Info) -> Asked:
    """Begin to add a passkey: hand the options to `navigator.credentials.create`, and its answer to `addPasskey`.

    In this browser, within five minutes, once. Browsers know no passkeys at an address without a host name.
    """
    me = oneself(info)
    user, known = await User.get(id=me.user_id), await Passkey.known(me.user_id)
    token, expires_at = await Challenge.begin(
        ChallengePurpose.ADD_PASSKEY, me.at, user_id=me.user_id, session_id=me.session_id
    )
    site = site_of(info.context.public_url)
    return Asked(creation_options(site, user.id, user.email, user.name, token, known), expires_at)


@strawberry.input(description="What the browser made.")
class AddPasskeyInput:
    name: str = strawberry.field(description="What the person calls it, as `My phone`; 1 to 120 characters.")
    credential: JSON = strawberry.field(
        description="The credential's `toJSON()`: RegistrationResponseJSON of WebAuthn."
    )


@dataclass(frozen=True, slots=True)
class Added:
    """The new passkey, who asks from now on, and recovery codes where they are new."""

    passkey: Passkey
    viewer: Viewer
    recovery_codes: list[str]


async def add_passkey(info: Info, input: AddPasskeyInput) -> Added:
    """Use a passkey from now on: instead of the password, or after it.

    With the first second factor come ten recovery codes, and every other browser is signed out. This one gets a new
    token. At most 20 passkeys.
    """
    me, credential = oneself(info), _object(input.credential)
    checks = Checks()
    name = checks("name", clean_name, input.name)
    checks.done()
    token = challenge_in(credential) or ""
    challenge = await Challenge.open(ChallengePurpose.ADD_PASSKEY, token, me.at, session_id=me.session_id)
    await challenge.take()
    new = registered(site_of(info.context.public_url), credential, token)
    if new is None:
        raise ProofFailed
    passkey, codes = await me.add_passkey(name, new)
    return Added(passkey, await renewed(info, me), codes)


@strawberry.input(description="A new name for a passkey.")
class RenamePasskeyInput:
    id: strawberry.ID = strawberry.field(description="A passkey that `myPasskeys` lists.")
    name: str = strawberry.field(description="What the person calls it; 1 to 120 characters.")


async def rename_passkey(info: Info, input: RenamePasskeyInput) -> Passkey:
    """Call a passkey something else."""
    checks = Checks()
    name = checks("name", clean_name, input.name)
    checks.done()
    key = key_of("passkey", input.id)
    mine = Passkey.of_user(oneself(info).user_id).filter(id=key) if key else None
    if mine is None or not await mine.update(name=name):
        raise NotFound("passkey")
    return await mine.get()


@strawberry.input(description="Which passkey to forget.")
class RemovePasskeyInput:
    id: strawberry.ID = strawberry.field(description="A passkey that `myPasskeys` lists.")


async def remove_passkey(info: Info, input: RemovePasskeyInput) -> strawberry.ID:
    """Accept a passkey no more. With the last second factor the recovery codes go too; a password of fewer than 15
    characters has to be changed first. The device keeps its half until the person removes it there.
    """
    me, key = oneself(info), key_of("passkey", input.id)
    if key is None:
        raise NotFound("passkey")
    await me.remove_passkey(key)
    await renewed(info, me)
    return input.id


async def begin_passkey_sign_in(info: Info) -> Asked:
    """Begin to sign in without a password: hand the options to `navigator.credentials.get`, and its answer to
    `signInWithPasskey`, within five minutes, once. Says nothing about anybody. At most 50 in 15 minutes from one
    network address, sign-ins included.
    """
    now = info.context.now
    await Attempts.note_address(SIGN_IN_ADDRESS, info.context.address, now)
    token, expires_at = await Challenge.begin(ChallengePurpose.SIGN_IN, now)
    return Asked(request_options(site_of(info.context.public_url), token, [], instead_of_password=True), expires_at)


async def begin_passkey_proof(info: Info) -> Asked:
    """Begin to prove by a passkey who asks: hand the options to `navigator.credentials.get`, and its answer to
    `proveItIsMe`, in this browser, within five minutes, once. NotFound for who has no passkey.
    """
    me = oneself(info)
    known = await Passkey.known(me.user_id)
    if not known:
        raise NotFound("passkey")
    token, expires_at = await Challenge.begin(
        ChallengePurpose.PROVE, me.at, user_id=me.user_id, session_id=me.session_id
    )
    return Asked(request_options(site_of(info.context.public_url), token, known), expires_at)


def _object(credential: object) -> Json:
    # The scalar lets objects through only.
    return credential if isinstance(credential, dict) else {}
