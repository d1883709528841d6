"""Beginning and ending a session in the browser that asks. The viewer of the operation changes with it."""

from __future__ import annotations

from uuid import UUID

from models.credentials import session_of
from models.second_factor import Oneself
from models.session import Session, SignInMethod
from models.user import User
from permissions import viewers
from permissions.roles import Permission
from permissions.viewer import VISITOR, Viewer
from resolvers.context import Info
from rules.devices import device_label
from rules.errors import Denied


async def enter(info: Info, user: User, account_id: UUID | None, method: SignInMethod) -> Viewer:
    """Begin a session in this browser, always with a new token; the one it had ends. The person is told by mail where
    the device is new."""
    context = info.context
    if context.viewer.session_id is not None:
        await Session.end(Session.filter(id=context.viewer.session_id), context.now, event="signed_out")
    device = device_label(context.device)
    begun = await Session.begin(
        user.id, account_id, device, context.now, context.session_days, method, notify=user.email
    )
    return await become(info, begun)


def oneself(info: Info) -> Oneself:
    """The person who is signed in, in this browser; or `Denied`."""
    viewer = info.context.viewer
    if viewer.user_id is None or viewer.session_id is None:
        raise viewer.denied(Permission.OWN_USER)
    return Oneself(viewer.user_id, viewer.session_id, info.context.now)


async def become(info: Info, token: str | None) -> Viewer:
    """Answer the browser its new token, and be who it stands for. UNAUTHENTICATED when it was ended meanwhile."""
    found = await session_of(token, info.context.now) if token else None
    if token is None or found is None:
        raise Denied("This session was ended meanwhile. Sign in again.", code="UNAUTHENTICATED")
    info.context.set_session(token)
    info.context.viewer = viewers.member(found)
    return info.context.viewer


def leave(info: Info) -> Viewer:
    """Take the cookie from the browser and be nobody, once the session has been ended."""
    info.context.set_session(None)
    info.context.viewer = VISITOR
    return VISITOR
