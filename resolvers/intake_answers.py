"""Intake answers: reading what whoever books says to the questions of a service."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from models.booking import Booking
from models.booking_changes import write_answers
from models.intake import Answered, IntakeAnswer, IntakeQuestion
from models.segment import steps_of
from models.service import Service
from permissions.roles import Permission
from permissions.viewer import ViewerKind
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.services import shop_window
from rules.intake import MOST_OPTIONS, MOST_QUESTIONS, clean_answer

P = Permission


@strawberry.input(description="An answer to one question of a service.")
class AnswerInput:
    key: str = strawberry.field(description="The question's `key`.")
    values: list[str] = strawberry.field(
        description="One text: `true` or `false` for BOOLEAN, digits for NUMBER, YYYY-MM-DD for DATE. The chosen "
        f"options for MULTI_SELECT, at most {MOST_OPTIONS}. Empty: not answered."
    )


async def read_answers(
    context: Context, checks: Checks, service_ids: Sequence[str], given: Sequence[AnswerInput]
) -> list[Answered]:
    """The clean answers of whoever books services; what is wrong with them is noted. One answer goes to the questions
    of all of them that have its key."""
    seen = shop_window(context, by_id=True).filter(id__in=[context.key(Service, id_) for id_ in service_ids])
    questions = IntakeQuestion.of(context.account_id).filter(
        archived_at=None, service_id__in=Subquery(seen.values("id"))
    )
    complete = context.viewer.kind is not ViewerKind.MEMBER
    return _checked(checks, await questions.order_by("place", "id"), given, complete=complete)


def _checked(
    checks: Checks, questions: Sequence[IntakeQuestion], given: Sequence[AnswerInput], *, complete: bool
) -> list[Answered]:
    by_key = {question.key: question for question in questions}
    answers = _by_key(checks, by_key, given)
    found = []
    for question in questions:
        place = answers.get(question.key)
        if place is None and not complete:
            continue
        path = "answers" if place is None else f"answers.{place}.values"
        try:
            values = given[place].values[: MOST_OPTIONS + 1] if place is not None else []
            found.append(Answered(question, clean_answer(question.asked, values, complete=complete)))
        except ValueError as error:
            checks.wrong(path, f"{question.key}: {error}" if place is None else str(error))
    return found


def _by_key(checks: Checks, known: dict[str, IntakeQuestion], given: Sequence[AnswerInput]) -> dict[str, int]:
    if len(given) > MOST_QUESTIONS:
        checks.wrong("answers", f"At most {MOST_QUESTIONS} answers.")
        return {}
    places: dict[str, int] = {}
    asks = f"It asks for: {', '.join(known)}." if known else "This service asks no questions; leave the answers out."
    for place, answer in enumerate(given):
        if answer.key not in known:
            checks.wrong(f"answers.{place}.key", f"The service asks no such question. {asks}")
        elif answer.key in places:
            checks.wrong(f"answers.{place}.key", "This question is answered twice; answer it once.")
        else:
            places[answer.key] = place
    return places


@strawberry.input(description="What is answered anew. Questions that are left out keep their answer.")
class UpdateBookingAnswersInput:
    id: strawberry.ID = strawberry.field(description="Which booking.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    answers: list[AnswerInput] = strawberry.field(description="To questions that its service asks now.")


async def update_booking_answers(info: Info, input: UpdateBookingAnswersInput) -> Booking:
    """Answer questions of a booking's service anew, as its customer or for them. An empty answer takes one back."""
    context = info.context
    booking = await context.find(Booking, input.id, P.ANSWERS_WRITE)
    checks = Checks()
    services = [step.service_id for step in await steps_of(booking)]
    rows = IntakeQuestion.of(context.account_id).filter(service_id__in=services, archived_at=None)
    answers = _checked(checks, await rows.order_by("place", "id"), input.answers, complete=False)
    if context.viewer.kind is not ViewerKind.MEMBER:
        _refuse_taking_back(checks, answers)
    checks.done()
    return await write_answers(context.act, booking.id, input.expected_version, answers)


def _refuse_taking_back(checks: Checks, answers: Sequence[Answered]) -> None:
    for answer in answers:
        if answer.question.required and not answer.given:
            checks.wrong("answers", f"{answer.question.key}: This has to be answered.")


def ordinary(context: Context) -> QuerySet[IntakeAnswer]:
    """Answers of no special category."""
    return IntakeAnswer.of(context.account_id).filter(special=False)


def sensitive(context: Context) -> QuerySet[IntakeAnswer]:
    """Answers of special categories."""
    return IntakeAnswer.of(context.account_id).filter(special=True)
