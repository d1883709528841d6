"""What the clients of the tour have in common: the server, the moment, and what they have come to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from calendera.same_site import CLIENT_HEADER
from calendera.tour.asking import Asker
from calendera.tour.telling import Telling
from rules.instants import format_instant

DASHBOARD = {CLIENT_HEADER: "dashboard"}


@dataclass(slots=True)
class Route:
    """`url` without a slash at its end; `now` in UTC. `seen` are ids by their kind, for the rival to ask for.

    `cancel_by` is the manage token of the booking that the tour made, as long as it stands; `dates` is the range in
    which it was looked for.
    """

    url: str
    now: datetime
    telling: Telling
    seen: dict[str, str] = field(default_factory=dict)
    cancel_by: str | None = None
    dates: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def days_around(starts_at: str) -> dict[str, str]:
        """The dates from the day before a start to the day after it, as `availability` takes them."""
        day = datetime.fromisoformat(starts_at).date()
        return {"from": str(day - timedelta(1)), "to": str(day + timedelta(1))}

    def week(self) -> dict[str, str | int]:
        """Seven days from now, as the dashboard's `Week` takes them."""
        return {"from": format_instant(self.now), "before": format_instant(self.now + timedelta(7)), "first": 1}

    def dashboard(self, name: str, *, header: bool = True) -> Asker:
        """A browser with the dashboard, nobody signed in yet; without its header, a page of another site."""
        return Asker(name, f"{self.url}/graphql", self.telling, DASHBOARD if header else {})

    def by_secret(self, name: str, secret: str) -> Asker:
        """Whoever sends a secret with each request: a partner's key, or the token of a manage link."""
        return Asker(name, f"{self.url}/graphql", self.telling, {"Authorization": f"Bearer {secret}"})

    def widget(self, name: str, key: str, origin: str, manage_token: str | None = None) -> Asker:
        """A page of `origin` with the widget; whoever booked there has a manage token too."""
        headers = {"Origin": origin} | ({"Authorization": f"Bearer {manage_token}"} if manage_token else {})
        return Asker(name, f"{self.url}/embed/v1/{key}/graphql", self.telling, headers)
