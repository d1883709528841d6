"""The HTTP server: uvicorn, told what the settings say."""

import asyncio
import sys

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from calendera import logs
from calendera.cli_start import Stop
from calendera.heads import BoundedHeads
from calendera.live.protocol import BoundedSockets
from calendera.settings import Settings, read_settings
from privacy.policy import versions

# A stop is graceful within 10 seconds: requests get 8 to end, the rest is for closing the database.
STOP_WITHIN_SECONDS = 8
DATABASE_WITHIN_SECONDS = 10.0
SOCKET_FRAME_BYTES = 256 * 1024


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl+C. Requests under way are finished, new ones refused.

    Raises Stop when the database does not answer; ends the process with a failure when a server process cannot start.
    """
    logs.configure(settings)
    versions()  # where the privacy policy is not the one that was published, nothing is served
    asyncio.run(_find_database(settings))
    config = _config(settings)
    if settings.workers == 1:
        server = uvicorn.Server(config)
        server.run()
        failed = not server.started
    else:
        parent = Multiprocess(config, sockets=[config.bind_socket()])
        parent.run()
        # uvicorn ends by itself only when a process fails to start, and then as if all were well.
        failed = any(process.exitcode == uvicorn.config.STARTUP_FAILURE for process in parent.processes)
    if failed:
        sys.exit(uvicorn.config.STARTUP_FAILURE)


def application() -> ASGIApp:
    """The application as each server process makes it for itself."""
    settings = read_settings()
    logs.configure(settings)
    from calendera.app import build

    return build(settings)


async def _find_database(settings: Settings) -> None:
    """Say in one line what would otherwise be a failed start of every process."""
    from models.storage.migrate import pending

    try:
        async with asyncio.timeout(DATABASE_WITHIN_SECONDS):
            missing = await pending(settings.database_url.get_secret_value())
    except Exception as error:
        # Any reason comes to the same for the operator; the text of it may hold the address with its password.
        reason = type(error).__name__
        raise Stop(f"The database does not answer ({reason}). Is CALENDERA_DATABASE_URL right?") from None
    if missing:
        logs.log.warning("migrations are pending; run calendera migrate", count=len(missing))


def _config(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        "calendera.serve:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        lifespan="on",
        http=BoundedHeads,
        timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
        ws=BoundedSockets,
        ws_max_size=SOCKET_FRAME_BYTES,
        # A compressor for each socket would take more memory than all else about it, and saves little on small frames.
        ws_per_message_deflate=False,
        # Its access log has addresses and query strings, its configuration would bypass ours.
        log_config=None,
        access_log=False,
        server_header=False,
        # Left alone, uvicorn believes X-Forwarded-For from 127.0.0.1, so from anybody on this machine.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
