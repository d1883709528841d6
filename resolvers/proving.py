"""Proving who one is: completing a sign-in by a second factor, and proving it again for what takes a fresh sign-in."""

from __future__ import annotations

from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from models import passwords
from models.attempts import PROVE, SECOND_FACTOR, SECOND_FACTOR_DAY, Attempts
from models.challenge import Challenge, ChallengePurpose
from models.recovery_code import RecoveryCode
from models.second_factor import Oneself, SignInChange, factors_of
from models.session import Session, SignInMethod
from models.totp import Totp
from models.user import User
from permissions.viewer import Viewer
from resolvers.context import Info
from resolvers.entering import become, oneself
from resolvers.seen import FailedSignIn
from resolvers.sign_in import begin_session
from resolvers.signing import accepted
from rules.errors import FieldProblem, ProofFailed, ValidationFailed
from rules.passkeys import challenge_in

_BY_FACTOR = "You have a second factor: prove it with a code of your authenticator app, or with a passkey."


@strawberry.input(one_of=True, description="A proof beside the password: exactly one of these.")
class SecondFactorProof:
    code: strawberry.Maybe[str] = strawberry.field(description="The six digits that the authenticator app shows now.")
    recovery_code: strawberry.Maybe[str] = strawberry.field(
        description="One of the recovery codes; capitals and hyphens do not matter. It is used up."
    )
    passkey: strawberry.Maybe[JSON] = strawberry.field(
        description="What a passkey of the person signed, for `passkeyOptions`: AuthenticationResponseJSON of WebAuthn."
    )


@strawberry.input(description="The second half of a sign-in.")
class CompleteSignInInput:
    challenge: str = strawberry.field(description="The `ch_…` of SecondFactorNeeded.")
    proof: SecondFactorProof = strawberry.field(description="The second factor.")


async def complete_sign_in(info: Info, input: CompleteSignInInput) -> Viewer:
    """Begin the session for which the password was right. Sets the session cookie. Once for each challenge.

    Of codes at most 5 attempts in 15 minutes and 50 a day for one person, whatever they are completing. What a passkey
    signed is not counted: nobody guesses it, so nobody who knows the password keeps its owner out.
    """
    now = info.context.now
    challenge = await Challenge.open(ChallengePurpose.SECOND_FACTOR, input.challenge, now)
    user = await User.get(id=challenge.user_id)
    if not isinstance(input.proof.passkey, strawberry.Some):
        await _note_code(info, user.id)
    method = await _accepted(user, input, info)
    await challenge.take()
    await Attempts.forget(SECOND_FACTOR, str(user.id))
    viewer = await begin_session(info, user, method)
    if method is SignInMethod.PASSWORD_AND_RECOVERY_CODE and viewer.session_id is not None:
        await Oneself(user.id, viewer.session_id, now).tell(SignInChange.RECOVERY_CODE_USED)
    return viewer


async def _note_code(info: Info, user_id: UUID) -> None:
    """Count a code that somebody types, wherever: they are short."""
    await Attempts.note(SECOND_FACTOR, str(user_id), info.context.now)
    await Attempts.note(SECOND_FACTOR_DAY, str(user_id), info.context.now)


async def _accepted(user: User, input: CompleteSignInInput, info: Info) -> SignInMethod:
    """How the person has proved who they are; ProofFailed."""
    proof = input.proof
    if isinstance(proof.passkey, strawberry.Some) and await _signed_this(info, proof.passkey.value, input, user):
        return SignInMethod.PASSWORD_AND_PASSKEY
    if isinstance(proof.code, strawberry.Some) and await Totp.accept(user.id, proof.code.value, info.context.now):
        return SignInMethod.PASSWORD_AND_CODE
    if isinstance(proof.recovery_code, strawberry.Some) and await RecoveryCode.accept(
        user.id, proof.recovery_code.value, info.context.now
    ):
        return SignInMethod.PASSWORD_AND_RECOVERY_CODE
    info.context.seen.failed_sign_ins.append(FailedSignIn(user.email, user.id))
    raise ProofFailed


async def _signed_this(info: Info, credential: object, input: CompleteSignInInput, user: User) -> bool:
    token = challenge_in(credential) if isinstance(credential, dict) else None
    return token == input.challenge and await accepted(info, credential, user.id)


@strawberry.input(one_of=True, description="One proof of who asks: exactly one of these.")
class ProveItIsMeInput:
    password: strawberry.Maybe[str] = strawberry.field(
        description="The person's password; not where they have a second factor."
    )
    code: strawberry.Maybe[str] = strawberry.field(description="The six digits that the authenticator app shows now.")
    passkey: strawberry.Maybe[JSON] = strawberry.field(
        description="What a passkey of the person signed, for `beginPasskeyProof`: AuthenticationResponseJSON."
    )


async def prove_it_is_me(info: Info, input: ProveItIsMeInput) -> Viewer:
    """Prove again who uses this browser. For 10 minutes it may then do what is marked `freshSignIn`; the session gets
    a new token. Whoever has a second factor proves it by that: a password alone is what it is there for. At most 10
    attempts in 15 minutes, of codes 5.
    """
    me = oneself(info)
    await Attempts.note(PROVE, str(me.user_id), me.at)
    if isinstance(input.code, strawberry.Some):
        await _note_code(info, me.user_id)
    if not await _proved(info, me, input):
        raise ProofFailed
    await Attempts.forget(PROVE, str(me.user_id))
    return await become(info, await Session.prove(me.session_id, me.at))


async def _proved(info: Info, me: Oneself, input: ProveItIsMeInput) -> bool:
    if isinstance(input.password, strawberry.Some):
        if await factors_of(me.user_id):
            raise ValidationFailed(FieldProblem("password", _BY_FACTOR))
        return await passwords.matches((await User.get(id=me.user_id)).password_hash, input.password.value)
    if isinstance(input.passkey, strawberry.Some) and isinstance(input.passkey.value, dict):
        token = challenge_in(input.passkey.value) or ""
        begun = await Challenge.open(ChallengePurpose.PROVE, token, me.at, session_id=me.session_id)
        await begun.take()
        return await accepted(info, input.passkey.value, me.user_id)
    return isinstance(input.code, strawberry.Some) and await Totp.accept(me.user_id, input.code.value, me.at)
