"""The person who is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.people as resolve
from graph.enums import Permission, Role, SignInMethod
from graph.errors import NotFound, Throttled, ValidationFailed
from graph.field import computed, graph_type, listing, one, shown, told, value
from graph.mutations import HASHING, mutation
from graph.node import Node
from models.session import Session as SessionRow
from models.user import User as UserRow
from resolvers.context import Info
from rules.ids import global_id

P = Permission


@strawberry.type(description="One's own membership of an account.")
class MyMembership:
    id: strawberry.ID = told(
        "The membership, as `members` lists it; what `removeMember` takes to leave the account.",
        resolver=lambda root: strawberry.ID(global_id("membership", root.id)),
    )
    account_id: strawberry.ID = told(
        "The account; what `switchAccount` takes.",
        resolver=lambda root: strawberry.ID(global_id("account", root.account_id)),
    )
    version: int = told("Grows with every change of the membership; send it back as `expectedVersion`.")
    account_name: str = told("What the business is called.")
    account_slug: str = told("The business's part of web addresses.")
    role: Role = told("What the person may do there.")


@graph_type(UserRow)
class User(Node):
    """A person who signs in, as they see themselves."""

    name: str = shown(P.OWN_USER, "What colleagues see.")
    email: str = shown(P.OWN_USER, "What the person signs in with; small letters.")
    created_at: datetime = shown(P.OWN_USER, "Since when they have signed in here.")
    memberships = value(resolve.memberships, P.OWN_USER, list[MyMembership])


@graph_type(SessionRow)
class Session(Node):
    """A browser in which the person is signed in."""

    device: str = shown(P.OWN_USER, "What it was at signing in, in a few words: `Firefox on Windows`.")
    created_at: datetime = shown(P.OWN_USER, "When the person signed in there.")
    last_used_at: datetime = shown(P.OWN_USER, "When it was used last, give or take a minute.")
    expires_at: datetime = shown(P.OWN_USER, "When it ends by itself.")
    method: SignInMethod = shown(P.OWN_USER, "How the person proved who they are when it began.")
    proved_at: datetime = shown(
        P.OWN_USER, "When they last did; for 10 minutes from then it may do what is marked `freshSignIn`."
    )

    @computed(P.OWN_USER, "id")
    def is_current(root: Any, info: Info) -> bool:
        """Whether it is the one that asks."""
        return bool(root.id == info.context.viewer.session_id)


@strawberry.type
class PeopleQueries:
    me = one(resolve.me, P.OWN_USER, User)
    my_sessions = listing(resolve.my_sessions, P.OWN_USER, Session)


_ENDED = {"sessions_ended": (int, "How many other browsers were signed out.")}
_ALL_ENDED = {"sessions_ended": (int, "How many browsers were signed out, with this one.")}


@strawberry.type
class PeopleMutations:
    revoke_session = mutation(
        resolve.revoke_session, P.OWN_USER, {"revoked_id": (strawberry.ID, "The session that was ended.")}, NotFound
    )
    revoke_other_sessions = mutation(resolve.revoke_other_sessions, P.OWN_USER, _ENDED, fresh=True)
    revoke_all_sessions = mutation(resolve.revoke_all_sessions, P.OWN_USER, _ALL_ENDED, fresh=True)
    change_password = mutation(resolve.change_password, P.OWN_USER, _ENDED, ValidationFailed, Throttled, weight=HASHING)
    change_my_name = mutation(
        resolve.change_my_name, P.OWN_USER, {"user": (User, "The person as stored now.")}, ValidationFailed
    )
