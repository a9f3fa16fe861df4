"""The API's description, OpenAPI 3.1: made of its handlers, their types and docstrings, and of examples.

Litestar describes paths and parameters; msgspec the types, exactly as it writes them.
"""

import typing
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.di import Provide
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Tag
from msgspec import Struct

from gateway.desk.threads import beside
from gateway.frontends.api import outgoing
from gateway.frontends.api.examples import Example, examples
from gateway.frontends.api.fieldnotes import notes
from gateway.frontends.api.media import BODIES, FURTHER
from gateway.frontends.api.operations import OPERATIONS
from gateway.frontends.api.parameters import TheDesk
from gateway.frontends.api.places import DESCRIPTION, ROOT
from gateway.frontends.api.waits import Missed
from gateway.frontends.http.problems import PROBLEM, Problem

Schema = dict[str, Any]  # Any: JSON
REFERENCE: Final = "#/components/schemas/{name}"
TAGS: Final = {
    "gateway": "The gateway itself.",
    "zones": "Catalogues, each found by its host and the logon ID.",
    "scripts": "What zones and hosts are told to do for a client that is tried out.",
    "webhooks": "Programs that are told of exports over HTTP.",
    "profiles": "How records come into zones.",
    "submissions": "What arrived, and what became of it.",
    "records": "What zones hold.",
    "holdings": "What libraries have of it on their shelves.",
    "lending": "Who borrows, what is lent, and who waits for what.",
    "publishing": "What harvesters are offered by OAI-PMH.",
    "replies": "What Connexion is answered.",
}
WORDS: Final = (
    "A local Alma for people who export to it over OCLC Gateway Export. Times are UTC, as RFC 3339 has them. Listings "
    "come a page at a time: follow `next` until it is null. Errors are problem details (RFC 9457). A parameter that is "
    "unknown, empty or given twice is an error. Where `http.token` is set: `Authorization: Bearer TOKEN`."
)
SECURITY: Final = {"token": {"type": "http", "scheme": "bearer", "description": "`http.token`, where that is set."}}


@get(DESCRIPTION, include_in_schema=False, media_type="application/vnd.oai.openapi+json")
async def described(desk: TheDesk) -> bytes:
    """The description; made when it is first asked for."""
    return await beside(written, desk.version)


@lru_cache(maxsize=1)
def written(version: str) -> bytes:
    """The description as JSON."""
    return msgspec.json.encode(description(version))


def description(version: str) -> Schema:
    """The description of this version's API."""
    made = _by_litestar(version)
    made["components"] = {"schemas": _schemas(), "securitySchemes": SECURITY}
    made["security"] = [{}, {"token": []}]
    told = examples()
    for path in made["paths"].values():
        for operation in path.values():
            _complete(operation, told.get(operation["operationId"], Example()))
    sent = told.get(outgoing.NAME, Example())
    made["webhooks"] = outgoing.requests(REFERENCE.format(name=outgoing.KIND.__name__), sent.body)
    return made


def _by_litestar(version: str) -> Schema:
    """Paths, parameters, and the names of types."""
    config = OpenAPIConfig(
        title="The gateway",
        version=version,
        description=WORDS,
        tags=[Tag(name, words) for name, words in TAGS.items()],
        use_handler_docstrings=True,
    )
    given = {name: Provide(lambda: None, sync_to_thread=False) for name in ("desk", "streams")}
    app = Litestar(
        [Router(ROOT, route_handlers=OPERATIONS)], dependencies=given, openapi_config=config, logging_config=None
    )
    return app.openapi_schema.to_schema()


def _complete(operation: Schema, example: Example) -> None:
    """Give an operation its summary, the errors that all have, and its examples."""
    name, responses = operation["operationId"], operation["responses"]
    operation["summary"] = operation["description"].split("\n")[0].rstrip(".")
    responses.pop("400", None)
    responses["default"] = {"description": "It could not be done.", "content": {PROBLEM: _of("Problem")}}
    [success] = [response for status, response in responses.items() if status.startswith("2")]
    for content in [*success.get("content", {}).values()][:1]:
        content["example"] = example.answer
        success["content"].update(FURTHER.get(name, {}))
    if example.missed:
        missed = _of("Missed") | {"example": example.missed}
        responses["408"] = {"description": "None came in time.", "content": {PROBLEM: missed}}
    if name in BODIES:
        operation["requestBody"] = deepcopy(BODIES[name])
    for body in [*operation.get("requestBody", {}).get("content", {}).values()][:1]:
        body["example"] = example.body


def _of(kind: str) -> Schema:
    return {"schema": {"$ref": REFERENCE.format(name=kind)}}


def _schemas() -> dict[str, Schema]:
    """Every type by its name, its fields with their docstrings."""
    kinds: list[type[Struct]] = [*_kinds(OPERATIONS), outgoing.KIND, Problem, Missed]
    _, schemas = msgspec.json.schema_components(kinds, schema_hook=_anything, ref_template=REFERENCE)
    for kind in _structs(kinds):
        schema = schemas[kind.__name__]
        told = notes(kind)
        for field in _fields(kind):
            said = schema["properties"][field.encode_name]
            if field.name in told:
                said["description"] = told[field.name]
            if any(isinstance(one, msgspec.inspect.DateTimeType) for one in (field.type, *_inner(field.type))):
                said["format"] = "date-time"
    return schemas


def _anything(kind: type) -> Schema:
    """Of what is spelled `object`."""
    if kind is not object:
        raise NotImplementedError
    return {"description": "A part of MARC-in-JSON."}


def _kinds(handlers: Sequence[HTTPRouteHandler]) -> Iterator[type[Struct]]:
    """The types of bodies and answers."""
    for handler in handlers:
        hints = typing.get_type_hints(handler.fn)
        for name in ("data", "return"):
            kind = hints.get(name)
            inner = typing.get_args(kind)[0] if typing.get_origin(kind) is Response else kind
            if isinstance(inner, type) and issubclass(inner, Struct):
                yield inner


def _fields(kind: type[Struct]) -> tuple[msgspec.inspect.Field, ...]:
    told = msgspec.inspect.type_info(kind)
    assert isinstance(told, msgspec.inspect.StructType)
    return told.fields


def _structs(kinds: Sequence[type]) -> Iterator[type[Struct]]:
    """These, and all that their fields are made of, each once."""
    seen: set[type] = set()
    waiting = [msgspec.inspect.type_info(kind) for kind in kinds]
    while waiting:
        one = waiting.pop()
        if isinstance(one, msgspec.inspect.StructType):
            if one.cls in seen or one.array_like:
                continue
            seen.add(one.cls)
            yield one.cls
            waiting += [field.type for field in one.fields]
        waiting += _inner(one)


def _inner(one: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    """What a collection or a union is made of."""
    match one:
        case msgspec.inspect.UnionType(types=types) | msgspec.inspect.TupleType(item_types=types):
            yield from types
        case msgspec.inspect.VarTupleType(item_type=kind) | msgspec.inspect.ListType(item_type=kind):
            yield kind
        case msgspec.inspect.DictType(value_type=kind):
            yield kind
