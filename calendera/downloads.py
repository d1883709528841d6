"""Downloads: an export's archive, for whoever may request one."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from calendera.authentication import Authentication
from calendera.exporting import folder_of
from calendera.logs import log
from calendera.same_site import check_link
from calendera.settings import Settings
from graph.answers import refuse
from models.act import Act
from models.export import Export
from models.storage.reach import bound
from permissions.roles import Permission
from permissions.viewer import VISITOR, Viewer
from rules.errors import Denied
from rules.ids import key_of

_PRIVATE = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
_NOT_THERE = "There is no such archive, or its 24 hours are over. Request an export again."


def download_route(settings: Settings, authentication: Authentication) -> Route:
    """`GET /exports/{id}`: the archive of a finished export, by session cookie, EXPORTS_MANAGE and a
    sign-in of the last minutes.

    A browser follows the link by itself, so no client header is asked for: nothing is changed, and no page of another
    site can read the answer or load it into itself.
    """

    async def download(request: Request) -> Response:
        viewer = VISITOR
        try:
            check_link(request.headers)
            viewer = await authentication.of_cookie(request)
            viewer.require(Permission.EXPORTS_MANAGE)
            account_id = viewer.in_account()
            viewer.require_fresh(Permission.EXPORTS_MANAGE, authentication.clock.now())
        except Denied as denied:
            return _refused(viewer, 401 if denied.code == "UNAUTHENTICATED" else 403, denied.code, denied.message)
        with bound(account_id):
            return await _archive(
                request, viewer, Act(account_id, viewer.actor, authentication.clock.now()), folder_of(settings)
            )

    return Route("/exports/{id}", download, methods=["GET"])


async def _archive(request: Request, viewer: Viewer, act: Act, folder: Path) -> Response:
    key = key_of("export", request.path_params["id"])
    export = await Export.of(act.account_id).get_or_none(id=key) if key else None
    path = folder / export.file_name if export and export.available(act.at) else None
    # Another account's, an unknown and an expired one are all the same: not there.
    if export is None or path is None or not path.is_file():
        return _refused(viewer, 404, "NOT_FOUND", _NOT_THERE)
    if request.method == "GET":
        await export.downloaded(act)
    name = f"calendera-{act.at:%Y-%m-%d}.zip"
    return FileResponse(path, media_type="application/zip", filename=name, headers=_PRIVATE)


def _refused(viewer: Viewer, status: int, code: str, message: str) -> Response:
    log.info("download refused", credential=viewer.kind.value, status=status, errors=[code])
    return JSONResponse(refuse(code, message).body(), status, headers=_PRIVATE)
