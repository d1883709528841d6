"""Enumerations about money, as the API shows them: each value with words."""

from __future__ import annotations

from graph.enums import described
from rules.add_ons import AddOnProblem
from rules.payments import DepositKind, DepositRefund, EntryKind, PaymentMethod, PaymentProvider, PaymentState, Wait
from rules.quoting import PriceUnit

described(
    PriceUnit,
    "PriceUnit",
    "What the price of a service is for.",
    BOOKING="All who come together, however many.",
    PERSON="Each who comes: a party of three costs three times as much.",
)
described(
    AddOnProblem,
    "AddOnProblem",
    "Why an add-on cannot be chosen.",
    NOT_OFFERED="The service does not offer it, or no longer; unknown ids look the same.",
    TOO_MANY="More of it than one booking may have.",
    OTHER_CURRENCY="It is priced in another currency than the service.",
    TOO_LONG="The appointment would last more than a day.",
    SHARED_TIME="It takes time, and the service is shared: a group session is as long for everybody.",
)
described(
    DepositKind,
    "DepositKind",
    "How a service's deposit is reckoned.",
    NONE="None is asked.",
    FIXED="The same for each booking, and never more than it costs.",
    PERCENT="So many hundredths of what a booking costs; halves of a minor unit are rounded up.",
)
described(
    DepositRefund,
    "DepositRefund",
    "What becomes of a deposit when the customer cancels. The business gives it back whenever it calls off itself.",
    UNTIL_CUTOFF="It goes back: customers may cancel until `cancellableUntil`.",
    NEVER="The business keeps it.",
)
described(
    PaymentProvider,
    "PaymentProvider",
    "Through whom money comes.",
    AT_VENUE="From hand to hand: a member records it.",
    GATEWAY="Online, on a page of the payment gateway. Until then visitors' and partners' bookings are requests.",
)
described(
    PaymentMethod,
    "PaymentMethod",
    "How money comes.",
    CASH="In cash.",
    CARD="At a card terminal.",
    TRANSFER="By bank transfer or another way.",
    ONLINE="On a page of the payment gateway.",
)
described(
    PaymentState,
    "PaymentState",
    "Where a payment stands.",
    PENDING="Asked for.",
    PAID="It came.",
    FAILED="The gateway says that it will not come. Another one may be begun.",
    EXPIRED="It did not come in time. If it does later, it goes back where the booking was called off.",
    PARTLY_REFUNDED="Part of it went back.",
    REFUNDED="All of it went back.",
)
described(
    EntryKind,
    "EntryKind",
    "What a line of the ledger says.",
    PAID="Money came.",
    REFUNDED="Money went back.",
)
described(
    Wait,
    "BookingWait",
    "What a requested booking waits for.",
    ANSWER="For somebody of the business to confirm or decline it.",
    PAYMENT="For its deposit to be paid online.",
)

__all__ = [
    "AddOnProblem", "DepositKind", "DepositRefund", "EntryKind", "PaymentMethod", "PaymentProvider", "PaymentState",
    "PriceUnit", "Wait",
]  # fmt: skip
