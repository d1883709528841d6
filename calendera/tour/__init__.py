"""The tour: the three clients of the API use a running server one after the other, and a rival tries to.

It speaks HTTP and knows nothing that a client does not know: the published credentials of `calendera seed`, and the
documents it sends. Whatever is not answered as it should be ends it with one line.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from calendera.cli_start import Stop
from calendera.clock import Clock
from calendera.tour.customer import as_customer, tidy
from calendera.tour.dashboard import as_dashboard
from calendera.tour.partner import as_partner
from calendera.tour.rival import as_rival
from calendera.tour.route import Route
from calendera.tour.telling import Telling
from calendera.tour.widget import as_widget
from rules.hosts import is_local


async def tour(url: str, *, anywhere: bool = False) -> None:
    """Use the server at `url` as each client does, and print it. Raises Surprise, a Stop, at the first wrong answer.

    Books one appointment and cancels it again, whatever happens. `anywhere` allows servers on other machines.
    """
    where = urlsplit(url)
    if where.scheme not in ("http", "https") or not where.hostname:
        raise Stop(f"{url} is not the address of a server; write it like http://127.0.0.1:8000.")
    host = f"[{where.hostname}]" if ":" in where.hostname else where.hostname
    if not anywhere and not is_local(host):
        raise Stop(f"{host} is another machine, and the tour books there. Say --yes if that is what you want.")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it says what the tour says better
    console = Console(highlight=False, emoji=False)
    route = Route(url.rstrip("/"), Clock().now(), Telling(console))
    began = time.perf_counter()
    try:
        for client in (as_widget, as_dashboard, as_partner, as_rival, as_customer):
            await client(route)
    except BaseException:
        with suppress(Stop):  # what ended the tour is what is told
            await tidy(route)
        raise
    seconds = time.perf_counter() - began
    said = f"The tour is over: {route.telling.steps} requests in {seconds:.1f} s, and no surprise."
    console.print(Text(f"\n{said}", "bold green"))
