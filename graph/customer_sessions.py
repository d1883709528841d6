"""Customers who signed in by a mailed link, and where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.customer_sessions as resolve
from graph.accounts import Viewer
from graph.enums import Permission
from graph.errors import LinkInvalid, NotFound, Throttled, ValidationFailed
from graph.field import computed, graph_type, listing, shown
from graph.mutations import mutation
from graph.node import Node
from models.customer_session import CustomerSession as CustomerSessionRow
from resolvers.context import Info

P = Permission


@graph_type(CustomerSessionRow)
class CustomerSession(Node):
    """A device on which a customer is signed in at this business."""

    device: str = shown(P.OWN_CUSTOMER_SESSIONS, "What it was at signing in, in a few words: `Firefox on Windows`.")
    created_at: datetime = shown(P.OWN_CUSTOMER_SESSIONS, "When the person signed in there.")
    last_used_at: datetime = shown(P.OWN_CUSTOMER_SESSIONS, "When it was used last, give or take a minute.")
    expires_at: datetime = shown(P.OWN_CUSTOMER_SESSIONS, "When it ends at the latest; 7 days without use end it too.")

    @computed(P.OWN_CUSTOMER_SESSIONS, "id")
    def is_current(root: Any, info: Info) -> bool:
        """Whether it is the one that asks."""
        return bool(root.id == info.context.viewer.customer_session_id)


@strawberry.type
class CustomerSessionQueries:
    my_customer_sessions = listing(resolve.my_customer_sessions, P.OWN_CUSTOMER_SESSIONS, CustomerSession)


_HANDED_OVER = "The session's secret, as `Authorization: Bearer` takes it. Keep it in memory; shown only now."


@strawberry.type
class CustomerSessionMutations:
    request_customer_link = mutation(
        resolve.request_customer_link,
        P.CUSTOMER_LINK_REQUEST,
        {"mailed": (bool, "Always true, whether or not the business knows the address.")},
        ValidationFailed,
        Throttled,
    )
    start_customer_session = mutation(
        resolve.start_customer_session,
        P.SIGN_IN,
        {"token": (str, _HANDED_OVER), "viewer": (Viewer, "Who asks from now on.")},
        LinkInvalid,
    )
    end_customer_session = mutation(
        resolve.end_customer_session,
        P.OWN_CUSTOMER_SESSIONS,
        {"ended": (bool, "Always true: its token opens nothing any more.")},
        NotFound,
    )
