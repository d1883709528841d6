"""What an operation of somebody of the platform reads, in words of the schema: no value, none of the client's text."""

from __future__ import annotations

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)

from graph.shape import shape_of
from permissions.viewer import Viewer


class _Reads(Visitor):
    """Collects the root fields, and the permission of every field."""

    def __init__(self, types: TypeInfo, root: Any) -> None:
        super().__init__()
        self.types = types
        self.root = root
        self.fields: dict[str, None] = {}
        self.permissions: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if self.types.get_parent_type() is self.root:
            self.fields[node.name.value] = None
        field = self.types.get_field_def()
        written = field.extensions.get("strawberry-definition") if field else None
        shape = shape_of(written) if written is not None else None
        if shape is not None and shape.permission.permission is not None:
            self.permissions.add(shape.permission.permission.name)


def used(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, viewer: Viewer
) -> tuple[list[str], list[str]]:
    """(root fields, permissions that they need and the viewer has) of one operation and the document's fragments."""
    types = TypeInfo(schema)
    reads = _Reads(types, schema.get_root_type(operation.operation))
    for definition in document.definitions:
        if definition is operation or isinstance(definition, FragmentDefinitionNode):
            visit(definition, TypeInfoVisitor(types, reads))
    held = {permission.name for permission in viewer.grants}
    return list(reads.fields), sorted(reads.permissions & held)
