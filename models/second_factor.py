"""What follows when a person gains or loses a second factor: in one place, so that nothing of it is forgotten."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.mail import Mail, MailTemplate
from models.passkey import MOST, Passkey
from models.recovery_code import RecoveryCode
from models.session import Session
from models.storage.database import lock, transaction
from models.totp import Totp
from models.user import User, ways_in
from rules.errors import AlreadyTaken, FieldProblem, LongerPasswordFirst, NotFound, ProofFailed, ValidationFailed
from rules.passkeys import Registered
from rules.second_factors import SecondFactor


class SignInChange(enum.Enum):
    """What a person is told by mail whenever it happens. The value is the event's name."""

    CODES_SET_UP = "totp_added"
    CODES_REMOVED = "totp_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPIED = "passkey_copied"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    RECOVERY_CODE_USED = "recovery_code_used"


@dataclass(frozen=True, slots=True)
class Oneself:
    """A person in the browser that they use now."""

    user_id: UUID
    session_id: UUID
    at: datetime

    async def confirm_codes(self, code: str) -> list[str]:
        """Use the authenticator app that was set up. Answers recovery codes with the first factor. ProofFailed."""
        async with transaction():
            await lock([ways_in(self.user_id)])
            if not await Totp.confirm(self.user_id, code, self.at):
                raise ProofFailed
            return await self._gained(SignInChange.CODES_SET_UP)

    async def remove_codes(self) -> None:
        """Forget the authenticator app. NotFound; LongerPasswordFirst."""
        async with transaction():
            await lock([ways_in(self.user_id)])
            mine = await Totp.in_use(self.user_id)
            if mine is None:
                raise NotFound("authenticator app")
            await Totp.filter(id=mine.id).delete()
            await self._lost(SignInChange.CODES_REMOVED)

    async def add_passkey(self, name: str, new: Registered) -> tuple[Passkey, list[str]]:
        """Use a passkey from now on; with it recovery codes, if it is the first factor. AlreadyTaken for one that is
        stored; ValidationFailed for one too many."""
        try:
            async with transaction():
                await lock([ways_in(self.user_id)])
                if await Passkey.of_user(self.user_id).count() >= MOST:
                    raise ValidationFailed(FieldProblem("name", f"You have {MOST} passkeys. Remove one first."))
                passkey = await Passkey.keep(self.user_id, name, new, self.at)
                return passkey, await self._gained(SignInChange.PASSKEY_ADDED)
        except IntegrityError:
            raise AlreadyTaken("credential", "This passkey is in use already.") from None

    async def remove_passkey(self, id: UUID) -> None:
        """Forget a passkey. NotFound; LongerPasswordFirst."""
        async with transaction():
            await lock([ways_in(self.user_id)])
            if not await Passkey.of_user(self.user_id).filter(id=id).delete():
                raise NotFound("passkey")
            await self._lost(SignInChange.PASSKEY_REMOVED)

    async def renew_recovery_codes(self) -> list[str]:
        """Ten new recovery codes in place of the old. NotFound for who has no second factor that they would replace."""
        async with transaction():
            await lock([ways_in(self.user_id)])
            if not await User.filter(id=self.user_id, second_factor=True).exists():
                raise NotFound("second factor")
            codes = await RecoveryCode.renew(self.user_id, self.at)
            await self.tell(SignInChange.RECOVERY_CODES_RENEWED)
        return codes

    async def tell(self, what: SignInChange) -> None:
        """Write it down and mail it, in the transaction in which it happens."""
        session = await Session.get(id=self.session_id)
        await session.tell(what.value, self.at)
        await mail_change(self.user_id, what, self.at)

    async def _gained(self, what: SignInChange) -> list[str]:
        """With the first factor the other browsers are signed out: theirs began without one."""
        codes = []
        if await User.filter(id=self.user_id, second_factor=False).update(second_factor=True):
            codes = await RecoveryCode.renew(self.user_id, self.at)
            await Session.end(Session.live(self.user_id, self.at).exclude(id=self.session_id), self.at)
        await self.tell(what)
        return codes

    async def _lost(self, what: SignInChange) -> None:
        if not await factors_of(self.user_id):
            if await User.filter(id=self.user_id, short_password=True).exists():
                raise LongerPasswordFirst
            await User.filter(id=self.user_id).update(second_factor=False)
            await RecoveryCode.filter(user_id=self.user_id).delete()
        await self.tell(what)


async def mail_change(user_id: UUID, what: SignInChange, at: datetime) -> None:
    """Tell a person by mail about how they sign in."""
    user = await User.get(id=user_id)
    await Mail.post(MailTemplate.SIGN_IN_CHANGED, user.email, at, account_id=None, about_id=user.id, what=what.name)


async def factors_of(user_id: UUID) -> list[SecondFactor]:
    """What the person has set up; recovery codes are none by themselves."""
    codes = [SecondFactor.CODE] if await Totp.in_use(user_id) else []
    return codes + ([SecondFactor.PASSKEY] if await Passkey.of_user(user_id).exists() else [])


async def methods_of(user_id: UUID) -> list[SecondFactor]:
    """With what the person can complete a sign-in."""
    codes = [SecondFactor.RECOVERY_CODE] if await RecoveryCode.left(user_id) else []
    return await factors_of(user_id) + codes
