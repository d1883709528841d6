"""Whose rows the present task may reach. The database asks here, not in the query: see `docs/walls.md`.

A request is bound to its viewer's account, a job of the worker to the account of its row. Whoever is bound to nobody
finds no account rows and writes none. The few that must look across accounts say why, and reach only the tables that
`models/crossings.py` lists for it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


class Reach(enum.Enum):
    """How far a statement reaches. The value ends the name of the PostgreSQL role that runs it."""

    ACCOUNT = "app"  # the rows of one account
    SECRETS = "secrets"  # finding an account by a secret, or a person's memberships
    ROUNDS = "rounds"  # the worker's rounds over the queues and leftovers of all accounts
    OPERATOR = "operator"  # everything: for whoever runs the product, at a terminal; no server may become it


@dataclass(frozen=True, slots=True)
class Binding:
    """What the statements of a task are bound to. `account_id` is None for nobody, and beyond one account."""

    reach: Reach
    account_id: UUID | None = None


NOBODY = Binding(Reach.ACCOUNT)
_binding: ContextVar[Binding | Callable[[], UUID | None]] = ContextVar("binding", default=NOBODY)


def binding() -> Binding:
    """What this task is bound to."""
    found = _binding.get()
    return found if isinstance(found, Binding) else Binding(Reach.ACCOUNT, found())


@contextmanager
def bound(account_id: UUID | None) -> Iterator[None]:
    """In the block, this task and tasks started in it reach the rows of this account; of none where it is None."""
    if account_id is not None and not isinstance(account_id, UUID):
        raise TypeError(f"A task is bound to an account id, not to {type(account_id).__name__}.")
    token = _binding.set(Binding(Reach.ACCOUNT, account_id))
    try:
        yield
    finally:
        _binding.reset(token)


@contextmanager
def following(whose: Callable[[], UUID | None]) -> Iterator[None]:
    """The same for somebody who may change accounts in the block: asked again with every statement."""
    token = _binding.set(whose)
    try:
        yield
    finally:
        _binding.reset(token)


@contextmanager
def reaching(reach: Reach) -> Iterator[None]:
    """In the block, rows of all accounts in the tables that are listed for `reach`."""
    token = _binding.set(Binding(reach))
    try:
        yield
    finally:
        _binding.reset(token)
