"""What settings may hold: their form, and what production refuses. No message here ever quotes a value."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import SecretStr

from rules.contacts import clean_email
from rules.regions import clean_country

if TYPE_CHECKING:
    from calendera.settings import Settings

SMTP_SCHEMES = ("smtp", "smtps", "smtp+starttls")
DATABASE_SCHEMES = ("sqlite", "postgresql", "postgres")
REDIS_SCHEMES = ("redis", "rediss")
ENCRYPTED_SSL_MODES = {"require", "verify-ca", "verify-full"}
SECRET_KEY_LENGTH = 32


def unknown(name: str, known: list[str]) -> str:
    """The sentence about a variable that no setting has."""
    close = get_close_matches(name.upper(), known, n=1, cutoff=0)
    return f"{name} is not a setting of Calendera; did you mean {close[0]}? `calendera settings` lists them all."


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port out of range is only noticed when it is asked for
    except ValueError:
        raise ValueError("this is not a URL") from None
    return parts


def _public_url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("begin with http:// or https:// and a host")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("give scheme, host and port only")
    # As browsers write it in `Origin`: without the port that the scheme has anyway.
    port = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(port)}"


def _proxies(value: tuple[str, ...]) -> tuple[str, ...]:
    for part in value:
        try:
            ip_network(part)
        except ValueError:
            raise ValueError("name addresses or networks (10.0.0.7, 10.0.0.0/8), comma separated") from None
    return value


def _mail_from(value: str) -> str:
    name, address = parseaddr(value)
    try:
        if not value.isprintable() or not Address(name, addr_spec=address).domain:
            raise ValueError
    except Exception:
        # The standard library's parser raises IndexError and its own errors besides ValueError.
        raise ValueError("give an address, or a name with the address in angle brackets") from None
    return value


def _secret_key(value: SecretStr | None) -> SecretStr | None:
    if value is not None and len(value.get_secret_value()) < SECRET_KEY_LENGTH:
        raise ValueError(f"at least {SECRET_KEY_LENGTH} characters are needed")
    return value


def _smtp_url(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        parts = _split(value.get_secret_value())
        if parts.scheme not in SMTP_SCHEMES or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("write smtp://, smtps:// or smtp+starttls://, then user:password@host:port")
    return value


def _database_url(value: SecretStr | None) -> SecretStr | None:
    if value is not None and _split(value.get_secret_value()).scheme not in DATABASE_SCHEMES:
        raise ValueError("begin with sqlite:// or postgresql://")
    return value


def _redis_url(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        parts = _split(value.get_secret_value())
        if parts.scheme not in REDIS_SCHEMES or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write redis:// or rediss://, then user:password@host:port/number")
        if not parts.path.removeprefix("/").isdecimal() and parts.path not in ("", "/"):
            raise ValueError("what follows the host is the number of a database")
    return value


WELL_FORMED: Mapping[str, Callable[[Any], Any]] = {
    "public_url": _public_url,
    "trusted_proxies": _proxies,
    "mail_from": _mail_from,
    "operator_email": lambda value: None if value is None else clean_email(value),
    "secret_key": _secret_key,
    "home_country": lambda value: None if value is None else clean_country(value),
    "smtp_url": _smtp_url,
    "database_url": _database_url,
    "redis_url": _redis_url,
    "migration_database_url": _database_url,
}


def on_this_machine(host: str | None) -> bool:
    """Whether bytes to this host stay on the machine: loopback, or no host at all (a socket in the file system)."""
    if not host or host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _clear_database(url: str) -> bool:
    parts, options = _split(url), parse_qs(_split(url).query)
    hosts = [parts.hostname, *options.get("host", [])]
    far = any(not on_this_machine(host) and not str(host).startswith("/") for host in hosts)
    return parts.scheme != "sqlite" and far and options.get("sslmode", [""])[-1] not in ENCRYPTED_SSL_MODES


def refuse_in_production(settings: "Settings") -> None:
    """Raise ValueError naming everything that is fit for a laptop only."""
    problems = []
    if not settings.secure and not on_this_machine(_split(settings.public_url).hostname):
        problems.append("CALENDERA_PUBLIC_URL: production needs https.")
    if settings.password_profile != "standard":  # noqa: S105 - the name of a profile, not a password
        problems.append("CALENDERA_PASSWORD_PROFILE: production needs the standard profile.")
    if settings.outgoing_to_loopback:
        problems.append("CALENDERA_OUTGOING_TO_LOOPBACK: production asks nothing on this machine.")
    if settings.secret_key is None:
        problems.append("CALENDERA_SECRET_KEY: production needs one; `openssl rand -hex 32` makes one.")
    if settings.smtp_url is not None:
        mail = _split(settings.smtp_url.get_secret_value())
        if mail.scheme == "smtp" and not on_this_machine(mail.hostname):
            problems.append("CALENDERA_SMTP_URL: production needs smtps:// or smtp+starttls://.")
    if settings.redis_url is not None:
        redis = _split(settings.redis_url.get_secret_value())
        if redis.scheme == "redis" and not on_this_machine(redis.hostname):
            problems.append("CALENDERA_REDIS_URL: production needs rediss:// over the network.")
    for name, url in (("DATABASE", settings.database_url), ("MIGRATION_DATABASE", settings.migration_database_url)):
        if url is not None and _clear_database(url.get_secret_value()):
            problems.append(f"CALENDERA_{name}_URL: production needs ?sslmode=require or stricter over the network.")
    if problems:
        raise ValueError("\n".join(problems))
