"""Intake: what a service asks whoever books it, and what they answered.

An answer keeps the question as it was: changing or archiving a question changes no answer that was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.columns import choice, moment_if_any, setting
from models.event import record
from models.kept import Kept
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.storage.database import lock, transaction
from models.tenancy import Owned
from rules.errors import AlreadyTaken, FieldProblem, ValidationFailed
from rules.intake import MOST_QUESTIONS, SPECIAL, Asked, DataCategory, QuestionType, suggest_key
from rules.retention import RetentionClass

KEY_TAKEN = "Another question of this service has this key, perhaps an archived one. Choose another."


class IntakeQuestion(Kept):
    """`least` and `most` bound a number, the length of a text or how many options are chosen. `kept_days` None: an
    answer stays as long as its booking, else that many days after the appointment."""

    service_id = ref("service")
    key = plain(fields.CharField(max_length=40), Why.BUSINESS)
    label = plain(fields.CharField(max_length=200), Why.BUSINESS)
    help = plain(fields.TextField(default=""), Why.BUSINESS)
    type = choice(QuestionType)
    required = plain(fields.BooleanField(default=False), Why.SETTING)
    options = plain(fields.JSONField[list[str]](default=list), Why.BUSINESS)
    least = plain(fields.BigIntField(null=True), Why.SETTING)
    most = plain(fields.BigIntField(null=True), Why.SETTING)
    data_category = choice(DataCategory)
    kept_days = plain(fields.IntField(null=True), Why.SETTING)
    place = setting(0)
    archived_at = moment_if_any()

    class Meta:
        table = "intake_question"

    @property
    def asked(self) -> Asked:
        """What decides about an answer."""
        return Asked(self.type, self.required, self.options, self.least, self.most)

    @classmethod
    async def ask(cls, act: Act, service_id: UUID, key: str | None, **values: Any) -> Self:
        """Add a question to a service, at its end where no place is said. AlreadyTaken (`key`); ValidationFailed
        where the service asks 30 already."""
        async with transaction():
            await lock([f"{act.account_id}/questions of/{service_id}"])
            others = await cls.of(act.account_id).filter(service_id=service_id)
            if sum(other.archived_at is None for other in others) >= MOST_QUESTIONS:
                message = f"A service asks at most {MOST_QUESTIONS} questions; archive one first."
                raise ValidationFailed(FieldProblem("serviceId", message))
            values.setdefault("place", max((other.place for other in others), default=-1) + 1)
            taken = {other.key for other in others}
            if key in taken:
                raise AlreadyTaken("key", KEY_TAKEN)
            chosen = key or suggest_key(values["label"], taken)
            return await cls.begin(act, service_id=service_id, key=chosen, **values)


class IntakeAnswer(Owned):
    """What was answered, with the question as it was asked then. `due_at`: when it is deleted, before its booking."""

    booking_id = ref("booking")
    question_id = ref("intake_question")
    key = plain(fields.CharField(max_length=40), Why.BUSINESS)
    label = plain(fields.CharField(max_length=200), Why.BUSINESS)
    type = choice(QuestionType)
    data_category = choice(DataCategory)
    special = plain(fields.BooleanField(default=False), Why.SETTING)
    given = personal(
        fields.JSONField[list[str]](default=list), "user.content", Subject.CUSTOMER, Purpose.SERVICE,
        RetentionClass.BOOKING,
    )  # fmt: skip
    place = setting(0)
    kept_days = plain(fields.IntField(null=True), Why.SETTING)
    due_at = moment_if_any()

    class Meta:
        table = "intake_answer"


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its clean answer; empty where it was left out."""

    question: IntakeQuestion
    given: Sequence[str]


async def keep_answers(act: Act, booking_id: UUID, ends_at: datetime, answers: Sequence[Answered]) -> None:
    """Write the answers of a booking, each in the place of an earlier one. In the caller's transaction."""
    for answer in answers:
        question = answer.question
        rows = IntakeAnswer.of(act.account_id).filter(booking_id=booking_id, question_id=question.id)
        await rows.delete()
        if answer.given:
            await IntakeAnswer.add(
                act.account_id, created_at=act.at, booking_id=booking_id, question_id=question.id, key=question.key,
                label=question.label, type=question.type, data_category=question.data_category,
                special=question.data_category in SPECIAL, given=list(answer.given), place=question.place,
                kept_days=question.kept_days, due_at=_due(ends_at, question.kept_days),
            )  # fmt: skip


async def answers_moved(act: Act, booking_id: UUID, ends_at: datetime) -> None:
    """The appointment ends at another time: answers that are kept for days after it are due at another time too."""
    rows = IntakeAnswer.of(act.account_id).filter(booking_id=booking_id)
    for answer in await rows.exclude(kept_days=None):
        await rows.filter(id=answer.id).update(due_at=_due(ends_at, answer.kept_days))


async def record_answers(act: Act, booking_id: UUID, answers: Sequence[Answered]) -> None:
    """Say in the booking's history which questions were answered anew; never what was answered."""
    keys = sorted(answer.question.key for answer in answers)
    await record(act, "booking_answers_changed", "booking", booking_id, questions=keys)


def _due(ends_at: datetime, kept_days: int | None) -> datetime | None:
    return None if kept_days is None else ends_at + timedelta(days=kept_days)
