"""Checks of what this program is: its columns, purposes, permissions, mails, cookie, pages and libraries.

The parts that decide take what they judge, so that a test can show them something that must be noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata

from tortoise.models import Model

import models
from calendera.log_fields import HIDDEN, harmless, harmless_text
from calendera.pages import FOLDER
from calendera.promises.finding import CodeCheck, Surroundings, judged
from calendera.security_headers import PAGE_POLICY
from graph.schema import build, check
from models.mail import MailTemplate
from models.personal import Personal, Purpose, Subject, mark_of
from models.promise_check import Finding
from permissions.every_viewer import EVERY_VIEWER
from permissions.roles import CUSTOMER, ROLES, WIDGET, Access, Permission
from permissions.viewer import VISITOR
from privacy import policy
from resolvers.context import COOKIE, Context
from rules.contacts import clean_email, clean_phone
from rules.errors import Denied
from rules.retention import RULES

P = Permission

# What passage 1 says is held, by whose it is: fideslang's keys.
OF_BUSINESS_PEOPLE = {
    "user.name", "user.contact.email", "user.device", "user.behavior", "user.content", "user.location",
}  # fmt: skip
OF_CUSTOMERS = {
    "user.name", "user.contact.email", "user.contact.phone_number", "user.content", "user.behavior", "user.location",
    "user.device", "user.device.ip_address", "user.financial",
}  # fmt: skip
PURPOSES = {"SERVICE", "COMMUNICATION", "SECURITY"}

T = MailTemplate
# What passage 2.2 says that we write for.
MAILED_FOR: Mapping[str, set[MailTemplate]] = {
    "bookings": {
        T.BOOKING_CONFIRMED, T.BOOKING_REQUESTED, T.BOOKING_DECLINED, T.BOOKING_RESCHEDULED, T.BOOKING_CANCELLED,
        T.BOOKING_REMINDER, T.ATTENDEE_CONFIRMED, T.ATTENDEE_MOVED, T.ATTENDEE_CANCELLED,
        T.SERIES_BOOKED, T.SERIES_CHANGED, T.SERIES_CANCELLED,
    },
    "waiting lists": {T.WAITLIST_JOINED, T.WAITLIST_OFFER},
    "signing in": {T.SIGN_UP, T.SIGN_UP_EXISTING, T.PASSWORD_RESET, T.CUSTOMER_LINK, T.INVITATION},
    "security": {T.NEW_DEVICE, T.SIGN_IN_CHANGED, T.SECURITY_EVENT},
    "the platform": {T.SUPPORT_ASKED, T.BREAK_GLASS_ASKED, T.GLASS_BROKEN, T.PLATFORM_ALERT, T.POLICY_CHANGED},
}  # fmt: skip
_ELSEWHERE = re.compile(r"""(?:src|href|action|import|from|url)\s*[=(]?\s*["'](?:https?:)?//""")
_BORN = re.compile(r"birth|\bborn|\bdob\b|\bage\b", re.IGNORECASE)


def columns() -> Iterator[tuple[type[Model], str]]:
    """Every column of every table."""
    for model in vars(models).values():
        if isinstance(model, type) and issubclass(model, Model):
            yield from ((model, column) for column in model._meta.fields_map)


def _marks() -> list[Personal]:
    found = [mark_of(model, column) for model, column in columns()]
    return [mark for mark in found if isinstance(mark, Personal)]


def held(marks: Iterable[Personal], whose: set[Subject], named: set[str], words: str) -> Finding:
    """Whether the categories that are held of somebody are those that the policy names."""
    kinds = {mark.category for mark in marks if mark.subject in whose}
    return judged(
        kinds <= named,
        f"{len(kinds)} kinds of data are held of {words}, all of them named here.",
        f"{len(kinds - named)} kinds of data are held of {words} that are not named here.",
    )


def of_business_people() -> Finding:
    return held(_marks(), {Subject.MEMBER, Subject.STAFF}, OF_BUSINESS_PEOPLE, "the people of a business")


def of_customers() -> Finding:
    return held(_marks(), {Subject.CUSTOMER, Subject.VISITOR}, OF_CUSTOMERS, "customers")


def purposes(found: Iterable[str]) -> Finding:
    """Whether data can be kept for what the policy says and nothing else."""
    more = {*found} - PURPOSES
    return judged(
        not more,
        f"Each of the {len(_marks())} columns with personal data names its purpose, out of {len(PURPOSES)}: running "
        "the service, writing to people, security. Advertising and sale are not among them.",
        f"Data can be kept for {len(more)} purposes that are not named here.",
    )


def _purposes(_around: Surroundings) -> Finding:
    return purposes(purpose.value for purpose in Purpose)


def _logs(_around: Surroundings) -> Finding:
    probes = ("ada.lovelace@example.com", "+1 555 123 2253", "203.0.113.7", "Ada Lovelace")
    shown = [probe for probe in probes if harmless(probe) != HIDDEN]
    shown += [probe for probe in probes[:3] if probe in harmless_text(f"{probe} was here")]
    return judged(
        not shown,
        "A name, an email address, a phone number and a network address were offered to the log, which kept none.",
        "The log keeps something that it must not.",
    )


def mailed(templates: Iterable[MailTemplate]) -> Finding:
    """Whether every kind of mail is one that the policy names."""
    every, named = {*templates}, {one for kinds in MAILED_FOR.values() for one in kinds}
    return judged(
        every <= named,
        f"There are {len(every)} kinds of mail, about {', '.join(MAILED_FOR)}. None is advertising.",
        f"{len(every - named)} kinds of mail are not among those named here.",
    )


def _mails(_around: Surroundings) -> Finding:
    return mailed(MailTemplate)


def _insights(_around: Surroundings) -> Finding:
    members = {role.name.lower() for role in ROLES}
    others = [name for name, viewer in EVERY_VIEWER.items() if P.INSIGHTS_READ in viewer.grants and name not in members]
    return judged(
        not others,
        "Figures are made from one business's bookings, for its own people; no customer, partner or other business and "
        "nobody of the platform can ask for them.",
        f"{len(others)} kinds of callers that are not of the business can ask for its figures.",
    )


def _cookie(around: Surroundings) -> Finding:
    parts = {"path": "Path=/", "secure": "Secure", "http": "HttpOnly", "site": "SameSite=Lax"}
    dashboard, widget = (Context(VISITOR, around.now, "", "", cookies=cookies) for cookies in (True, False))
    dashboard.set_session("random")
    names = [header for header, _ in dashboard.headers]
    (said,) = [value.split("; ") for _, value in dashboard.headers]
    try:
        widget.set_session("random")
    except Denied:
        refused = not widget.headers
    else:
        refused = False
    held = COOKIE.startswith("__Host-") and said[0] == f"{COOKIE}=random" and {*parts.values()} <= {*said}
    return judged(
        held and refused and names == ["Set-Cookie"],
        "Signing in sets one cookie with a random value, which no script can read, and which travels encrypted to this "
        "server alone. Where the widget asks, setting it is refused.",
        "The cookie is not as it is described here.",
    )


def loaded_elsewhere(texts: Iterable[str]) -> int:
    """How many texts of pages load something from another server."""
    return sum(1 for text in texts if _ELSEWHERE.search(text))


def _pages(_around: Surroundings) -> Finding:
    files = [file for file in FOLDER.iterdir() if file.suffix in (".html", ".css", ".js")]
    elsewhere = loaded_elsewhere(file.read_text("utf-8") for file in files)
    allowed = {source for part in PAGE_POLICY.split("; ") for source in part.split()[1:]}
    return judged(
        not elsewhere and allowed <= {"'none'", "'self'", "data:"},
        f"The {len(files)} files of our pages load nothing from anywhere else, and tell the browser to refuse it.",
        "A page of ours loads something from elsewhere.",
    )


def _without_cookies(_around: Surroundings) -> Finding:
    needed = {P.AVAILABILITY_READ, P.SLOTS_HOLD, P.BOOKINGS_MAKE}
    own = {P.BOOKINGS_READ, P.BOOKINGS_MOVE, P.BOOKINGS_CANCEL}
    return judged(
        needed <= WIDGET.keys() and all(CUSTOMER.get(permission) is Access.OWN for permission in own),
        "Seeing free times, booking, and seeing, moving and cancelling by the mailed link take no cookie.",
        "A step of booking takes a cookie.",
    )


def _seen_and_corrected(_around: Surroundings) -> Finding:
    runs, customer = ROLES[models.Role.OWNER], {P.BOOKINGS_READ, P.CUSTOMER_NAME_READ, P.CUSTOMER_CONTACT_READ}
    kept = (
        {P.ACCOUNT_READ, P.ACCOUNT_MANAGE, P.CUSTOMERS_MANAGE} <= runs.keys()
        and all(P.OWN_USER in grants for grants in ROLES.values())
        and all(CUSTOMER.get(permission) is Access.OWN for permission in customer)
    )
    return judged(
        kept,
        "Owners may see and change the account's details and correct customers', every member their own name and "
        "password; a mailed link shows customers their own bookings.",
        "Somebody lacks the permission to see or correct what is described here.",
    )


def born(names: Iterable[str]) -> Finding:
    """Whether something asks for a date of birth."""
    asking = [name for name in names if _BORN.search(name.replace("_", " "))]
    return judged(
        not asking,
        "No column of the database and no field of the interface is for a date of birth or an age.",
        f"{len(asking)} columns or fields ask for a date of birth or an age.",
    )


def _children(_around: Surroundings) -> Finding:
    words = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name in _field_names())
    return born([*(column for _, column in columns()), *words])


