"""Enumerations about sharing, as the API shows them: each value with words."""

from __future__ import annotations

from graph.enums import described
from rules.sharing import Channel, EgressRefusal, ProcessorRole, Purpose, Recipient, Safeguard

described(
    Channel,
    "Channel",
    "A way out of the platform. There is no other.",
    MAIL="A mail to a person.",
    PAYMENTS="The gateway that takes payments online: it gets ids and an amount.",
    CALENDARS="A calendar elsewhere that a business wants asked: the request says nothing about anybody.",
)
described(
    ProcessorRole,
    "ProcessorRole",
    "As what somebody gets data.",
    PROCESSOR="Does with it what it is told to do, and nothing else.",
    CONTROLLER="Also has duties of its own by law, as those who move money have.",
)
described(
    Safeguard,
    "Safeguard",
    "What protects data in a country outside the home region.",
    ADEQUACY_DECISION="The law there was found to protect it as well.",
    STANDARD_CLAUSES="A contract with the standard clauses.",
    BINDING_RULES="Rules of a group of companies that an authority approved.",
)
described(
    Recipient,
    "Recipient",
    "To whom messages go.",
    PROCESSOR="Somebody of the register; where none was found, messages were refused.",
    OWN_MACHINE="A program on the platform's own machine.",
    CHOSEN="An address that a business gave.",
)
described(
    EgressRefusal,
    "EgressRefusal",
    "Why a message did not leave. It is tried again for about two days.",
    NOT_REGISTERED="Nobody in the register stands behind the address.",
    NOT_YET="They were announced, and their notice still runs.",
    ENDED="They get nothing any more.",
    PURPOSE_NOT_ALLOWED="They are not registered for this purpose.",
    CATEGORY_NOT_DECLARED="It holds a category of data that was not declared for them.",
    OBJECTED="The business objected to them.",
    TRANSFER_BLOCKED="They are outside the home region, and there is no safeguard, or it has expired.",
)

__all__ = ["Channel", "EgressRefusal", "ProcessorRole", "Purpose", "Recipient", "Safeguard"]
