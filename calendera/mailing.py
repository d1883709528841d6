"""The worker's part of mails: takes one that is due, writes it from the rows as they are now, sends it, forgets it.

Each mail is sent by one worker. When a worker dies while it sends, another sends the mail again after two minutes, at
the worst a second time; both have one Message-ID, by which mail programs recognise them as one.
"""

from __future__ import annotations

from email.message import EmailMessage

from calendera.clock import Clock
from calendera.egress import Egress, EgressRefused
from calendera.logs import log
from calendera.mail import Mailer, MailNotSent, UnsafeMail, attach, compose
from calendera.mail_letters import letter_for
from calendera.settings import Settings
from models.mail import Mail, MailTemplate
from models.mail_parcels import MAILED
from models.policy_notice import PolicyNotice
from models.storage.reach import bound
from rules.sharing import Channel


class Mailing:
    """One job: `send_one`. Any number of workers may run it at once."""

    def __init__(self, settings: Settings, clock: Clock, mailer: Mailer, egress: Egress) -> None:
        self.settings = settings
        self.clock = clock
        self.mailer = mailer
        self.egress = egress

    async def send_one(self) -> int:
        """Deal with the mail that has been due longest; how many were dealt with (0 or 1)."""
        mail = await Mail.take(self.clock.now())
        if mail is None:
            return 0
        about = {"job": "mail", "job_id": mail.id, "template": mail.template.value, "attempt": mail.attempts}
        try:
            sent = await self._send(mail)
        except MailNotSent as refusal:
            if not refusal.temporary:
                await mail.give_up(self.clock.now())
            again = refusal.temporary and await mail.failed(self.clock.now())
            line = "mail not sent, will be tried again" if again else "mail given up"
            log.warning(line, reason=refusal.code, status=refusal.status, **about)
        except EgressRefused as refusal:
            again = await mail.failed(self.clock.now())
            line = "mail not sent, will be tried again" if again else "mail given up"
            log.warning(line, reason=refusal.refusal.value, **about)
        except UnsafeMail:
            await mail.give_up(self.clock.now())
            log.warning("mail given up", reason="UNSAFE", **about)
        except Exception as error:
            # Our own mistake: it is kept and tried again, for the next version of the program may know better.
            await mail.failed(self.clock.now())
            log.error("mail could not be written", exc_info=error, **about)
        else:
            await mail.done()
            log.info("mail sent" if sent else "mail had nothing to tell any more", **about)
        return 1

    async def _send(self, mail: Mail) -> bool:
        """Send it, if there still is something to tell."""
        with bound(mail.account_id):
            letter = await letter_for(mail, self.clock.now(), self.settings.public_url)
        if letter is None:
            return False
        sender, text = self.settings.mail_from, letter.text
        message = compose(
            sender=sender, to=mail.to, subject=letter.subject, text=text, key=mail.id, clock=self.clock
        )  # fmt: skip
        if letter.calendar is not None:
            attach(message, letter.calendar)
        await self._hand_over(mail, message)
        if mail.template is MailTemplate.POLICY_CHANGED and mail.about_id is not None:
            await PolicyNotice.was_mailed(mail.about_id, self.clock.now())
        return True

    async def _hand_over(self, mail: Mail, message: EmailMessage) -> None:
        """To the folder, or through the egress to the server. Raises EgressRefused, MailNotSent, UnsafeMail."""
        if self.mailer.host is None:
            await self.mailer.send(message)
            return
        with bound(mail.account_id):
            async with self.egress.leaving(Channel.MAIL, self.mailer.host, MAILED[mail.template]):
                await self.mailer.send(message)