def _contact(_around: Surroundings) -> Finding:
    contact = policy.versions()[-1].contact
    right = clean_email(contact.email) == contact.email and clean_phone(contact.phone).normal == contact.phone_digits
    return judged(
        right, "The email address is well-formed, and the phone's letters are its digits.", "The contact is wrong."
    )


def _libraries(_around: Surroundings) -> Finding:
    pinned = [re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([\w.]+)$", one.partition(";")[0].strip())
              for one in metadata.requires("calendera") or [] if "extra ==" not in one]  # fmt: skip
    same = [one for one in pinned if one and metadata.version(one[1]) == one[2]]
    return judged(
        bool(pinned) and len(same) == len(pinned),
        f"All {len(pinned)} libraries are pinned, and installed in the versions that passed the checks.",
        f"{len(pinned) - len(same)} of {len(pinned)} libraries are not those that passed the checks.",
    )


def without_period() -> int:
    """How many columns with personal data have a retention class without a rule."""
    return sum(1 for mark in _marks() if mark.retention not in RULES)


def fields_with_permission() -> int:
    """How many fields and actions of the interface say who may use them: all. Undeclared where one does not."""
    check(build())
    return len(_field_names())


def _field_names() -> list[str]:
    types = build()._schema.type_map.values()
    fields = (getattr(type_, "fields", {}) for type_ in types if not type_.name.startswith("__"))
    return [name for found in fields for name in found]


CODE: Mapping[str, CodeCheck] = {
    "1.3": _logs,
    "2.1": _purposes,
    "2.2": _mails,
    "2.3": _insights,
    "3.1": _purposes,
    "4.3": _libraries,
    "5.1": _seen_and_corrected,
    "6.1": _cookie,
    "6.2": _pages,
    "6.3": _without_cookies,
    "9": _children,
    "contact": _contact,
}
