import io
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from decimal import Decimal
from uuid import UUID

import pytest
import structlog

from calendera import logs
from calendera.log_fields import FIELDS, HIDDEN, harmless, harmless_text
from calendera.settings import Settings

PERSON = "anna.kovacs@example.com"


Logged = Callable[[], list[dict[str, object]]]


@pytest.fixture
def configured() -> Iterator[Callable[[Settings], io.StringIO]]:
    """Sets up the logs and gives the stream they go to; afterwards everything is as before."""
    root = logging.getLogger()
    level = root.level

    def configure(settings: Settings) -> io.StringIO:
        stream = io.StringIO()
        with redirect_stderr(stream):
            logs.configure(settings)
        return stream

    yield configure
    structlog.reset_defaults()
    root.setLevel(level)
    for handler in [one for one in root.handlers if type(one).__module__ == logs.__name__]:
        root.removeHandler(handler)


@pytest.fixture
def logged(configured: Callable[[Settings], io.StringIO]) -> Logged:
    """The lines logged so far, as JSON objects."""
    stream = configured(Settings(log_format="json", log_level="DEBUG"))
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_operation_is_one_line_of_json(logged: Logged) -> None:
    with structlog.contextvars.bound_contextvars(request_id="0123456789abcdef"):
        logs.log_operation("Week", "query", "session", 200, 3.14159, 3, ["FORBIDDEN"])
    [line] = logged()
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "operation",
        "level": "info",
        "request_id": "0123456789abcdef",
        "operation": "Week",
        "kind": "query",
        "credential": "session",
        "status": 200,
        "ms": 3.14,
        "statements": 3,
        "errors": ["FORBIDDEN"],
    }


def test_a_field_that_is_not_listed_is_dropped_and_named(logged: Logged) -> None:
    logs.log.info("booked", email=PERSON, customer="Anna Kovacs", count=1)
    [line] = logged()
    assert line["dropped"] == ["customer", "email"]
    assert line["count"] == 1
    assert "Anna" not in str(line) and PERSON not in str(line)


@pytest.mark.promise("1.3")
@pytest.mark.parametrize(
    "value",
    [
        PERSON,
        "Anna Kovacs",
        "+15551232253",
        "555 123 2253",
        "203.0.113.7",
        "2001:db8::1",
        {"a": 1},
        b"x",
        "漢字",
        "x" * 121,
    ],
)
def test_a_value_that_may_be_personal_is_redacted(logged: Logged, value: object) -> None:
    logs.log.info("done", reason=value, errors=[value])
    [line] = logged()
    assert (line["reason"], line["errors"]) == (HIDDEN, [HIDDEN])


@pytest.mark.parametrize(
    "value",
    [3, 2.5, True, None, "SLOT_TAKEN", "0001_start.sql", "01890a5d-ac96-774b-bcce-b302099a8057", "bookings:read"],
)
def test_numbers_ids_and_codes_are_kept(value: object) -> None:
    assert harmless(value) == value
    assert harmless(UUID(int=1)) == "00000000-0000-0000-0000-000000000001"


def test_addresses_are_cut_out_of_sentences() -> None:
    assert harmless_text(f"refused {PERSON} from 203.0.113.7\nsecond line") == f"refused {HIDDEN} from {HIDDEN}"


def test_a_librarys_line_keeps_its_numbers_and_loses_its_texts(logged: Logged) -> None:
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" %d', "203.0.113.7", f"/x?email={PERSON}", 403)
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: ValueError('{PERSON}')")
    logging.getLogger("other").warning("odd %d", Decimal(7))
    logging.getLogger("other").warning("by name %(who)s", {"who": PERSON})
    found = logged()
    assert [line["event"] for line in found] == [
        '… - "WebSocket …" 403',
        "Task exception was never retrieved",
        "odd %d",
        "by name %(who)s",
    ]
    assert [line["logger"] for line in found] == ["uvicorn.error", "asyncio", "other", "other"]


def test_libraries_stay_at_info_even_when_we_debug(logged: Logged) -> None:
    logging.getLogger("tortoise.db_client").debug("SELECT 1: %s", [PERSON])
    logs.log.debug("ours")
    assert [line["event"] for line in logged()] == ["ours"]


def fail() -> None:
    try:
        raise KeyError(PERSON)
    except KeyError as cause:
        raise RuntimeError(f"no such customer: {PERSON}") from cause


@pytest.mark.parametrize("through_library", [True, False])
def test_an_exception_is_logged_by_type_and_place_without_its_text(logged: Logged, through_library: bool) -> None:
    try:
        fail()
    except RuntimeError:
        if through_library:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
        else:
            logs.log.exception("fault")
    [line] = logged()
    assert line["error_types"] == ["RuntimeError", "KeyError"]
    frames = line["frames"]
    assert isinstance(frames, list) and frames[-1].endswith(" fail")
    assert PERSON not in json.dumps(line)


def test_a_printed_traceback_keeps_the_class_only(logged: Logged) -> None:
    try:
        fail()
    except RuntimeError as error:
        printed = "".join(traceback.format_exception(error))
    logging.getLogger("uvicorn.error").error(printed)
    logging.getLogger("uvicorn.error").error(f"Traceback (most recent call last):\n{PERSON}")
    assert [line["event"] for line in logged()] == ["failed with RuntimeError", "failed with an exception"]


@pytest.mark.parametrize(("environment", "shown"), [("development", True), ("production", False)])
def test_the_console_shows_the_text_of_errors_in_development_only(
    configured: Callable[[Settings], io.StringIO], environment: str, shown: bool
) -> None:
    stream = configured(Settings.model_construct(environment=environment, log_format="console", log_level="INFO"))
    try:
        fail()
    except RuntimeError:
        logs.log.exception("fault")
    assert "fault" in stream.getvalue()
    assert (PERSON in stream.getvalue()) is shown


def test_every_listed_field_says_what_it_holds() -> None:
    assert all(FIELDS.values())
    assert not {"email", "name", "phone", "address", "path", "url", "query", "variables", "ip", "user"} & set(FIELDS)
