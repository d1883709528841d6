"""Mails over SMTP, encrypted as the setting says: never "if the server happens to offer it"."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from calendera.egress import check_pass
from calendera.mail import MailNotSent, refuse_unsafe

DEFAULT_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True)
class SmtpServer:
    """Where and how: scheme is smtp (clear), smtps (TLS from the start) or smtp+starttls (TLS or nothing)."""

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """`smtp+starttls://user:password@host:587`; user and password as in any URL, with %40 for @."""
        parts = urlsplit(url)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "",
            port=parts.port or DEFAULT_PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class SmtpMailer:
    """One connection per mail: mails are few, and a connection kept open is one that the server may have closed."""

    def __init__(self, server: SmtpServer, *, timeout: float = 20.0, tls: ssl.SSLContext | None = None) -> None:
        """`timeout`: seconds for the whole conversation. `tls`: trust other than the machine's certificates."""
        self.server = server
        self.host: str | None = server.host
        self.timeout = timeout
        self.tls = tls

    async def send(self, message: EmailMessage) -> None:
        """Hand the mail to the server."""
        refuse_unsafe(message)
        try:
            async with asyncio.timeout(self.timeout):
                await self._hand_over(message)
        except (TimeoutError, OSError, aiosmtplib.SMTPException) as error:
            raise _not_sent(error) from None

    async def _hand_over(self, message: EmailMessage) -> None:
        check_pass(self.server.host)
        sender, recipient = (parseaddr(str(message[header]))[1] for header in ("From", "To"))
        await aiosmtplib.send(
            message,
            sender=sender,
            recipients=[recipient],
            # Said to the server as our name. The default is a DNS look-up that blocks and tells the machine's name.
            local_hostname=sender.rpartition("@")[2],
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.username,
            password=self.server.password,
            use_tls=self.server.scheme == "smtps",
            start_tls=self.server.scheme == "smtp+starttls",
            tls_context=self.tls,
            timeout=self.timeout,
        )


def _not_sent(error: Exception) -> MailNotSent:
    """What an error of the conversation means: only a refusal of the mail itself is for ever."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return MailNotSent("SIGN_IN_REFUSED", temporary=True, status=error.code)
    if isinstance(error, aiosmtplib.SMTPConnectResponseError | aiosmtplib.SMTPHeloError):
        return MailNotSent("SERVER_REFUSES_TO_TALK", temporary=True, status=error.code)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return MailNotSent("MAIL_REFUSED", temporary=error.code < 500, status=error.code)
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return MailNotSent("NOT_ENCRYPTED", temporary=True)
    if isinstance(error, TimeoutError):
        return MailNotSent("TIMED_OUT", temporary=True)
    if isinstance(error, OSError):
        return MailNotSent("UNREACHABLE", temporary=True)
    # What is left says that the server offers no STARTTLS, no sign-in, or no addresses beyond ASCII.
    return MailNotSent("SERVER_LACKS_FEATURE", temporary=True)
