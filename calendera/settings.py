"""Every setting of the program, read once from `CALENDERA_*` variables into one frozen object.

`docs/settings.md` is generated from this file: a description says what the operator cannot guess from the name.
Secrets are `SecretStr`: they show as `**********` wherever they are printed by accident.
"""

import os
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from calendera import settings_checks as checks

PREFIX = "CALENDERA_"
# Variables of the test suite: a server started by a test inherits them, and they are none of its business.
TEST_PREFIX = "CALENDERA_TEST_"


class SettingsError(Exception):
    """The environment is not acceptable. The message has one sentence per problem and never a value."""


def _derived(form: str, earlier: dict[str, Any]) -> str:
    return form.format_map(earlier)


def _default(form: str, shown: str, describe: str) -> Any:
    """A setting whose default depends on one before it; `shown` is what the documentation prints for it."""
    return Field(
        default_factory=partial(_derived, form),
        description=describe,
        validate_default=True,
        json_schema_extra={"shown": shown},
    )


def _by_environment(earlier: dict[str, Any]) -> str:
    return "members" if earlier["environment"] == "production" else "everybody"


class Settings(BaseSettings):
    """What an operator decides. An empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=None,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    environment: Literal["development", "production"] = Field(
        default="development",
        description="`production` refuses to start with what is only fit for a laptop: a public URL, mail server or "
        "database reached without encryption over the network, cheap password hashing, a missing secret key.",
    )
    data_dir: Path = Field(
        default=Path("var"), description="Folder for the files that the program makes itself; created when missing."
    )
    database_url: SecretStr = _default(
        "sqlite:///{data_dir}/calendera.db",
        "sqlite:///var/calendera.db (inside CALENDERA_DATA_DIR)",
        "Where the data is: `sqlite:///relative/path`, `sqlite:////absolute/path` or "
        "`postgresql://user:password@host:port/name`. In production a PostgreSQL that is not on this machine needs "
        "`?sslmode=require` or stricter. Behind pgbouncer in transaction mode add `statement_cache_size=0`.",
    )
    migration_database_url: SecretStr | None = Field(
        default=None,
        description="The same PostgreSQL database with the login of its owner, for `calendera migrate` alone; "
        "CALENDERA_DATABASE_URL when empty. In production the server's own login must not be able to look over the "
        "wall between accounts (docs/walls.md), so that a server never needs this one.",
    )
    pool_size: int = Field(
        default=8, ge=1, le=200, description="Most database connections that one process keeps open."
    )
    host: str = Field(
        default="127.0.0.1", min_length=1, description="Address to listen on; `0.0.0.0` for every interface."
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes any free one and logs it.")
    workers: int = Field(
        default=1, ge=1, le=64, description="Server processes; one per processor core is a good start."
    )
    run_worker: bool = Field(
        default=True,
        description="Whether each server process also does the background work (mails, erasures, exports). Turn off "
        "where `calendera worker` runs on its own.",
    )
    public_url: str = _default(
        "http://127.0.0.1:{port}",
        "http://127.0.0.1:8000 (with CALENDERA_PORT)",
        "Scheme, host and port under which browsers reach this server; links in mails begin with it, and passkeys "
        "belong to its host, which for them must be a name (`localhost` will do). No path. With https the session "
        "cookie is `__Host-` and browsers are told never to come back without encryption.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks of the proxies in front, comma separated (`10.0.0.7,fd00::/8`). Only their "
        "X-Forwarded-For and X-Forwarded-Proto are believed; the client is the last address that is not among them.",
    )
    operation_timeout_seconds: float = Field(
        default=10.0, gt=0, le=60, description="Longest that one GraphQL operation may run, in seconds."
    )
    operation_cost: int = Field(
        default=1_000,
        ge=100,
        description="Most that one GraphQL operation may cost; see [cost.md](cost.md).",
    )
    cost_bucket: int = Field(
        default=1_000,
        description="Points in the bucket of each caller, from which operations are paid: a credential in its account, "
        "a network without one. No less than `CALENDERA_OPERATION_COST`. That of a widget key holds 50 times as many.",
    )
    cost_restored: int = Field(default=50, ge=1, description="Points that come back to a caller's bucket each second.")
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis in which all server processes keep the buckets: `redis://` or `rediss://` (TLS), then "
        "`user:password@host:port/number`. Empty: each process has its own, so a caller has as many as there are "
        "processes. In production a Redis that is not on this machine needs `rediss://`.",
    )
    operations_running: int = Field(
        default=64,
        ge=1,
        description="Operations that one process runs at once. Four times as many wait in line for up to 5 seconds; "
        "beyond, callers are told to come again (503).",
    )
    operations_each: int = Field(
        default=32,
        ge=1,
        description="Operations of one caller that one process has running or in line; beyond, that caller is told to "
        "wait for one to end (429).",
    )
    free_documents: Literal["everybody", "members", "partners"] = Field(
        default_factory=_by_environment,
        validate_default=True,
        description="Who may send GraphQL documents of their own to `/graphql`; all others run trusted documents only. "
        "`members`: who signed in, and partners; `everybody`: also visitors and holders of a manage link. Widgets "
        "never may.",
        json_schema_extra={"shown": "everybody in development, members in production"},
    )
    documents_dir: Path = _default(
        "{data_dir}/documents",
        "var/documents (inside CALENDERA_DATA_DIR)",
        "Folder of trusted documents that you add for pages of your own: `widget/Name.graphql`, `dashboard/…`. New "
        "files are found without a restart.",
    )
    live_connections: int = Field(
        default=1000,
        ge=1,
        le=100_000,
        description="Most sockets and event streams that one server process keeps open; further ones are turned away. "
        "Allow as many open files.",
    )
    outgoing_to_loopback: bool = Field(
        default=False,
        description="Whether calendars elsewhere that staff subscribe to may be on this machine and without "
        "encryption: for development and tests. Otherwise only https to the public internet is asked.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="At least 32 characters; signs and keys what leaves the program. Keep it: changing it makes links "
        "already sent invalid. In development it is made once, in `CALENDERA_DATA_DIR/secret.key`.",
    )
    session_days: int = Field(
        default=30, ge=1, le=365, description="Days after which a signed-in person signs in again."
    )
    password_profile: Literal["standard", "cheapest"] = Field(
        default="standard",
        description="Cost of password hashing: `standard` is argon2id with 64 MiB; `cheapest` is for tests only.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail server: `smtp://`, `smtps://` (TLS from the start) or `smtp+starttls://`, then "
        "`user:password@host:port`; escape special characters as in any URL. Empty: mails are written to the spool.",
    )
    home_country: str | None = Field(
        default=None,
        description="The country you run the server from, as two letters (`DE`). What leaves for no business, or for "
        "one whose zone names no country, leaves from there: to another region only under a safeguard.",
    )
    mail_from: str = Field(
        default="Calendera <no-reply@calendera.invalid>",
        description="Sender of every mail: an address, or a name with the address in angle brackets.",
    )
    operator_email: str | None = Field(
        default=None,
        description="Address of whoever runs the server, told about attacks that aim at no single business. Empty: "
        "they are logged, and `calendera alerts` lists them.",
    )
    payment_gateway_url: str | None = Field(
        default=None,
        description="Where the payment gateway speaks the protocol of [payments.md](payments.md): `https://` (or, for "
        "tests, `http://` on this machine), no slash at the end. Empty: nothing is paid online.",
    )
    payment_gateway_secret: SecretStr | None = Field(
        default=None,
        validate_default=True,
        description="What is shared with the gateway: at least 32 characters. Sent to it as a bearer token, and what "
        "it signs its notices with. Needed with CALENDERA_PAYMENT_GATEWAY_URL.",
    )
    payment_minutes: int = Field(
        default=30,
        ge=5,
        le=1440,
        description="How long a visitor has to pay a deposit online; so long, and two minutes, the time is kept.",
    )
    mail_spool: Path = _default(
        "{data_dir}/mail",
        "var/mail (inside CALENDERA_DATA_DIR)",
        "Folder for mails as .eml files while there is no mail server.",
    )
    log_format: Literal["json", "console"] = Field(
        default="json",
        description="`json`: one object per line on standard error. `console`: for a person; in development it also "
        "shows the text of errors, which may quote data.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level that is logged."
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @field_validator(*checks.WELL_FORMED)
    @classmethod
    def _well_formed(cls, value: Any, info: ValidationInfo) -> Any:
        return checks.WELL_FORMED[str(info.field_name)](value)

    @field_validator("payment_gateway_url")
    @classmethod
    def _gateway(cls, value: str | None) -> str | None:
        local = value is not None and value.startswith(("http://127.0.0.1:", "http://localhost:"))
        if value is not None and (not (local or value.startswith("https://")) or value.endswith("/")):
            raise ValueError("write it as https://host/path, without a slash at the end")
        return value

    @field_validator("payment_gateway_secret")
    @classmethod
    def _gateway_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("payment_gateway_url") is not None:
            raise ValueError("is needed with CALENDERA_PAYMENT_GATEWAY_URL")
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("cost_bucket")
    @classmethod
    def _large_enough(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("operation_cost", 0):
            raise ValueError("a bucket must hold what one operation may cost")
        return value

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment == "production":
            checks.refuse_in_production(self)
        return self

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server over https."""
        return self.public_url.startswith("https://")


def variable(field: str) -> str:
    """The environment variable of a setting: `pool_size` → `CALENDERA_POOL_SIZE`."""
    return PREFIX + field.upper()


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsError with everything that is wrong, not just the first thing."""
    known = [variable(field) for field in Settings.model_fields]
    strangers = [name for name in os.environ if name.upper().startswith(PREFIX)]
    problems = [
        checks.unknown(name, known)
        for name in sorted(strangers)
        if name.upper() not in known and not name.upper().startswith(TEST_PREFIX)
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [
            _sentence(tuple(one["loc"]), one["msg"])
            for one in error.errors(include_input=False)
            if one["type"] != "default_factory_not_called"  # only says that an earlier setting is wrong
        ]
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _sentence(where: tuple[int | str, ...], message: str) -> str:
    """`CALENDERA_PORT: Input should be a valid integer`, without pydantic's own prefix and without the value."""
    text = message.removeprefix("Value error, ")
    return f"{variable(str(where[0]))}: {text}." if where else text
