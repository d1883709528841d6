"""Says at the end how much was tried: tests of this folder record their counts with `record_property`. And leaves no
work behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from models.export import Export
from models.mail import Mail
from models.storage.reach import Reach, reaching
from models.tenancy import across_accounts
from models.waitlist import WaitlistEntry
from tests.product import Product


@pytest.fixture(scope="module", autouse=True)
async def _no_work_left(_product: Product) -> AsyncIterator[None]:
    """Each filled business waits for an archive, has somebody waiting for a time, and mails to be sent. Together they
    would keep the next test with a worker busy for long: it looks at everybody who waits, every time."""
    yield
    await _product.start()
    with reaching(Reach.OPERATOR):
        await across_accounts(Export, Reach.OPERATOR).delete()
        await across_accounts(WaitlistEntry, Reach.OPERATOR).delete()
        await Mail.all().delete()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        for what, number in report.user_properties:
            if isinstance(number, int):
                counts[what] += number
    for what, number in counts.items():
        terminalreporter.write_line(f"{number:>9,} {what}")
