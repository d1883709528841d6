"""A filled business, and whoever asks it: what the tests of the access matrix and of its mutants stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.types import ASGIApp

from tests.api import Caller
from tests.businesses import make_business
from tests.conftest import NOW
from tests.isolation.askers import Asker, Household, asker, choose_for
from tests.isolation.filling import fill
from tests.isolation.matrix import Check
from tests.isolation.probing import Laid, Regrant, freely, probing
from tests.product import Product


@dataclass(slots=True)
class Stage:
    """A filled business, the doors to all that is in it, and what its owner saw behind them."""

    home: Household
    laid: Laid
    doors: ASGIApp
    product: ASGIApp
    truth: dict[tuple[str, str, UUID], Any] = field(default_factory=dict)

    @classmethod
    async def set(cls, product: Product, regrant: Regrant | None = None) -> Stage:
        """Fill a business of its own, beside all others of the process."""
        await product.start()
        product.clock.stand_at(NOW)
        salon = await make_business(product, "Salon")
        home = Household(salon, await fill(salon))
        await home.furnish()
        laid = Laid()
        return cls(home, laid, probing(product, laid, regrant), freely(product))

    async def check(self, who: str) -> Check:
        """What checks the cells of one viewer, with a credential that is new."""
        asking = await asker(who, self.home)
        await choose_for(self.home.business, who)
        users = {self.home.business.owner_user.id, *asking.own.get("app_user", ())}
        await self.laid.lay(self.home.business.account.id, list(users))
        return self.of(asking)

    def of(self, asking: Asker, caller: Caller | None = None) -> Check:
        doors = asking.caller.to(self.doors)
        asked = Asker(asking.name, caller or asking.caller.to(self.product), asking.own)
        return Check(asked, self.home, self.laid, doors, self.truth)

    def at_doors(self, check: Check) -> Check:
        """The same cells, all of them asked where the doors are."""
        return self.of(check.asker, check.probe)
