"""Signing up, in and out, by password or by a mailed link.

Whoever asks about an email that is not theirs learns nothing: known and unknown addresses get the same answer, from
the same statements and as much hashing.
"""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from models import passwords
from models.account import Account
from models.attempts import MAILED_ADDRESS, RESET_EMAIL, SIGN_IN_ADDRESS, SIGN_IN_EMAIL, SIGN_UP_EMAIL, Attempts, Limit
from models.belonging import belongings_of
from models.challenge import Challenge, ChallengePurpose
from models.passkey import Passkey
from models.second_factor import methods_of
from models.session import Session, SignInMethod
from models.user import PasswordReset, SignUp, User
from permissions.viewer import Viewer
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.entering import become, enter, leave
from resolvers.seen import FailedSignIn
from rules.contacts import clean_email
from rules.currencies import clean_currency
from rules.errors import AlreadyTaken, NotFound, SecondFactorNeeded, SignInFailed
from rules.ids import key_of
from rules.locales import clean_locale
from rules.names import clean_name, clean_slug, suggest_slug
from rules.passkeys import request_options, site_of
from rules.passwords import is_short, problems
from rules.zones import zone


def check_password(
    checks: Checks, path: str, password: str, email: str | None, names: Iterable[str], *, second_factor: bool = False
) -> None:
    """Note every reason to refuse a new password. `names` are the person's and those of their businesses."""
    for problem in problems(password, email or "", names=names, second_factor=second_factor):
        checks.wrong(path, problem.message)


async def names_around(user: User) -> list[str]:
    """What somebody who knows a person would try as their password."""
    belongings = await belongings_of(user.id)
    return [user.name, *(name for one in belongings for name in (one.account_name, one.account_slug))]


async def _note_mailing(info: Info, limit: Limit, email: str) -> None:
    await Attempts.note_address(MAILED_ADDRESS, info.context.address, info.context.now)
    await Attempts.note(limit, email, info.context.now)


@strawberry.input(description="A new business and the person who opens it.")
class SignUpInput:
    name: str = strawberry.field(description="The person's name; 1 to 120 characters.")
    email: str = strawberry.field(description="Where the link is mailed to, and what the person signs in with.")
    password: str = strawberry.field(description="15 to 256 characters; a few words are best. No rules about symbols.")
    business_name: str = strawberry.field(description="What customers know the business as; 1 to 120 characters.")
    zone: str = strawberry.field(description="IANA zone of the business, as `America/Chicago`.")
    currency: str = strawberry.field(description="ISO 4217 code that prices are in, as `USD`.")
    locale: str = strawberry.field(description="BCP 47 tag of the language for its customers, as `en-US`.")
    slug: str | None = strawberry.field(
        description="Its part of web addresses: 3 to 60 of a-z, 0-9 and hyphens. Null makes one of its name.",
        default=None,
    )


async def sign_up(info: Info, input: SignUpInput) -> bool:
    """Ask to open a business. A link is mailed; following it within 24 hours opens the business and signs in.

    An address that signs in here already gets the same answer, and other words in the mail.
    """
    checks = Checks()
    email = checks("email", clean_email, input.email)
    values = {
        "name": checks("name", clean_name, input.name),
        "business_name": checks("businessName", lambda value: clean_name(value, "business name"), input.business_name),
        "zone": checks("zone", lambda value: zone(value).key, input.zone),
        "currency": checks("currency", clean_currency, input.currency),
        "locale": checks("locale", clean_locale, input.locale),
    }
    slug = None if input.slug is None else checks("slug", clean_slug, input.slug)
    names = (values["name"] or "", values["business_name"] or "", slug or "")
    check_password(checks, "password", input.password, email, names)
    checks.done()
    await _note_mailing(info, SIGN_UP_EMAIL, email)
    if slug is not None and await Account.exists(slug=slug):
        raise AlreadyTaken("slug", "Another business has this slug; choose another.")
    slug = slug or suggest_slug(values["business_name"]) or "business"
    hashed = await passwords.hashed(input.password)
    await SignUp.ask(info.context.now, email=email, password_hash=hashed, slug=slug, **values)
    return True


@strawberry.input(description="The link of a sign-up.")
class ConfirmSignUpInput:
    token: str = strawberry.field(description="The `su_…` of the mailed link.")


async def confirm_sign_up(info: Info, input: ConfirmSignUpInput) -> Viewer:
    """Open the business that was asked for, with its owner, and sign in. Once, within 24 hours. Somebody who has a
    second factor signs in first.

    Where its slug was taken meanwhile it gets a number (`salon-2`); `updateAccount` can choose another.
    """
    viewer = info.context.viewer
    account, owner = await Account.confirm(input.token, info.context.now, by=viewer.user_id)
    if viewer.session_id is not None and viewer.user_id == owner.id:
        return await become(info, await Session.enter(viewer.session_id, account.id, info.context.now))
    return await enter(info, owner, account.id, SignInMethod.LINK)


@strawberry.input(description="Who signs in.")
class SignInInput:
    email: str = strawberry.field(description="The person's email address; capitals do not matter.")
    password: str = strawberry.field(description="Their password.")


