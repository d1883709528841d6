"""The HTTP server: uvicorn, told what the settings say."""

import uvicorn
from starlette.types import ASGIApp

from calendera import logs
from calendera.settings import Settings, read_settings

# A stop is graceful within 10 seconds: requests get 8 to end, the rest is for closing the database.
STOP_WITHIN_SECONDS = 8
SOCKET_FRAME_BYTES = 256 * 1024


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl+C. Requests under way are finished, new ones refused."""
    logs.configure(settings)
    uvicorn.run(
        "calendera.serve:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        lifespan="on",
        timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
        ws_max_size=SOCKET_FRAME_BYTES,
        # Its access log has addresses and query strings, its configuration would bypass ours.
        log_config=None,
        access_log=False,
        server_header=False,
        # Left alone, uvicorn believes X-Forwarded-For from 127.0.0.1, so from anybody on this machine.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


def application() -> ASGIApp:
    """The application as each server process makes it for itself."""
    settings = read_settings()
    logs.configure(settings)
    from calendera.app import build

    return build(settings)
