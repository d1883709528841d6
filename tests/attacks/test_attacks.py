"""Attacks as files: each in `refused/` must be, each in `allowed/` must go on working. Adding one takes no code.

The first line says who asks and what they are told: `# widget: FORBIDDEN`. `nothing` is an answer without errors in
which nothing of the salon is. `{customer}` is the id of the salon's, `{booking}` likewise; every text of theirs holds
the canary, which no refused answer may show. `{repeat 300 x}` is 300 times `x`.

A `.graphql` is sent as a client sends it. A `.http` is a request line, headers and a body, to which the credential of
whoever asks is added; its first line says the status as well (`# widget: 403 FORBIDDEN`), `# never: words` what the
answer must not hold.
`{widget}` is the path of the salon's widget, `{cookie}` the cookie of its owner.
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


def files(ending: str) -> dict[str, str]:
    found = [
        (folder, file) for folder in ("refused", "allowed") for file in sorted((HERE / folder).glob(f"*.{ending}"))
    ]
    return {f"{folder}/{file.stem}": file.read_text("utf-8") for folder, file in found}


DOCUMENTS, REQUESTS = files("graphql"), files("http")


async def caller(who: str, salon: Business, rival: Business, visitor: Caller, link: str) -> Caller:
    known = {"visitor": visitor, "widget": salon.widget, "owner": salon.owner, "rival": rival.owner}
    known |= {"partner": salon.partner, "link": by_key(salon.product, link)}
    return known[who] if who in known else await salon.member(Role[who.upper()])


async def canaries(salon: Business) -> str:
    """Write them; answers the secret of whoever typed the customer's address at a widget."""
    account, link = salon.account.id, random_token("mt")
    mine = {"name": CANARY, "search_name": CANARY, "internal_notes": CANARY, "phone": "+15550100"}
    await Customer.of(account).all().update(**mine)
    for twin, one in enumerate(await Customer.of(account).all().order_by("created_at", "id")):
        await Customer.of(account).filter(id=one.id).update(email=f"{CANARY}{twin or ''}@example.com")
    noted = {"customer_note": CANARY, "internal_note": CANARY, "booker_hash": token_hash(link), "version": 99}
    await Booking.of(account).all().update(**noted)
    await Staff.of(account).all().update(email=f"{CANARY}@example.org")
    await TimeOff.of(account).all().update(reason=CANARY)
    return link


async def prepared(text: str, salon: Business) -> tuple[str, str]:
    """The text of a file with its places filled, and the secret of the link."""
    made, link = await fill(salon), await canaries(salon)
    for table in PREFIXES.keys() & made.keys():
        text = text.replace(f"{{{table}}}", global_id(table, made[table]))
    text = text.replace("{widget}", salon.widget.path).replace("{cookie}", salon.owner.headers["Cookie"])
    return re.sub(r"\{repeat (\d+) (.+?)\}", lambda found: found[2] * int(found[1]), text), link


def is_shown(name: str, answer: str) -> None:
    """The canary is in what is allowed, and in nothing else; and no answer tells how the program is made."""
    assert (CANARY in answer) is name.startswith("allowed/"), answer
    assert "Traceback" not in answer and ".py" not in answer, answer


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_document(name: str, salon: Business, rival: Business, visitor: Caller) -> None:
    document, link = await prepared(DOCUMENTS[name], salon)
    who, said = re.findall(r"^# (\w+): (\w+)$", document, re.MULTILINE)[0]
    answer = await (await caller(who, salon, rival, visitor, link))(document)
    told = [*answer.codes, *re.findall(r"'code': '(\w+)'", str(answer.data))]
    assert said in told or (said == "nothing" and not told), answer.body
    is_shown(name, str(answer.body))


@pytest.mark.parametrize("name", REQUESTS)
async def test_request(name: str, salon: Business, rival: Business, visitor: Caller) -> None:
    text, link = await prepared(REQUESTS[name], salon)
    who, status, said = re.findall(r"^# (\w+): (\d+) (\w+)$", text, re.MULTILINE)[0]
    head, _, body = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).partition("\n\n")
    line, *headers = head.splitlines()
    method, path, _ = line.split(" ")
    asker = await caller(who, salon, rival, visitor, link)
    sent = {**asker.headers, **dict(header.split(": ", 1) for header in headers)}
    answer = await asker.http.request(method, path, headers=sent, content=body.encode() or None)
    codes = re.findall(r'"code":\s*"(\w+)"', answer.text)
    assert (answer.status_code, codes[:1]) == (int(status), [] if said == "nothing" else [said]), answer.text
    for words in re.findall(r"^# never: (.*)$", text, re.MULTILINE):
        assert words not in answer.text
    is_shown(name, f"{answer.text} {answer.headers}")
