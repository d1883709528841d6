"""The periods and sizes of connections that stay open. Tests hurry; servers run with these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds and in numbers.

    `look` is how often the event tail is read while somebody listens. `greet` is how long a socket may take to say who
    it is, `ask_again` after how long its credential is looked up where nothing happened, `take` how long a client may
    leave a frame lying, `beat` how often a quiet stream shows that it lives. `backlog` is how many events may wait for
    one subscriber. `operations` run at once on one connection, `per_credential` connections belong to one credential,
    and `ungreeted` sockets of one address may not yet have said who they are.
    """

    look: float = 0.1
    greet: float = 10.0
    ask_again: float = 30.0
    take: float = 10.0
    beat: float = 12.0
    backlog: int = 500
    operations: int = 20
    per_credential: int = 20
    ungreeted: int = 20


PACE = Pace()
