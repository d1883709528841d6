"""Where a server may go for somebody else: to the public internet, however an address is written."""

from __future__ import annotations

import pytest

from rules.outgoing import clean_feed_address, may_connect, shown_address

INSIDE = """
127.0.0.1 127.9.9.9 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 198.18.0.1 192.0.2.1 224.0.0.1
239.1.1.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1
::ffff:10.0.0.1 ::ffff:169.254.169.254 ::10.0.0.1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 2002:a00:1:: 2002:7f00:1::
2001:0:5ef5:79fb::1 2001:db8::1 localhost name
"""
OUTSIDE = "93.184.216.34 8.8.8.8 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::"


@pytest.mark.parametrize("address", INSIDE.split())
def test_nothing_inside(address: str) -> None:
    assert not may_connect(address)


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_what_is_outside(address: str) -> None:
    assert may_connect(address)


@pytest.mark.parametrize(
    ("address", "may"), [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False),
                         ("169.254.169.254", False), ("8.8.8.8", True)],
)  # fmt: skip
def test_this_machine_where_it_is_allowed(address: str, may: bool) -> None:
    assert may_connect(address, loopback=True) is may


def test_an_address_is_taken_as_https() -> None:
    assert clean_feed_address(" WEBCAL://x.example/a?b=c#d ") == "https://x.example/a?b=c"
    assert clean_feed_address("https://bücher.example:8443/ä") == "https://xn--bcher-kva.example:8443/ä"
    assert shown_address("https://x.example/private") == "https://x.example/…"
    assert clean_feed_address("http://127.0.0.1:1/", loopback=True) == "http://127.0.0.1:1/"


@pytest.mark.parametrize(
    "address", ["http://x.example/", "https://a@x.example/", "https://x.example:99999/", "//x", "x"]
)
def test_nothing_else_is(address: str) -> None:
    with pytest.raises(ValueError, match="https") as refused:
        clean_feed_address(address)
    assert address == "x" or address not in str(refused.value)
