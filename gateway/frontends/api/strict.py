"""That a request says nothing but what it may: a mistyped filter must not pass for none."""

import re
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from http import HTTPStatus
from typing import Any, Final, Literal, get_args, get_origin

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import SerializationException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from gateway.frontends.api.parameters import SEVERAL, AnyRequest
from gateway.frontends.http import problems
from gateway.frontends.http.problems import Refused
from gateway.search.terms import suggestion

BODY: Final = "data"
"""What Litestar calls the body."""
NO_BODY: Final = repr(BODY)
"""What Litestar says where there is none."""
JSON: Final = "application/json"
INDEX: Final = re.compile(r"\[([0-9]+)\]")
"""Which of a list's values is at fault, from 0; it is told as in `steps.2.reply`, from 1."""
BODY_BYTES: Final = 64 * 1024
"""Longest body but for a file of records: a field of a record has 9,999 bytes, six times that when JSON spells each."""


def known_parameters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse a query with a parameter that the handler does not know, an empty one, or one that is given twice."""
    faults = tuple(_faults(connection.query_params.multi_items(), _names(handler).values()))
    if faults:
        raise Refused(HTTPStatus.BAD_REQUEST, "the query has faults", faults)


async def sound_body(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse a body that does not say that it is JSON, and one that is none; what it says is looked at later."""
    if BODY not in handler.parsed_fn_signature.parameters or not isinstance(connection, Request):
        return
    if await connection.body() and connection.content_type[0] != JSON:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body is sent as {JSON}")
    try:
        await connection.json()
    except (SerializationException, RecursionError, UnicodeDecodeError) as error:
        raise Refused(HTTPStatus.BAD_REQUEST, f"the body is no JSON that can be read: {error}") from None


def told(request: AnyRequest, error: ValidationException) -> Response[Any]:
    """The response to values that are none: each by its name in the query, with what there is to choose from."""
    handler = request.route_handler
    names = {**_names(handler), BODY: "body"}
    fields = handler.parsed_fn_signature.parameters
    for fault in error.extra if isinstance(error.extra, list) else ():
        name = fault["key"]
        choices = [*_choices(fields[name].annotation)] if name in fields else []
        given = request.query_params.getall(names.get(name, name), [])
        odd = next((value for value in given if value not in choices), "")
        fault["key"] = INDEX.sub(lambda index: f".{int(index[1]) + 1}", names.get(name, name))
        if fault["message"] == NO_BODY:
            fault["message"] = "is missing"
        elif choices and odd:
            fault["message"] = f"{odd!r} is none; {suggestion(odd, choices)}"
    return problems.told(request, error)


def _names(handler: BaseRouteHandler) -> dict[str, str]:
    """The query parameters that a handler knows: by its own name for each, the one in the query."""
    fields = handler.parsed_fn_signature.parameters.values()
    known = ((field.name, field.kwarg_definition) for field in fields)
    return {name: kwarg.name or name for name, kwarg in known if isinstance(kwarg, QueryParameter)}


def _faults(given: Iterable[tuple[str, Any]], known: Collection[str]) -> Iterator[tuple[str, str]]:
    seen = set()
    for name, value in given:
        if name not in known:
            yield name, f"is no parameter here; {suggestion(name, known) if known else 'there are none.'}"
        elif value == "":
            yield name, "is empty; leave it out, or say what is asked"
        elif name in seen and name not in SEVERAL:
            yield name, "is given twice"
        seen.add(name)


def _choices(annotation: Any) -> Iterator[str]:
    """The values of an enumeration, wherever in a type it stands."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from (str(one.value) for one in annotation)
    elif get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    else:
        for inner in get_args(annotation):
            yield from _choices(inner)
