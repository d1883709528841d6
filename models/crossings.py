"""What may be reached across accounts, and why: the whole list. Tables that belong to no account need no line.

`calendera migrate` turns this into policies and grants on PostgreSQL; every SQLite connection keeps to it as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.storage.reach import Reach

_LOOK = frozenset({"SELECT"})
_USE = frozenset({"SELECT", "UPDATE"})
_REMOVE = frozenset({"SELECT", "UPDATE", "DELETE"})

CROSSINGS: Mapping[Reach, Mapping[str, frozenset[str]]] = {
    Reach.SECRETS: {
        "app_grant": _LOOK,  # by the secret of its code, or of a token
        "app_installation": _USE,  # of a token; notes its last use
        "app_token": _LOOK,  # by its secret
        "access_key": _USE,  # by its secret; notes its last use
        "booking": _LOOK,  # by the secret of its manage link
        "calendar_feed": _USE,  # by the secret in its address; notes its last use
        "customer_link": _LOOK,  # by the secret of its mailed link
        "customer_session": _USE,  # by its secret; notes its last use
        "invitation": _LOOK,  # by the secret of its mailed link
        "membership": _LOOK,  # of the person who is signed in
        "platform_access": _LOOK,  # by which somebody of the platform has entered the account of their session
        "waitlist_entry": _LOOK,  # by the secret of its mailed link
        "privacy_settings": _LOOK,  # read with the membership: may staff see contacts?
    },
    Reach.ROUNDS: {
        "app_grant": _REMOVE,
        "app_token": _REMOVE,
        "audit_entry": _LOOK,  # what is sealed already, for finding what is not
        "booking": _LOOK,  # requests that nobody answered in time
        "customer_link": _REMOVE,
        "customer_session": _REMOVE,
        "calendar_subscription": _USE,  # calendars elsewhere that are to be asked
        "event_tail": _REMOVE,  # ids of what has just happened, told to whoever listens
        "export": _USE,  # the queue of archives to write
        "external_busy": _REMOVE,
        "hold": _LOOK,  # those that have ended
        "idempotency_key": _REMOVE,
        "intake_answer": _REMOVE,  # those that were to be kept for some days only
        "invitation": _REMOVE,
        "reminder": _LOOK,  # those that are due
        "occupancy": _LOOK,  # of holds that have ended: whose turn is waited for
        "payment": _USE,  # those that are to be begun, or asked about
        "refund": _USE,  # those that are to be sent
        "security_event": _REMOVE,
        "waitlist_entry": _LOOK,  # what is waited for, and whose time to answer is over
    },
}


def may_cross(reach: Reach, table: str, command: str) -> bool:
    """Whether this reach goes beyond one account for a command (SELECT, INSERT, UPDATE, DELETE) on a table."""
    if reach is Reach.OPERATOR:
        return True
    return command in CROSSINGS.get(reach, {}).get(table, frozenset())
