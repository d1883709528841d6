"""An app asks to be let in: what it asks for, and saying yes.

The request is the query string that the app gave the browser, taken as it is by the page, the query and the mutation
alike: what is shown is what is approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import strawberry

from models.account import Account
from models.app import App
from models.app_installation import AppInstallation
from permissions.roles import SCOPES, Permission, Scope
from resolvers.context import Info
from rules.errors import BadInput, FieldProblem, NotFound, ValidationFailed
from rules.ids import key_of
from rules.oauth.authorizing import Asked, NotInOrder, answer_to, check
from rules.oauth.discovery import resources_of
from rules.oauth.parameters import Unreadable, read_parameters

_REQUEST = "The query string with which the app sent the browser to `/oauth/authorize`, as it is, without the `?`."
Request = Annotated[str, strawberry.argument(description=_REQUEST)]


@dataclass(frozen=True, slots=True)
class AppAuthorization:
    """What an app asks for, and whether this viewer may say yes."""

    app: App
    developer_name: str
    scopes: list[Scope]
    allows: list[str]
    may_approve: bool
    decline_to: str


async def read_authorization(request: str, issuer: str, at: datetime) -> tuple[App, Asked]:
    """The app that asks, and what for. NotInOrder where it may not, or not like this."""
    try:
        parameters = read_parameters(request)
    except Unreadable as error:
        raise NotInOrder("invalid_request", str(error)) from None
    app = await App.named(parameters.get("client_id"))
    asked = check(parameters, app.client(at) if app else None, resources_of(issuer))
    if app is None:
        raise NotInOrder("invalid_client", "The client does not exist on this server.")
    return app, asked


async def app_authorization(info: Info, request: Request) -> AppAuthorization:
    """What an app asks for, for a page on which somebody approves or declines. For everybody: an app is public.

    BAD_USER_INPUT, with the reason, for a request that is not in order; then nobody may be sent back to the app.
    """
    context = info.context
    try:
        app, asked = await read_authorization(request, context.public_url, context.now)
    except NotInOrder as error:
        raise BadInput(_why(error)) from None
    developer = await Account.get(id=app.developer_account_id)
    scopes = [Scope(scope) for scope in asked.scopes]
    return AppAuthorization(
        app=app,
        developer_name=developer.name,
        scopes=scopes,
        allows=list(dict.fromkeys(permission.value for scope in scopes for permission in SCOPES[scope])),
        may_approve=context.viewer.access(Permission.APPS_INSTALL) is not None,
        decline_to=answer_to(
            asked.redirect_uri, context.public_url, asked.state,
            error="access_denied", error_description="The business declined.",
        ),
    )  # fmt: skip


@strawberry.input(description="What is approved.")
class ApproveAppInput:
    request: str = strawberry.field(description=_REQUEST)
    account_id: strawberry.ID = strawberry.field(
        description="The account that was shown to whoever approves. Refused where the viewer works in another one by "
        "now, as after switching in another tab."
    )


async def approve_app(info: Info, input: ApproveAppInput) -> str:
    """Install an app, or allow it more. Send the browser to the answer: it holds a code that works once, for 60 s."""
    context = info.context
    if key_of("account", input.account_id) != context.account_id:
        raise NotFound("account")
    try:
        app, asked = await read_authorization(input.request, context.public_url, context.now)
    except NotInOrder as error:
        raise ValidationFailed(FieldProblem("request", _why(error))) from None
    code = await AppInstallation.approve(context.act, app, asked)
    return answer_to(asked.redirect_uri, context.public_url, asked.state, code=code)


def _why(error: NotInOrder) -> str:
    return f"This app did not ask as it should ({error.error}). {error.description}".rstrip()
