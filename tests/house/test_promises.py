"""Every promise of the policy is kept by code that exists and proved by tests that say so, or says who keeps it."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest

from calendera.promises.checks import CHECKS
from privacy.founding import founding_sentences
from privacy.policy import versions
from privacy.promises import Promise, promises
from tests.house.tree import ROOT

PROMISES = promises()
KEPT = [promise for promise in PROMISES if promise.planned is None]


def marked() -> set[tuple[str, str]]:
    """(promise, test) as the tests are marked."""
    return {
        (mark.args[0].value, f"{path.relative_to(ROOT)}::{test.name}")
        for path in (ROOT / "tests").rglob("test_*.py")
        for test in ast.parse(path.read_text("utf-8")).body
        if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef)
        for mark in test.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.promise"
        if isinstance(mark.args[0], ast.Constant) and isinstance(mark.args[0].value, str)
    }


def test_every_passage_is_a_promise_and_every_founding_sentence_is_covered_by_one() -> None:
    ids = [promise.id for promise in PROMISES]
    passages = versions()[-1].passages
    assert sorted(ids) == sorted(passages) and ids[0] == "header" and ids[-1] == "contact"
    assert {sentence.kept_by for sentence in founding_sentences()} == set(ids)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.id)
def test_a_promise_has_code_and_tests_and_a_check_or_says_who_keeps_it(promise: Promise) -> None:
    has = (bool(promise.kept_by), bool(promise.proved_by), promise.id in CHECKS)
    assert has == ((False, False, False) if promise.planned else (True, True, True))


@pytest.mark.parametrize("name", sorted({name for promise in KEPT for name in promise.kept_by}))
def test_what_keeps_a_promise_exists(name: str) -> None:
    module, _, path = name.partition(":")
    found = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)


def test_what_the_registry_names_is_marked_and_nothing_else_is() -> None:
    assert {(promise.id, test) for promise in PROMISES for test in promise.proved_by} == marked()


def test_no_test_of_a_promise_is_skipped() -> None:
    skipped = [
        f"{path.name}::{test.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for test in ast.parse(path.read_text("utf-8")).body
        if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef)
        for marks in [" ".join(map(ast.unparse, test.decorator_list))]
        if "mark.promise" in marks and ("mark.skip" in marks or "mark.xfail" in marks)
    ]
    assert skipped == []
