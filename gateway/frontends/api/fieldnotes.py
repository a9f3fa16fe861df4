"""What the docstrings below the fields of a type say of them: they are read from its source."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent


def notes(kind: type) -> dict[str, str]:
    """By field, its docstring on one line; of a type that inherits, those of its bases too."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if one.__module__.startswith("gateway."):
            found.update(_own(one))
    return found


def _own(kind: type) -> Iterator[tuple[str, str]]:
    [definition] = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    body = definition.body
    for field, behind in pairwise(body):
        match field, behind:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(text.split())
