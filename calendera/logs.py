"""Structured logs on standard error: one pipeline for our lines and for those of the libraries.

Personal data stays out by construction: fields are an allow-list (log_fields.py), a library's message is logged without
its arguments, and an exception as its type and frames without its text, which tends to quote the row or the input.
"""

import logging
import re
import sys
import traceback
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

import orjson
import structlog

from calendera.log_fields import LISTENING, only_known
from calendera.settings import Settings

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

Line = MutableMapping[str, Any]
_LEVELS = (logging.CRITICAL, logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)


def configure(settings: Settings) -> None:
    """Send every log line of this process through the pipeline. Called once per process, before anything is logged."""
    console = settings.log_format == "console"
    # A developer's terminal is not kept; only there does an exception show its text.
    errors: list[Callable[..., Line]] = [] if console and settings.environment == "development" else [_without_text]
    level = logging.getLevelNamesMapping()[settings.log_level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *errors,
            only_known,
            _console() if console else structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    # Libraries print parameters at DEBUG (Tortoise those of every statement), so they never get below INFO.
    logging.basicConfig(handlers=[_Library()], level=max(level, logging.INFO), force=True)


def log_operation(
    name: str | None,
    kind: str,
    credential: str,
    status: int,
    ms: float,
    statements: int,
    errors: Sequence[str],
    events: int | None = None,
) -> None:
    """The one line of a GraphQL operation; `errors` are codes, `ms` milliseconds, `statements` how many SQL ran,
    `events` how many a subscription was sent."""
    log.info(
        "operation",
        operation=name,
        kind=kind,
        credential=credential,
        status=status,
        ms=round(ms, 2),
        statements=statements,
        errors=list(errors),
        **({} if events is None else {"count": events}),
    )


class _Library(logging.Handler):
    """Hands the lines of libraries to the pipeline."""

    def emit(self, record: logging.LogRecord) -> None:
        level = next((level for level in _LEVELS if level <= record.levelno), logging.DEBUG)
        log.log(level, _template(record), logger=record.name, exc_info=record.exc_info or None)


class _Withheld:
    def __str__(self) -> str:
        return "…"

    __repr__ = __str__


def _template(record: logging.LogRecord) -> str:
    """The message with its numbers but without its texts: they may be addresses, queries, inputs."""
    if str(record.msg).startswith("Traceback "):
        return f"failed with {_raised(str(record.msg))}"
    if not isinstance(record.args, tuple):
        return str(record.msg)
    if str(record.msg).startswith(LISTENING):
        return record.getMessage()
    arguments = tuple(one if isinstance(one, int | float) else _Withheld() for one in record.args)
    try:
        return str(record.msg) % arguments if arguments else str(record.msg)
    except (TypeError, ValueError):
        return str(record.msg)


def _raised(printed: str) -> str:
    """The class of the exception in a printed traceback: the first word after the last frame."""
    after = printed.rpartition('\n  File "')[2].splitlines()[1:]
    word = next((line.partition(":")[0] for line in after if not line.startswith(" ")), "")
    return word if re.fullmatch(r"[\w.]+", word) else "an exception"


def _without_text(_logger: object, _method: str, line: Line) -> Line:
    """Replace an exception by the types in its chain and the frames of the outermost."""
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["error_types"] = _types(error)
        stack = traceback.walk_tb(error.__traceback__)
        line["frames"] = [f"{f.f_globals.get('__name__')}:{number} {f.f_code.co_name}" for f, number in stack][-30:]
    return line


def _types(error: BaseException | None) -> list[str]:
    chain: list[str] = []
    while error is not None and len(chain) < 10:
        chain.append(f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins."))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _json(line: Line, **_options: object) -> str:
    return orjson.dumps(line, default=str).decode()


def _console() -> structlog.dev.ConsoleRenderer:
    # The plain formatter: the richer ones print local variables, that is, whole requests.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )
