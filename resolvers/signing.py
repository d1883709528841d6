"""What a passkey signed: to sign in without a password, to complete a sign-in, or to prove again who asks."""

from __future__ import annotations

from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from models.attempts import SIGN_IN_ADDRESS, Attempts
from models.challenge import Challenge, ChallengePurpose
from models.passkey import Passkey, PasskeyCopied
from models.second_factor import SignInChange, mail_change
from models.session import SignInMethod
from models.user import User
from permissions.viewer import Viewer
from resolvers.context import Info
from resolvers.seen import FailedSignIn
from resolvers.sign_in import begin_session
from rules.errors import ProofFailed
from rules.passkeys import challenge_in, site_of, user_in


@strawberry.input(description="What the browser's authenticator signed.")
class SignInWithPasskeyInput:
    credential: JSON = strawberry.field(
        description="The credential's `toJSON()`: AuthenticationResponseJSON of WebAuthn."
    )


async def sign_in_with_passkey(info: Info, input: SignInWithPasskeyInput) -> Viewer:
    """Begin a session by a passkey alone, in the account that was used last. Sets the session cookie.

    Only for a passkey that asked for a fingerprint, a face or a PIN: it stands for password and second factor.
    """
    now = info.context.now
    await Attempts.note_address(SIGN_IN_ADDRESS, info.context.address, now)
    credential = input.credential if isinstance(input.credential, dict) else {}
    challenge = await Challenge.open(ChallengePurpose.SIGN_IN, challenge_in(credential) or "", now)
    await challenge.take()
    passkey = await Passkey.behind(credential)
    user_id = user_in(credential)
    if passkey is None or user_id != passkey.user_id:
        raise ProofFailed
    user = await User.get(id=passkey.user_id)
    if not await accepted(info, credential, user.id, instead_of_password=True):
        info.context.seen.failed_sign_ins.append(FailedSignIn(user.email, user.id))
        raise ProofFailed
    return await begin_session(info, user, SignInMethod.PASSKEY)


async def accepted(info: Info, credential: object, user_id: UUID, *, instead_of_password: bool = False) -> bool:
    """Whether a passkey of this person signed the challenge that it names. The caller has opened that challenge.

    A copied passkey is refused like any other wrong one, and its person told by mail.
    """
    given = credential if isinstance(credential, dict) else {}
    passkey, token = await Passkey.behind(given), challenge_in(given)
    if passkey is None or passkey.user_id != user_id or token is None:
        return False
    site, now = site_of(info.context.public_url), info.context.now
    try:
        return await passkey.accept(site, given, token, now, instead_of_password=instead_of_password)
    except PasskeyCopied as copied:
        await mail_change(copied.user_id, SignInChange.PASSKEY_COPIED, now)
        return False
