"""One's own second factors: setting them up, seeing and removing them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import strawberry

from models.attempts import PROVE, Attempts
from models.passkey import Passkey
from models.recovery_code import RecoveryCode
from models.second_factor import Oneself
from models.session import Session
from models.totp import Totp
from models.user import User
from permissions.viewer import Viewer
from resolvers.context import Info
from resolvers.entering import become, oneself
from rules.one_time_codes import uri, written


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What a person has beside the password."""

    in_use: bool
    codes_since: datetime | None
    passkeys: int
    recovery_codes_left: int


async def my_second_factors(info: Info) -> SecondFactors:
    """What the person has set up to prove who they are, beside the password."""
    me = oneself(info)
    user, totp = await User.get(id=me.user_id), await Totp.in_use(me.user_id)
    return SecondFactors(
        in_use=user.second_factor,
        codes_since=totp.confirmed_at if totp else None,
        passkeys=await Passkey.of_user(me.user_id).count(),
        recovery_codes_left=await RecoveryCode.left(me.user_id),
    )


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an authenticator app takes."""

    secret: str
    uri: str


async def set_up_codes(info: Info) -> SetUp:
    """Begin to use an authenticator app. Nothing changes until `confirmCodes` gets its first code, within an hour.

    Codes are TOTP (RFC 6238): six digits, 30 seconds, SHA-1. Who has an app already keeps it until then.
    """
    me = oneself(info)
    user, secret = await User.get(id=me.user_id), await Totp.set_up(me.user_id, me.at)
    return SetUp(written(secret), uri(secret, user.email))


@strawberry.input(description="The first code of the authenticator app.")
class ConfirmCodesInput:
    code: str = strawberry.field(description="The six digits that it shows now.")


@dataclass(frozen=True, slots=True)
class Gained:
    """Who asks from now on, and recovery codes where they are new."""

    viewer: Viewer
    recovery_codes: list[str]


async def confirm_codes(info: Info, input: ConfirmCodesInput) -> Gained:
    """Use the authenticator app from now on: signing in by password asks for its code.

    With the first second factor come ten recovery codes, and every other browser is signed out. This one gets a new
    token. At most 10 attempts in 15 minutes.
    """
    me = oneself(info)
    await Attempts.note(PROVE, str(me.user_id), me.at)
    codes = await me.confirm_codes(input.code)
    await Attempts.forget(PROVE, str(me.user_id))
    return Gained(await renewed(info, me), codes)


async def remove_codes(info: Info) -> Viewer:
    """Stop using the authenticator app. With the last second factor the recovery codes go too; a password of fewer
    than 15 characters has to be changed first.
    """
    me = oneself(info)
    await me.remove_codes()
    return await renewed(info, me)


async def make_recovery_codes(info: Info) -> list[str]:
    """Ten new recovery codes; those from before no longer work. For who has a second factor, otherwise NotFound."""
    return await oneself(info).renew_recovery_codes()


async def renewed(info: Info, me: Oneself) -> Viewer:
    """Go on with a new token: what this browser may do has changed."""
    return await become(info, await Session.prove(me.session_id, me.at))
