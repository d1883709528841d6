"""Where a browser may be sent back to: what may be registered, and what counts as the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.oauth.parameters import Unreadable, read_parameters
from rules.oauth.redirect_uris import clean_redirect_uri, matches


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("https://A.example/cb?x=1", "https://a.example/cb?x=1"),
        ("https://a.example:8443/cb", "https://a.example:8443/cb"),
        ("http://127.0.0.1:8123/cb", "http://127.0.0.1/cb"),
        ("http://[::1]:1/cb", "http://[::1]/cb"),
    ],
)
def test_what_is_registered_is_kept_as_it_is_compared(given: str, stored: str) -> None:
    assert clean_redirect_uri(given) == stored
    assert matches(stored, stored)


@pytest.mark.parametrize(
    "given",
    [
        "http://a.example/", "http://localhost/cb", "https://a.example/#f", "https://a.example/#", "com.example:/cb",
        "http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/", "https://me@a.example/", "/cb", "https://",
        "javascript:alert(1)", "http://127.0.0.2/cb", "http://[::ffff:127.0.0.1]/cb",
    ],
)  # fmt: skip
def test_what_is_not_registered(given: str) -> None:
    with pytest.raises(ValueError):
        clean_redirect_uri(given)


def test_only_the_port_of_the_own_machine_may_differ() -> None:
    assert matches("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb")
    assert matches("http://[::1]/cb", "http://[::1]:49152/cb")
    for asked in ("http://127.0.0.1:80@evil.example/cb", "http://127.0.0.1:123456/cb", "http://127.0.0.1:80/cb/x"):
        assert not matches("http://127.0.0.1/cb", asked)
    assert not matches("https://a.example/cb", "https://a.example:8443/cb")
    assert not matches("https://a.example/?u=http://127.0.0.1/x", "https://a.example/?u=http://127.0.0.1:5/x")


@given(st.text())
def test_nothing_but_the_registered_address_is_the_registered_address(asked: str) -> None:
    assert matches("https://a.example/cb", asked) is (asked == "https://a.example/cb")


@given(st.text() | st.text("a=&%+;#0fF"))
def test_parameters_are_read_or_refused_and_never_fail(text: str) -> None:
    try:
        found = read_parameters(text).values
    except Unreadable:
        found = {}
    assert all(value and value.isascii() and value.isprintable() for value in found.values())
