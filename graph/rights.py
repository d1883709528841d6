"""What a credential may do with documents: whose it may run, whether its own, and how much of the schema it knows."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from graph.documents import Client
from permissions.known import Known
from permissions.roles import Grants


@dataclass(frozen=True, slots=True)
class Rights:
    """`clients`: whose trusted documents it may run. `own`: it may send documents of its own, `own_by_get` also by GET.

    `shelf`: among whom a text that was sent once is found again by its hash; None: by nobody.
    `sees`: what introspection shows; None refuses it. `knows`: what its own documents are checked against; None is the
    whole schema.
    """

    clients: frozenset[Client] = frozenset()
    own: bool = False
    own_by_get: bool = False
    shelf: Hashable | None = None
    sees: Grants | None = None
    knows: Known | None = None
