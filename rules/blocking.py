"""Blocking: what somebody is told from whom a business takes no bookings."""

from rules.errors import Refusal, RefusalCode


class CustomerBlocked(Refusal):
    """Said to people of the business, and to who has proved to be that customer: to no stranger."""

    code = RefusalCode.CUSTOMER_BLOCKED

    def __init__(self) -> None:
        super().__init__(
            "The business takes no bookings from this customer. Please contact it: its people can end that with "
            "unblockCustomer, or book all the same with evenIfBlocked."
        )
