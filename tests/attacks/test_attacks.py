"""Attacks as files: each in `refused/` must be, each in `allowed/` must go on working. Adding one takes no code.

The first line says who asks and what they are told: `# widget: FORBIDDEN`. `nothing` is an answer without errors in
which nothing of the salon is. `{customer}` is the id of the salon's, `{booking}` likewise; every text of theirs holds
the canary, which no refused answer may show.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.booking import Booking
from models.customer import Customer
from models.keyring import random_token
from models.membership import Role
from models.staff import Staff, TimeOff
from rules.ids import PREFIXES, global_id
from rules.tokens import token_hash
from tests.api import Caller
from tests.businesses import Business, by_key
from tests.isolation.filling import fill

HERE = Path(__file__).parent
CANARY = "attacked"
FILES = {
    f"{folder}/{file.stem}": file.read_text("utf-8")
    for folder in ("refused", "allowed")
    for file in sorted((HERE / folder).glob("*.graphql"))
}


async def caller(who: str, salon: Business, rival: Business, visitor: Caller, link: str) -> Caller:
    known = {"visitor": visitor, "widget": salon.widget, "owner": salon.owner, "rival": rival.owner}
    known |= {"partner": salon.partner, "link": by_key(salon.product, link)}
    return known[who] if who in known else await salon.member(Role[who.upper()])


async def canaries(salon: Business) -> str:
    """Write them; answers the secret of whoever typed the customer's address at a widget."""
    account, link = salon.account.id, random_token("mt")
    mine = {"name": CANARY, "search_name": CANARY, "internal_notes": CANARY, "phone": "+15550100"}
    await Customer.of(account).all().update(**mine, email=f"{CANARY}@example.com")
    noted = {"customer_note": CANARY, "internal_note": CANARY, "booker_hash": token_hash(link), "version": 99}
    await Booking.of(account).all().update(**noted)
    await Staff.of(account).all().update(email=f"{CANARY}@example.org")
    await TimeOff.of(account).all().update(reason=CANARY)
    return link


@pytest.mark.parametrize("name", FILES)
async def test_attack(name: str, salon: Business, rival: Business, visitor: Caller) -> None:
    made, document = await fill(salon), FILES[name]
    link = await canaries(salon)
    for table in PREFIXES.keys() & made.keys():
        document = document.replace(f"{{{table}}}", global_id(table, made[table]))
    who, said = re.findall(r"^# (\w+): (\w+)$", document, re.MULTILINE)[0]
    answer = await (await caller(who, salon, rival, visitor, link))(document)
    told = [*answer.codes, *re.findall(r"'code': '(\w+)'", str(answer.data))]
    assert said in told or (said == "nothing" and not told), answer.body
    assert (CANARY in str(answer.body)) is name.startswith("allowed/"), answer.body
