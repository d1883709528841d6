"""The parameters of a request, from a query string or a form, read one way only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

LONGEST = 8_000
_MOST = 30
# RFC 8707 lets a client name several resources; everything else is said once.
_REPEATABLE = "resource"


class Unreadable(ValueError):
    """These are no parameters; says why, in the characters that RFC 6749 allows in a description."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Each parameter once. `resources` are all values of `resource`."""

    values: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        return self.values.get(name)


def read_parameters(text: str) -> Parameters:
    """The parameters of an `application/x-www-form-urlencoded` text. Unreadable where two readers could differ."""
    if len(text) > LONGEST:
        raise Unreadable(f"The parameters are longer than {LONGEST} characters.")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except ValueError:
        raise Unreadable("The parameters are not form-encoded UTF-8.") from None
    if not all(" " <= letter <= "~" for name, value in pairs for letter in name + value):
        raise Unreadable("A parameter has characters outside printable ASCII.")
    once = [(name, value) for name, value in pairs if name != _REPEATABLE]
    if len(dict(once)) != len(once):
        raise Unreadable("A parameter is given more than once.")
    # RFC 6749, 3.1: what is sent without a value counts as not sent.
    return Parameters(
        {name: value for name, value in once if value},
        tuple(value for name, value in pairs if name == _REPEATABLE and value),
    )
