"""The toy schema, and a diary to ask it about."""

from __future__ import annotations

import pytest

from tests.businesses import Business
from tests.kernel.diary import Diary
from tests.kernel.toy import Kernel


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
async def diary(salon: Business) -> Diary:
    return await Diary.make(salon)
