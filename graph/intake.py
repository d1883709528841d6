"""Intake: the questions of a service, and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.intake_questions as resolve
from graph.enums import Permission, described
from graph.errors import AlreadyTaken, NotFound, ValidationFailed, VersionConflict
from graph.field import graph_type, shown
from graph.mutations import mutation
from graph.node import Node
from models.intake import IntakeAnswer as IntakeAnswerRow
from models.intake import IntakeQuestion as IntakeQuestionRow
from resolvers.intake_questions import WORDS
from rules.intake import FIDESLANG, DataCategory, QuestionType

P = Permission

described(
    QuestionType,
    "QuestionType",
    "What an answer to an intake question looks like.",
    TEXT="One line of up to 200 characters.",
    LONG_TEXT="Text with line breaks, up to 4000 characters.",
    EMAIL="An email address.",
    PHONE="A telephone number, in any spelling.",
    NUMBER="A number in digits, with up to 6 decimals.",
    BOOLEAN="`true` or `false`.",
    SELECT="One of the options.",
    MULTI_SELECT="Any number of the options.",
    DATE="A date as YYYY-MM-DD.",
)
described(
    DataCategory,
    "DataCategory",
    "What kind of personal data an answer is, with its key in fideslang's taxonomy. The last four are special "
    "categories, which fewer may read.",
    **{
        category.name: f"{words} `{FIDESLANG[category]}`."
        for category, words in {
            DataCategory.PREFERENCE: "What somebody wishes for the appointment, and anything that no other kind fits.",
            DataCategory.CONTACT: "How somebody can be reached.",
            DataCategory.LOCATION: "Where somebody is or lives.",
            DataCategory.DEMOGRAPHIC: "Age, gender, language and the like.",
            DataCategory.HEALTH: "Health, allergies, medicines, pregnancy.",
            DataCategory.RELIGION: "What somebody believes.",
            DataCategory.ETHNICITY: "Where somebody's family comes from.",
            DataCategory.SEXUAL_ORIENTATION: "Whom somebody loves.",
        }.items()
    },
)


def _public(column: str) -> Any:
    return shown(P.CATALOGUE_READ, WORDS[column])


@graph_type(IntakeQuestionRow)
class IntakeQuestion(Node):
    """What a service asks whoever books it. Answers go into `answers` of `book`, by `key`."""

    key: str = shown(P.CATALOGUE_READ, "What programs know it by; unique in its service. Never changes.")
    label: str = _public("label")
    help: str = _public("help")
    type: QuestionType = shown(P.CATALOGUE_READ, "What an answer looks like.")
    required: bool = _public("required")
    options: list[str] = _public("options")
    least: int | None = _public("least")
    most: int | None = _public("most")
    data_category: DataCategory = shown(P.CATALOGUE_READ, "What kind of personal data an answer is.")
    kept_days: int | None = _public("kept_days")
    place: int = _public("place")
    archived_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "Since when it is not asked; null while it is.")
    version: int | None = shown(
        P.CATALOGUE_INTERNALS_READ, "Grows with every change; send it back as `expectedVersion`."
    )


_GIVEN = (
    "As it was given: one text, the chosen options for MULTI_SELECT. `true` or `false`, digits, YYYY-MM-DD; a "
    "telephone number in the form that is dialled."
)


@graph_type(IntakeAnswerRow)
class IntakeAnswer:
    """An answer, with the question as it was asked then."""

    key: str = shown(P.ANSWERS_READ, "The question's key.")
    label: str = shown(P.ANSWERS_READ, "The question as it was read then.")
    type: QuestionType = shown(P.ANSWERS_READ, "What the answer looks like.")
    data_category: DataCategory = shown(P.ANSWERS_READ, "What kind of personal data it is.")
    values: list[str] = shown(P.ANSWERS_READ, _GIVEN, column="given")
    due_at: datetime | None = shown(P.ANSWERS_READ, "When it is deleted; null: with its booking.")


@graph_type(IntakeAnswerRow)
class SensitiveAnswer:
    """An answer of a special category of personal data, with the question as it was asked then."""

    key: str = shown(P.SENSITIVE_ANSWERS_READ, "The question's key.")
    label: str = shown(P.SENSITIVE_ANSWERS_READ, "The question as it was read then.")
    type: QuestionType = shown(P.SENSITIVE_ANSWERS_READ, "What the answer looks like.")
    data_category: DataCategory = shown(P.SENSITIVE_ANSWERS_READ, "What kind of personal data it is.")
    values: list[str] = shown(P.SENSITIVE_ANSWERS_READ, _GIVEN, column="given")
    due_at: datetime | None = shown(P.SENSITIVE_ANSWERS_READ, "When it is deleted; null: with its booking.")


_STORED = {"question": (IntakeQuestion, "The question as stored now.")}


@strawberry.type
class IntakeMutations:
    create_intake_question = mutation(
        resolve.create_intake_question, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, NotFound, AlreadyTaken
    )
    update_intake_question = mutation(
        resolve.update_intake_question, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict
    )
    archive_intake_question = mutation(
        resolve.archive_intake_question, P.CATALOGUE_MANAGE, _STORED, NotFound, VersionConflict
    )
