"""Origins are compared byte for byte with what browsers send, so each has exactly one form; so have URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.web_addresses import clean_origin, clean_url


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://www.example.com", "https://www.example.com"),
        (" HTTPS://WWW.Example.com:443 ", "https://www.example.com"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("https://müller.example", "https://xn--mller-kva.example"),
        ("https://192.0.2.1", "https://192.0.2.1"),
        ("https://[2001:DB8::0:1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:5173", "http://127.0.0.1:5173"),
        ("http://[::1]:5173", "http://[::1]:5173"),
        ("http://salon.localhost:5173", "http://salon.localhost:5173"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(typed: str, origin: str) -> None:
    assert clean_origin(typed) == origin


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("*", "Name each site"),
        ("null", "Name each site"),
        ("", "https://"),
        ("www.example.com", "https://"),
        ("https://", "https://"),
        ("https://example.com/", "without a slash"),
        ("https://example.com/book", "without a slash"),
        ("https://example.com?", "without a slash"),
        ("https://example.com#x", "without a slash"),
        ("https://*.example.com", "domain name"),
        ("http://example.com", "https://"),
        ("http://localhost.example.com", "https://"),
        ("http://192.0.2.1", "https://"),
        ("ftp://example.com", "https://"),
        ("javascript:alert(1)", "https://"),
        ("https://ada@example.com", "user name"),
        ("https://localhost:443@example.com", "user name"),
        ("https://example.com:0", "port"),
        ("https://example.com:65536", "port"),
        ("https://example.com:44x", "domain name"),
        ("https://example", "domain name"),
        ("https://example.com.", "domain name"),
        ("https://0x7f.1", "IPv4"),
        ("https://127.1", "IPv4"),
        ("https://[::g]", "."),
        ("https://[fe80::1%eth0]", "."),
        ("https://exa mple.com", "space"),
        ("https://example.com\r\nX: y", "space"),
        ("https://example.com\\.evil.com", "space"),
        ("https://" + "a" * 5000, "too long"),
        (f"https://{'a.' * 200}com", "too long"),
    ],
)
def test_what_is_not_an_origin_is_refused_with_what_to_do(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("*", r"\*")):
        clean_origin(typed)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://Example.com", "https://example.com/"),
        ("http://example.com/Preise?a=1&b=ü#top", "http://example.com/Preise?a=1&b=%C3%BC#top"),
        ("https://example.com:443/größe%20x", "https://example.com/gr%C3%B6%C3%9Fe%20x"),
    ],
)
def test_a_url_has_one_form(typed: str, url: str) -> None:
    assert clean_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://a:b@example.com",
        "https://x y.com",
        "//x.com",
    ],
)
def test_what_cannot_be_linked_safely_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        clean_url(typed)


_HOSTS = st.from_regex(r"\A[a-zA-Zß-ÿ0-9.\-:\[\]%@/?#]{0,30}\Z")


@given(st.builds("{}://{}".format, st.sampled_from(["https", "http", "HTTPS"]), _HOSTS | st.text(max_size=30)))
def test_origins_and_urls_cleaned_twice_are_the_same(text: str) -> None:
    for clean in (clean_origin, clean_url):
        try:
            once = clean(text)
        except ValueError:
            continue
        assert clean(once) == once
        assert once.isascii()