async def sign_in(info: Info, input: SignInInput) -> Viewer:
    """Begin a session in this browser, in the account that was used last. Sets the session cookie.

    Where the person has a second factor, the right password gets SecondFactorNeeded, and `completeSignIn` begins the
    session. At most 10 attempts in 15 minutes for one email and 50 from one network address, each counted by itself.
    """
    now = info.context.now
    email = _as_stored(input.email)
    await Attempts.note_address(SIGN_IN_ADDRESS, info.context.address, now)
    await Attempts.note(SIGN_IN_EMAIL, email or input.email, now)
    user = await User.get_or_none(email=email)
    matched = await passwords.matches(user.password_hash if user else None, input.password)
    if user is None or not matched:
        info.context.seen.failed_sign_ins.append(FailedSignIn(email, user.id if user else None))
        raise SignInFailed
    if passwords.outdated(user.password_hash):
        await user.rehash(await passwords.hashed(input.password))
    if user.second_factor:
        raise await _half_signed_in(info, user)
    return await begin_session(info, user, SignInMethod.PASSWORD)


async def _half_signed_in(info: Info, user: User) -> SecondFactorNeeded:
    """What whoever knew the password of somebody with a second factor is told."""
    token, expires_at = await Challenge.begin(ChallengePurpose.SECOND_FACTOR, info.context.now, user_id=user.id)
    known = await Passkey.known(user.id)
    options = request_options(site_of(info.context.public_url), token, known) if known else None
    return SecondFactorNeeded(token, await methods_of(user.id), expires_at, options)


async def begin_session(info: Info, user: User, method: SignInMethod) -> Viewer:
    """Sign somebody in who has proved who they are; their attempts are counted anew from now on."""
    await Attempts.forget(SIGN_IN_EMAIL, user.email)
    belongings = await belongings_of(user.id)
    return await enter(info, user, belongings[0].account_id if belongings else None, method)


def _as_stored(email: str) -> str:
    """An address as users' are stored. What is no address becomes the empty text, which is nobody's."""
    try:
        return clean_email(email)
    except ValueError:
        return ""


@strawberry.input(description="The link of a notice about a sign-in.")
class SignOutByLinkInput:
    token: str = strawberry.field(description="The `es_…` of the mailed link.")


async def sign_out_by_link(info: Info, input: SignOutByLinkInput) -> bool:
    """End the session that a mail told about, at once, from any browser. Afterwards choose a new password."""
    await Session.end_by_link(input.token, info.context.now)
    return True


async def sign_out(info: Info) -> Viewer:
    """End this browser's session and take its cookie back. Without a session, nothing but the cookie is removed."""
    if info.context.viewer.session_id is not None:
        mine = Session.filter(id=info.context.viewer.session_id)
        await Session.end(mine, info.context.now, event="signed_out")
    return leave(info)


@strawberry.input(description="Which account to work in.")
class SwitchAccountInput:
    account_id: strawberry.ID = strawberry.field(description="An account that `me { memberships }` lists.")


async def switch_account(info: Info, input: SwitchAccountInput) -> Viewer:
    """Go on in another account that the person is a member of. The session gets a new token."""
    viewer, account_id = info.context.viewer, key_of("account", input.account_id)
    mine = await belongings_of(viewer.user_id) if viewer.user_id else []
    if viewer.session_id is None or account_id is None or account_id not in {one.account_id for one in mine}:
        raise NotFound("account")
    return await become(info, await Session.enter(viewer.session_id, account_id, info.context.now))


@strawberry.input(description="Whose password to reset.")
class RequestPasswordResetInput:
    email: str = strawberry.field(description="The address the person signs in with.")


async def request_password_reset(info: Info, input: RequestPasswordResetInput) -> bool:
    """Mail a link for choosing a new password, valid for one hour. The same answer for unknown addresses."""
    checks = Checks()
    email = checks("email", clean_email, input.email)
    checks.done()
    await _note_mailing(info, RESET_EMAIL, email)
    await PasswordReset.ask(email, info.context.now)
    return True


@strawberry.input(description="A new password, by a mailed link.")
class ResetPasswordInput:
    token: str = strawberry.field(description="The `rt_…` of the mailed link.")
    new_password: str = strawberry.field(description="15 to 256 characters; from 8 on beside a second factor.")


async def reset_password(info: Info, input: ResetPasswordInput) -> int:
    """Set a new password and end every session of the person. The link works once. Sign in afterwards; a second factor
    is asked for then as ever.
    """
    now = info.context.now
    user = await PasswordReset.user_of(input.token, now)
    checks = Checks()
    names = await names_around(user)
    check_password(checks, "newPassword", input.new_password, user.email, names, second_factor=user.second_factor)
    checks.done()
    hashed, short = await passwords.hashed(input.new_password), is_short(input.new_password)
    ended = await PasswordReset.use(input.token, hashed, now, short=short)
    await Attempts.forget(SIGN_IN_EMAIL, user.email)
    if info.context.viewer.user_id == user.id:
        leave(info)
    return ended
