"""How much of the schema strangers may know.

A member who lacks a role and a partner who lacks a scope are told which permission it takes (`Denied`). Whoever asks
with nothing, or as a customer, could never be given it: for them what no customer may use does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from permissions.roles import NOBODY, SIGNED_IN_CUSTOMER, Grants
from permissions.viewer import ViewerKind


@dataclass(frozen=True, slots=True)
class Known:
    """`name` stands for the grants where they are a key; `code` answers a name that is not there for them."""

    name: str
    grants: Grants
    code: str


# What anybody can come to by a mail to themselves: `startCustomerSession` and `signIn` answer with it at once.
_ANYBODY: Grants = MappingProxyType({**NOBODY, **SIGNED_IN_CUSTOMER})

# A kind that is not here knows the whole schema.
KNOWN: Mapping[ViewerKind, Known] = MappingProxyType(
    {
        ViewerKind.VISITOR: Known("visitor", _ANYBODY, "UNAUTHENTICATED"),
        ViewerKind.CUSTOMER: Known("customer", _ANYBODY, "FORBIDDEN"),
    }
)
