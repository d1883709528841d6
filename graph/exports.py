"""Exports: archives of everything an account holds."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.types import Info

import resolvers.exports as resolve
from graph.enums import ExportStatus, Permission
from graph.errors import Throttled
from graph.field import computed, graph_type, listing, shown
from graph.mutations import mutation
from graph.node import Node
from models.export import Export as ExportRow
from rules.ids import global_id

P = Permission


def _is_over(root: ExportRow, now: datetime) -> bool:
    return root.expires_at is not None and now >= root.expires_at


@graph_type(ExportRow)
class Export(Node):
    """An archive of everything the account holds, and how far it is."""

    created_at: datetime = shown(P.EXPORTS_MANAGE, "When it was asked for.")
    finished_at: datetime | None = shown(P.EXPORTS_MANAGE, "When it was complete, or given up; null before.")
    expires_at: datetime | None = shown(
        P.EXPORTS_MANAGE,
        "From when on it can no longer be downloaded: 24 hours after it was complete, or when a newer one was.",
    )
    row_count: int | None = shown(P.EXPORTS_MANAGE, "How many rows it has, in all its files; null before it is READY.")

    @computed(P.EXPORTS_MANAGE, "status", "expires_at")
    def status(root: ExportRow, info: Info) -> ExportStatus:
        """Where it is."""
        over = root.status is ExportStatus.READY and _is_over(root, info.context.now)
        return ExportStatus.EXPIRED if over else root.status

    @computed(P.EXPORTS_MANAGE, "size_bytes")
    def size_bytes(root: ExportRow) -> float | None:
        """Size of the archive in bytes, a whole number; null before it is READY."""
        return None if root.size_bytes is None else float(root.size_bytes)

    @computed(P.EXPORTS_MANAGE, "id", "status", "expires_at")
    def download_url(root: ExportRow, info: Info) -> str | None:
        """Where a browser that is signed in gets the ZIP, by GET; null unless it is READY."""
        ready = root.status is ExportStatus.READY and not _is_over(root, info.context.now)
        return f"{info.context.public_url}/exports/{global_id('export', root.id)}" if ready else None


@strawberry.type
class ExportQueries:
    exports = listing(resolve.exports, P.EXPORTS_MANAGE, Export)


_WHOLE_ACCOUNT = 100  # every row of it is read
_ASKED = {"export": (Export, "The export, perhaps one that was asked for before.")}


@strawberry.type
class ExportMutations:
    request_export = mutation(
        resolve.request_export, P.EXPORTS_MANAGE, _ASKED, Throttled, fresh=True, weight=_WHOLE_ACCOUNT
    )
