"""Mails over a real SMTP server on this machine."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calendera.egress import ANY, passing
from calendera.mail import MailNotSent
from calendera.mail_smtp import SmtpMailer, SmtpServer
from tests.program.test_mail import mail

# aiosmtpd 1.4.6 uses what asyncio has deprecated; our own warnings stay errors.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")


@dataclass
class Box:
    """What a server received, and how it answers recipients, content and passwords."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    got: list[Envelope] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: Any, session: Any, envelope: Envelope) -> str:
        self.got.append(envelope)
        self.signed_in.append(session.authenticated)
        return self.data

    def check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == b"p/w:@"
        return AuthResult(success=right, handled=False)


Start = Callable[..., Awaitable[int]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start an SMTP server on a free port, with aiosmtpd's options and TLS from the start if `ssl`; gives the port."""
    async with AsyncExitStack() as running:

        async def begin(box: Box, *, ssl: ssl.SSLContext | None = None, **options: Any) -> int:
            loop = asyncio.get_running_loop()
            server = await loop.create_server(lambda: SMTP(box, **options), "127.0.0.1", 0, ssl=ssl)
            await running.enter_async_context(server)
            return int(server.sockets[0].getsockname()[1])

        yield begin


@pytest.fixture(autouse=True)
def _let_out() -> Iterator[None]:
    """What the egress does around each mail: without it nothing is connected to."""
    with passing(ANY):
        yield


@dataclass
class Certificate:
    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost that only this test's client trusts."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    return Certificate(server, ssl.create_default_context(cafile=file))


async def refusal(mailer: SmtpMailer) -> tuple[str, bool, int | None]:
    with pytest.raises(MailNotSent) as caught:
        await mailer.send(mail())
    assert "customer.example" not in str(caught.value)
    return caught.value.code, caught.value.temporary, caught.value.status


async def test_a_mail_arrives_as_composed(start: Start) -> None:
    box = Box()
    await SmtpMailer(SmtpServer("smtp", "127.0.0.1", await start(box))).send(mail())
    [envelope] = box.got
    assert (envelope.mail_from, envelope.rcpt_tos) == ("salon@calendera.example", ["anna@customer.example"])
    content = envelope.content
    assert isinstance(content, bytes)
    assert message_from_bytes(content, policy=policy.default)["Subject"] == mail()["Subject"]


async def test_signing_in_over_starttls(start: Start, certificate: Certificate) -> None:
    box = Box()
    port = await start(
        box, tls_context=certificate.server, require_starttls=True, authenticator=box.check, auth_required=True
    )
    server = SmtpServer.from_url(f"smtp+starttls://me:p%2Fw%3A%40@localhost:{port}")
    await SmtpMailer(server, tls=certificate.client).send(mail())
    assert box.signed_in == [True]
    wrong = SmtpServer.from_url(f"smtp+starttls://me:wrong@localhost:{port}")
    assert await refusal(SmtpMailer(wrong, tls=certificate.client)) == ("SIGN_IN_REFUSED", True, 535)
    assert len(box.got) == 1


async def test_tls_from_the_start(start: Start, certificate: Certificate) -> None:
    box = Box()
    port = await start(box, ssl=certificate.server)
    await SmtpMailer(SmtpServer("smtps", "localhost", port), tls=certificate.client).send(mail())
    assert len(box.got) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_a_certificate_that_nobody_vouches_for_is_refused(
    start: Start, certificate: Certificate, scheme: str
) -> None:
    box = Box()
    options = {"ssl": certificate.server} if scheme == "smtps" else {"tls_context": certificate.server}
    assert (await refusal(SmtpMailer(SmtpServer(scheme, "localhost", await start(box, **options)))))[:2] == (
        "NOT_ENCRYPTED",
        True,
    )
    assert box.got == []


async def test_a_server_without_tls_gets_nothing_when_tls_was_asked(start: Start) -> None:
    box = Box()
    assert await refusal(SmtpMailer(SmtpServer("smtp+starttls", "localhost", await start(box)))) == (
        "SERVER_LACKS_FEATURE",
        True,
        None,
    )
    assert box.got == []


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (Box(rcpt="550 no such user anna@customer.example"), ("MAIL_REFUSED", False, 550)),
        (Box(rcpt="451 try later"), ("MAIL_REFUSED", True, 451)),
        (Box(data="554 looks like spam"), ("MAIL_REFUSED", False, 554)),
        (Box(data="452 disk full"), ("MAIL_REFUSED", True, 452)),
    ],
)
async def test_a_refusal_says_whether_trying_again_helps(
    start: Start, box: Box, expected: tuple[str, bool, int]
) -> None:
    assert await refusal(SmtpMailer(SmtpServer("smtp", "127.0.0.1", await start(box)))) == expected


async def test_a_port_where_nobody_listens_is_temporary() -> None:
    assert await refusal(SmtpMailer(SmtpServer("smtp", "127.0.0.1", 1))) == ("UNREACHABLE", True, None)


async def test_a_server_that_stays_silent_is_given_up() -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await refusal(SmtpMailer(SmtpServer("smtp", "127.0.0.1", port), timeout=0.2)) == (
            "TIMED_OUT",
            True,
            None,
        )
        async with asyncio.timeout(10):
            await gone.wait()
