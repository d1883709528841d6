"""Intake questions: adding, changing and archiving what a service asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from tortoise.queryset import QuerySet

from models.intake import IntakeQuestion
from models.service import Service
from permissions.roles import Permission
from resolvers import archiving
from resolvers.archiving import ArchiveInput, find_in_use
from resolvers.checking import Checks, between, cleaned, given
from resolvers.context import Context, Info
from rules.intake import (
    KEY_LENGTH,
    LABEL_LENGTH,
    MOST_OPTIONS,
    TEXT_LENGTH,
    DataCategory,
    QuestionType,
    check_range,
    clean_key,
    clean_options,
)
from rules.text import clean_block, clean_line

P = Permission
LONGEST_KEPT = 3650

WORDS: Mapping[str, str] = {
    "label": f"The question as it is read; 1 to {LABEL_LENGTH} characters.",
    "help": f"What helps to answer it, beneath the question; up to {TEXT_LENGTH} characters, may be empty.",
    "type": "What an answer looks like. Cannot be changed: archive the question and ask another.",
    "required": "Whether it must be answered at widgets and by partners. Members may leave it out.",
    "options": f"What can be chosen from, in order: 2 to {MOST_OPTIONS} for SELECT and MULTI_SELECT, else none.",
    "least": "NUMBER: the smallest. TEXT, LONG_TEXT: the fewest characters. MULTI_SELECT: options. Null: any.",
    "most": "The same for the largest, inclusive. Null: what the type allows.",
    "data_category": "What kind of personal data an answer is. It decides who may read it: see `sensitiveAnswers`.",
    "kept_days": f"Days from the appointment until an answer is deleted; 1 to {LONGEST_KEPT}. Null: with it.",
    "place": "Where it stands among the questions, smallest first; 0 to 10000.",
}
RULES: Mapping[str, Callable[[Any], Any]] = {
    "label": lambda text: clean_line(text, "label", most=LABEL_LENGTH),
    "help": lambda text: clean_block(text, "help", most=TEXT_LENGTH),
    "required": bool,
    "kept_days": lambda days: days if days is None else between(1, LONGEST_KEPT, "days")(days),
    "place": between(0, 10_000, ""),
}


def asked_now(context: Context) -> QuerySet[IntakeQuestion]:
    """The questions in use: what a service's list of questions shows."""
    return IntakeQuestion.of(context.account_id).filter(archived_at=None)


def _word(name: str, **more: Any) -> Any:
    return strawberry.field(description=WORDS[name], **more)


@strawberry.input(description="A question that a service is to ask whoever books it.")
class CreateIntakeQuestionInput:
    service_id: strawberry.ID = strawberry.field(description="Which service; one in use.")
    label: str = _word("label")
    type: QuestionType = _word("type")
    data_category: DataCategory = _word("data_category")
    key: str | None = strawberry.field(
        description=f"What programs know it by: 1 to {KEY_LENGTH} of a-z, 0-9 and _, unique in the service, archived "
        "ones included. Made from the label where left out. Never changes.",
        default=None,
    )
    help: str = _word("help", default="")
    required: bool = _word("required", default=False)
    options: list[str] = _word("options", default_factory=list)
    least: int | None = _word("least", default=None)
    most: int | None = _word("most", default=None)
    kept_days: int | None = _word("kept_days", default=None)
    place: int | None = strawberry.field(description=f"{WORDS['place']} Null: last.", default=None)


async def create_intake_question(info: Info, input: CreateIntakeQuestionInput) -> IntakeQuestion:
    """Add a question to a service; at most 30. Ask for nothing that the appointment does not need."""
    checks = Checks()
    columns = [name for name in RULES if name != "place" or input.place is not None]
    values = cleaned(checks, RULES, {name: getattr(input, name) for name in columns})
    values["options"] = checks("options", lambda options: clean_options(input.type, options), input.options)
    _range(checks, input.type, input.least, input.most, values["options"] or ())
    key = checks("key", lambda text: text if text is None else clean_key(text), input.key)
    checks.done()
    service = await find_in_use(info, Service, input.service_id, P.CATALOGUE_MANAGE)
    values |= {"least": input.least, "most": input.most}
    return await IntakeQuestion.ask(
        info.context.act, service.id, key, type=input.type, data_category=input.data_category, **values
    )


@strawberry.input(description="Changes to a question. What is left out stays, and so do answers that were given.")
class UpdateIntakeQuestionInput:
    id: strawberry.ID = strawberry.field(description="Which question.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    label: strawberry.Maybe[str] = _word("label", default=None)
    help: strawberry.Maybe[str] = _word("help", default=None)
    required: strawberry.Maybe[bool] = _word("required", default=None)
    options: strawberry.Maybe[list[str]] = _word("options", default=None)
    least: strawberry.Maybe[int | None] = _word("least", default=None)
    most: strawberry.Maybe[int | None] = _word("most", default=None)
    data_category: strawberry.Maybe[DataCategory] = _word("data_category", default=None)
    kept_days: strawberry.Maybe[int | None] = _word("kept_days", default=None)
    place: strawberry.Maybe[int] = _word("place", default=None)


async def update_intake_question(info: Info, input: UpdateIntakeQuestionInput) -> IntakeQuestion:
    """Change a question for whoever books from now on."""
    found = await info.context.find(IntakeQuestion, input.id, P.CATALOGUE_MANAGE)
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    values |= given(input, "options", "least", "most", "data_category")
    if "options" in values:
        values["options"] = checks("options", lambda options: clean_options(found.type, options), values["options"])
    merged = {"least": found.least, "most": found.most, "options": found.options, **values}
    _range(checks, found.type, merged["least"], merged["most"], merged["options"] or ())
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="What to archive.")
class ArchiveIntakeQuestionInput(ArchiveInput):
    pass


async def archive_intake_question(info: Info, input: ArchiveIntakeQuestionInput) -> IntakeQuestion:
    """Ask it no longer. Answers that were given stay as they are."""
    return await archiving.archive(info, IntakeQuestion, input, P.CATALOGUE_MANAGE)


def _range(checks: Checks, type_: QuestionType, least: int | None, most: int | None, options: Any) -> None:
    checks("least", lambda _: check_range(type_, least, most, options), None)
