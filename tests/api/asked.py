"""The requests that the examples of the API's description make."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from gateway.frontends.api.description import description
from tests.api.gateways import FIRST, MARC, Api

BESIDE = {"waitForSubmission": {"after": 0}}
"""What the example of another parameter needs beside it: not to wait for what nobody exports."""
BODIES: dict[str, Any] = {
    "makeZone": {"key": "abc", "code": "01CARLI_ABC", "network": "network"},
    "changeZonePassword": {},
    "makeHost": {"key": "own"},
    "giveZoneScript": {
        "steps": [{"reply": "logon_failed"}, {"reply": "accept", "late_seconds": 0.5, "then": "close", "times": 2}]
    },
    "giveHostScript": {"steps": [{"do": "busy"}, {"do": "refuse", "seconds": 1.0}]},
    "makeWebhook": {"key": "own", "url": "https://ci.example.org/exports", "outcomes": ["created", "merged"]},
    "freezeZone": {"at": "2026-03-01T12:00:00Z"},
    "revertRecord": {"version": 1},
    "flagRecord": {"flags": ["locked"]},
    "addField": {"tag": "590", "text": "Gift of the Friends of the Library"},
    "putLibrary": {"name": "Main Library", "locations": [{"code": "stacks", "name": "Book Stacks"}]},
    "makeHolding": {
        "library": "MAIN",
        "location": "stacks",
        "call_number_type": "0",
        "call_number": "QA76",
        "item_part": ".C5 2020",
    },
    "putHolding": {"library": "MAIN", "location": "stacks", "call_number": "PE1408", "summary": ["v.1 (2001)-"]},
    "loadHoldings": f"mms_id,library,location,barcode\n{FIRST},MAIN,stacks,31111200048357\n",
    "makeItem": {"barcode": "31111200048357", "policy": "Book1"},
    "putItem": {"policy": "Book1", "process_type": "LOAN", "due_at": "2026-12-31T23:59:00Z"},
    "putPatron": {"name": "Poe, Ann", "group": "undergrad", "email": "ann.poe@example.org", "pin": "4711"},
    "loadPatrons": 'barcode,name,group,blocks\nP-0003,"Poe, Ann",undergrad,Owes a fine\n',
    "checkOut": {"item": "31111200048340", "patron": "P-0002"},
    "renewLoan": {"due_at": "2036-06-30T23:59:00Z"},
    "makeRequest": {"mms_id": FIRST, "patron": "P-0002", "pickup": "MAIN"},
    "putRepository": {"addresses": ["127.0.0.0/8"], "page": 50, "dialect": "strict"},
    "putSet": {
        "query": "title:silences",
        "content": "physical",
        "enrichment": [{"tag": "852", "of": "holding", "subfields": {"b": "library", "c": "location"}}],
        "every_hours": 24,
    },
    "runSet": {"kind": "republish"},
    "uploadRecords": (MARC / "minimal.mrk").read_text("utf-8"),
}
"""Of the operations that have one, an example of the body: a JSON value, or a text that is sent as it is."""


class Operation(NamedTuple):
    """An operation of the description."""

    name: str
    method: str
    path: str
    """Below the server's root."""
    described: dict[str, Any]

    @property
    def status(self) -> int:
        """Of an answer when all is well."""
        [status] = [status for status in self.described["responses"] if status.startswith("2")]
        return int(status)

    @property
    def content(self) -> dict[str, Any]:
        """By media type, what is answered then."""
        content: dict[str, Any] = self.described["responses"][str(self.status)].get("content", {})
        return content

    def queries(self) -> Iterator[dict[str, Any]]:
        """Each parameter's example for itself; first none."""
        beside = BESIDE.get(self.name, {})
        yield beside
        for parameter in self._parameters("query"):
            for example in parameter.get("examples", {}).values():
                yield {**beside, parameter["name"]: example["value"]}

    def filled(self) -> str:
        """The path with its parameters' examples."""
        path = self.path
        for parameter in self._parameters("path"):
            [example] = parameter["examples"].values()
            path = path.replace(f"{{{parameter['name']}}}", quote(str(example["value"])))
        return path

    def _parameters(self, where: str) -> list[dict[str, Any]]:
        return [one for one in self.described.get("parameters", ()) if one["in"] == where]


DESCRIPTION = description("0")
OPERATIONS = {
    operation["operationId"]: Operation(operation["operationId"], method, path, operation)
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}


async def ask(one: Api, operation: Operation, query: dict[str, Any], body: Any) -> httpx.Response:
    """Do what an operation's example asks."""
    sent: dict[str, Any] = {} if body is None else {"json": body}
    if isinstance(body, str):
        sent = {"content": body, "headers": {"content-type": "text/plain"}}
    return await one.client.request(operation.method, operation.filled(), params=query, **sent)
