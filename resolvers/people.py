"""The person who is signed in: their name, accounts, sessions and password."""

from __future__ import annotations

from uuid import UUID

import strawberry
from tortoise.queryset import QuerySet

from models import passwords
from models.attempts import CHANGE_PASSWORD, Attempts
from models.belonging import Belonging, belongings_of
from models.session import Session
from models.user import User
from permissions.roles import Permission
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.entering import become, leave
from resolvers.listing import Listing
from resolvers.sign_in import check_password, names_around
from rules.errors import FieldProblem, NotFound, ValidationFailed
from rules.ids import key_of
from rules.names import clean_name
from rules.passwords import is_short, prepared

_NOT_CURRENT = "This is not your current password."


def _user_id(info: Info) -> UUID:
    """The person who is signed in, or `Denied`."""
    user_id = info.context.viewer.user_id
    if user_id is None:
        raise info.context.viewer.denied(Permission.OWN_USER)
    return user_id


async def me(info: Info) -> QuerySet[User]:
    """The person who is signed in."""
    return User.filter(id=_user_id(info))


async def memberships(info: Info) -> list[Belonging]:
    """The accounts the person is a member of: the one used last first, those never used at the end."""
    return await belongings_of(_user_id(info))


async def my_sessions(info: Info) -> Listing:
    """The browsers the person is signed in with, the newest first. Those that ended or expired are left out."""
    return Listing(Session.live(_user_id(info), info.context.now), order="created_at", descending=True)


@strawberry.input(description="Which session to end.")
class RevokeSessionInput:
    id: strawberry.ID = strawberry.field(description="A session that `mySessions` lists.")


async def revoke_session(info: Info, input: RevokeSessionInput) -> strawberry.ID:
    """Sign one browser out, at once. Ending the session that asks is signing out."""
    key = key_of("session", input.id)
    mine = Session.live(_user_id(info), info.context.now).filter(id=key) if key else None
    if mine is None or not await Session.end(mine, info.context.now):
        raise NotFound("session")
    if key == info.context.viewer.session_id:
        leave(info)
    return input.id


async def revoke_other_sessions(info: Info) -> int:
    """Sign every other browser of the person out, at once."""
    others = Session.live(_user_id(info), info.context.now).exclude(id=info.context.viewer.session_id)
    return await Session.end(others, info.context.now)


async def revoke_all_sessions(info: Info) -> int:
    """Sign the person out everywhere, at once, in this browser too: for when something looks wrong."""
    ended = await Session.end(Session.live(_user_id(info), info.context.now), info.context.now)
    leave(info)
    return ended


@strawberry.input(description="A new password, by the old one.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="The password until now.")
    new_password: str = strawberry.field(description="15 to 256 characters; from 8 on beside a second factor.")


async def change_password(info: Info, input: ChangePasswordInput) -> int:
    """Set a new password. Every other browser is signed out; this one goes on with a new token.

    At most 10 attempts in 15 minutes.
    """
    now, user = info.context.now, await User.get(id=_user_id(info))
    await Attempts.note(CHANGE_PASSWORD, str(user.id), now)
    checks = Checks()
    names = await names_around(user)
    check_password(checks, "newPassword", input.new_password, user.email, names, second_factor=user.second_factor)
    checks.done()
    if not await passwords.matches(user.password_hash, input.current_password):
        raise ValidationFailed(FieldProblem("currentPassword", _NOT_CURRENT))
    if prepared(input.new_password) == prepared(input.current_password):
        raise ValidationFailed(FieldProblem("newPassword", "This is the password you have; choose another."))
    session_id = info.context.viewer.session_id
    hashed, short = await passwords.hashed(input.new_password), is_short(input.new_password)
    ended = await user.change_password(hashed, now, short=short, keep=session_id)
    await Attempts.forget(CHANGE_PASSWORD, str(user.id))
    await become(info, await Session.prove(session_id, now) if session_id else None)
    return ended


@strawberry.input(description="A new name.")
class ChangeMyNameInput:
    name: str = strawberry.field(description="What colleagues see; 1 to 120 characters.")


async def change_my_name(info: Info, input: ChangeMyNameInput) -> User:
    """Change the name of the person who is signed in, in every account."""
    checks = Checks()
    name = checks("name", clean_name, input.name)
    checks.done()
    user = await User.get(id=_user_id(info))
    await user.rename(name, info.context.now)
    return user
