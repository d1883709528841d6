"""The mail about a change of the privacy policy: what changes, from when on, and where it can be read."""

from __future__ import annotations

from datetime import datetime

from calendera.mail_words import Letter, day_of
from models.mail import Mail
from models.policy_notice import PolicyNotice
from models.user import User
from privacy import policy
from privacy.changes import changes


async def policy_changed(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    """None where the person has seen that version meanwhile, or is gone."""
    notice = await PolicyNotice.get_or_none(id=mail.about_id, seen_at=None)
    new = policy.version(notice.version) if notice else None
    old = policy.before(new) if new else None
    user = await User.get_or_none(id=notice.user_id) if notice else None
    if new is None or old is None or user is None or user.email != mail.to:
        return None
    headings = [f"- {one.heading} ({one.passage})" for one in changes(old, new) if one.material]
    verb = "changes" if new.effective_on > now.date() else "changed"
    paragraphs = (
        f"Hello,\n\nthe privacy policy of Calendera, where you sign in, {verb} on {day_of(new.effective_on)}. "
        "Something else is promised in these parts:",
        "\n".join(headings),
        f"Read it here, with what differs from the version before:\n{public_url}/privacy/{new.version}",
        "There is nothing that you have to do.",
    )
    return Letter(f"Our privacy policy {verb} on {day_of(new.effective_on)}", "\n\n".join(paragraphs) + "\n")
