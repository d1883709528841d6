"""Refusals about what is chosen and paid. They belong to the tree of `rules/errors.py`."""

from __future__ import annotations

from uuid import UUID

from rules.add_ons import AddOnProblem
from rules.errors import Refusal, RefusalCode


class AddOnRefused(Refusal):
    """`maximum` is how many of it one booking may have; None for what the service does not offer."""

    code = RefusalCode.ADD_ON_REFUSED

    def __init__(self, add_on: UUID, problem: AddOnProblem, maximum: int | None) -> None:
        super().__init__(_ADD_ON_WORDS[problem].format(maximum=maximum))
        self.add_on = add_on
        self.problem = problem
        self.maximum = maximum


_ADD_ON_WORDS = {
    AddOnProblem.NOT_OFFERED: "The service does not offer that add-on. Choose among its `addOns`.",
    AddOnProblem.TOO_MANY: "One booking may have {maximum} of that add-on at most. Choose fewer.",
    AddOnProblem.OTHER_CURRENCY: "That add-on is priced in another currency than the service. Leave it out, and tell "
    "the business.",
    AddOnProblem.TOO_LONG: "With these add-ons the appointment would last more than a day. Choose fewer.",
    AddOnProblem.SHARED_TIME: "Others come at the same time, so nothing can make the appointment longer. Leave it out.",
}


class NotPayable(Refusal):
    code = RefusalCode.NOT_PAYABLE

    def __init__(self) -> None:
        super().__init__("This has to be paid online before, and nothing can be paid here now. Contact the business.")


class NothingDue(Refusal):
    code = RefusalCode.NOTHING_DUE

    def __init__(self) -> None:
        super().__init__("This booking waits for no payment: it was paid, called off, or took too long. Book again.")


class NothingToRefund(Refusal):
    """`left_minor` is what can still be given back, in minor units of `currency`."""

    code = RefusalCode.NOTHING_TO_REFUND

    def __init__(self, left: int, currency: str) -> None:
        super().__init__("So much of this payment is not left to give back. `left` says how much is.")
        self.left_minor = left
        self.currency = currency
