"""Which documents a viewer may run, from the kind of credential and the operator's choice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from calendera.settings import Settings
from graph.documents import Client
from graph.rights import Rights
from permissions.known import KNOWN
from permissions.viewer import Viewer, ViewerKind

_AT_WIDGET = Rights(clients=frozenset({Client.WIDGET}))
_BROWSER = frozenset({Client.DASHBOARD, Client.PAGES})
# At /graphql. A kind that is not here has no documents written for it: it sends its own.
_CLIENTS: Mapping[ViewerKind, frozenset[Client]] = MappingProxyType(
    {
        ViewerKind.VISITOR: _BROWSER,
        ViewerKind.MEMBER: _BROWSER,
        ViewerKind.CUSTOMER: frozenset({Client.PAGES}),
    }
)


def rights_of(viewer: Viewer, settings: Settings, *, at_widget: bool) -> Rights:
    """What this viewer may do with documents at this door."""
    if at_widget:
        return _AT_WIDGET
    kind = viewer.kind
    partner = kind is ViewerKind.PARTNER
    stranger = kind in KNOWN
    own = {"everybody": True, "members": not stranger, "partners": partner}
    return Rights(
        clients=_CLIENTS.get(kind, frozenset()),
        own=own[settings.free_documents],
        own_by_get=partner,
        shelf=viewer.account_id,
        sees=None if stranger else viewer.grants,
        knows=KNOWN.get(kind),
    )
