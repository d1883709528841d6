"""From the text of a document to one that may run, or the reason why not.

The order is the defence: brackets and tokens while parsing, size before validation, validation before anything runs.
"""

from __future__ import annotations

from graphql import (
    DocumentNode,
    FieldsOnCorrectTypeRule,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    KnownArgumentNamesRule,
    KnownTypeNamesRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from graph.answers import Answer, invalid, refuse
from graph.limits import Limits, excesses, nests_deeper_than
from graph.measuring import measure
from graph.prepared import Prepared, weigh
from graph.pricing import Pricing


class NullWhereLeftOut(MaybeNullValidationRule):
    """Strawberry's rule in the caller's words; its own message names Python types."""

    def report_error(self, error: GraphQLError) -> None:
        name = error.nodes[0].name.value if error.nodes else "A value"  # type: ignore[attr-defined]
        super().report_error(GraphQLError(f"'{name}' may be left out, but it cannot be null.", error.nodes))


_KEPT = "If the schema has it, this credential may not use it."
NAMES = (FieldsOnCorrectTypeRule, KnownArgumentNamesRule, KnownTypeNamesRule)
# Reading a document that is as long as one may be takes longer than answering most.
TOKENS_OF_A_POINT = 50
# A constant tuple of classes, not a factory: whoever caches by rule finds the same classes each time.
RULES = (*specified_rules, NullWhereLeftOut)


def let_the_library_check_one_of(schema: GraphQLSchema) -> None:
    """Tell graphql-core which inputs take exactly one of their fields, so that it checks literals, variables and
    arguments alike. Strawberry's own rule raises KeyError or AttributeError when a fragment uses the variable."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            definition = type_.extensions.get("strawberry-definition")
            type_.is_one_of = bool(definition and definition.is_one_of)


def build(
    schema: GraphQLSchema, limits: Limits, key: str, text: str, *, trusted: bool = False, unknown: str | None = None
) -> Prepared | Answer:
    """Parse, measure and validate. Answers GRAPHQL_PARSE_FAILED, QUERY_TOO_COMPLEX or GRAPHQL_VALIDATION_FAILED.

    `unknown` is the code for a name that the schema does not have, where it may be one that is kept from the caller.
    """
    document = _parse(text, limits, limits.trusted_tokens if trusted else limits.tokens)
    if isinstance(document, Answer):
        return document
    size = measure(document)
    if too_much := list(excesses(size, limits)):
        return refuse("QUERY_TOO_COMPLEX", *too_much)
    errors = validate(schema, document, RULES, limits.validation_errors, hide_suggestions=True)
    if errors and unknown and (names := validate(schema, document, NAMES, max_errors=1, hide_suggestions=True)):
        return refuse(unknown, f"{names[0].message} {_KEPT}", locations=names[0].locations)
    if errors:
        return invalid(errors)
    operations = {
        node.name.value if node.name else None: node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }
    pricing = Pricing(schema, document)
    quotes = {name: pricing.quote(operation) for name, operation in operations.items()}
    count = _count_tokens(document)
    return Prepared(key, document, size, operations, weigh(text, count), quotes, reading=count // TOKENS_OF_A_POINT)


def _parse(text: str, limits: Limits, tokens: int) -> DocumentNode | Answer:
    if nests_deeper_than(text, limits.brackets):
        return refuse("QUERY_TOO_COMPLEX", f"Brackets nest more than {limits.brackets} deep. Ask for less at once.")
    try:
        return parse(text, max_lexical_tokens=tokens, max_comments=tokens)
    except GraphQLSyntaxError as error:
        if "Document contains more than" in error.message:
            return refuse("QUERY_TOO_COMPLEX", f"The document has more than {tokens:,} tokens. Split it.")
        return refuse("GRAPHQL_PARSE_FAILED", error.message, locations=error.locations)


def _count_tokens(document: DocumentNode) -> int:
    token, count = document.loc.start_token if document.loc else None, 0
    while token is not None:
        token, count = token.next, count + 1
    return count
