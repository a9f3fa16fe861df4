"""What a request may say in its path and its query, each with an example."""

from typing import Annotated, Any, Final, Literal, TypeAlias

from litestar import Request
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter, SkipValidation

from gateway.desk import cursors
from gateway.desk.attempts import MOST_ROWS
from gateway.desk.cursors import Place
from gateway.desk.desk import Desk
from gateway.frontends.api.forms import Shape
from gateway.frontends.http.events import Streams
from gateway.model import Outcome, Reason
from gateway.stores.base import PAGE_ROWS

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: Litestar's own
TheDesk: TypeAlias = NamedDependency[SkipValidation[Desk]]
TheStreams: TypeAlias = NamedDependency[SkipValidation[Streams]]
"""What a handler is given of the gateway."""
MOST_WAIT_SECONDS: Final = 60.0
"""Longest that a request waits: proxies mostly cut one that is silent for longer. A program asks again."""
WAIT_SECONDS: Final = 10.0
"""How long it waits where nothing is said: as long as Record Manager waits for the answer to an export."""
MOST_NUMBER: Final = 2**63 - 1
"""Highest number that any store can hold."""
SEVERAL: Final = frozenset({"outcome", "reason"})
"""What may be given several times; one of them is meant."""


def _example(value: object) -> list[Example]:
    return [Example(value=value)]


HostKey = Annotated[str, PathParameter(description="Key of a host.", examples=_example("i-share-xyz"))]
MadeHost = Annotated[str, PathParameter(description="Key of a host made at run time.", examples=_example("tried"))]
ZoneKey = Annotated[str, PathParameter(description="Key of a zone.", examples=_example("xyz"))]
MadeZone = Annotated[str, PathParameter(description="Key of a zone made at run time.", examples=_example("new"))]
ScriptedZone = Annotated[str, PathParameter(description="Key of a zone.", examples=_example("new"))]
WebhookKey = Annotated[str, PathParameter(description="Key of a webhook of the zone.", examples=_example("ci"))]
ProfileKey = Annotated[str, PathParameter(description="Key of an integration profile.", examples=_example("carli-iz"))]
SetKey = Annotated[str, PathParameter(description="Key of a set, its setSpec.", examples=_example("ReShare"))]
MadeSet = Annotated[str, PathParameter(description="Key of a set made at run time.", examples=_example("ReShare"))]
MmsId = Annotated[str, PathParameter(description="MMS ID of a record.", examples=_example("9910000000015867"))]
LibraryCode = Annotated[str, PathParameter(description="Code of a library of the zone.", examples=_example("MAIN"))]
UnusedLibrary = Annotated[
    str, PathParameter(description="Code of a library without holdings.", examples=_example("EMPTY"))
]
HoldingId = Annotated[
    str, PathParameter(description="ID of a holding of the zone.", examples=_example("226615073261175867"))
]
Barcode = Annotated[str, PathParameter(description="Barcode of an item.", examples=_example("31111200048340"))]
PatronBarcode = Annotated[str, PathParameter(description="Barcode of a patron.", examples=_example("P-0001"))]
NewPatron = Annotated[str, PathParameter(description="Barcode of a patron.", examples=_example("P-0003"))]
IdlePatron = Annotated[
    str, PathParameter(description="Barcode of a patron without loans and requests.", examples=_example("P-0002"))
]
LentBarcode = Annotated[
    str, PathParameter(description="Barcode of an item on loan.", examples=_example("31111200048399"))
]
RequestId = Annotated[
    str, PathParameter(description="ID of a request, its own or the other system's.", examples=_example("ILL-17"))
]
VersionNumber = Annotated[
    int, PathParameter(ge=1, le=MOST_NUMBER, description="Number of a version, from 1.", examples=_example(1))
]
Submission = Annotated[
    str, PathParameter(description="Number of a submission (`seq`), or its ID (`id`).", examples=_example("1"))
]

InZone = Annotated[str | None, QueryParameter(description="Of the zone of this key.", examples=_example("xyz"))]
Outcomes = Annotated[
    list[Outcome] | None,
    QueryParameter(
        description="That ended so; given several times, in one of these ways.", examples=_example(["created"])
    ),
]
Reasons = Annotated[
    list[Reason] | None,
    QueryParameter(description="For this reason; given several times, for one.", examples=_example(["required"])),
]
Title = Annotated[
    str | None,
    QueryParameter(description="With this in the title; case does not count.", examples=_example("silences")),
]
Oclc = Annotated[
    str | None,
    QueryParameter(description="With this OCLC number, in any spelling.", examples=_example("ocn1999000116")),
]
Mms = Annotated[str | None, QueryParameter(description="Of this MMS ID.", examples=_example("9910000000015867"))]
Isbn = Annotated[
    str | None,
    QueryParameter(description="With this ISBN, with or without hyphens.", examples=_example("978-6-990-00107-4")),
]
Issn = Annotated[str | None, QueryParameter(description="With this ISSN.", examples=_example("9871-001X"))]
Words = Annotated[
    str | None,
    QueryParameter(
        description="Words as in a search box, such as `title:rivers outcome:refused after:14:30`. All must hold.",
        examples=_example("title:silences outcome:merged"),
    ),
]
RecordWords = Annotated[
    str | None,
    QueryParameter(
        description="Words as in records' search box, such as `title:rivers not lang:eng`. Alone, or with `zone`.",
        examples=_example("title:silences"),
    ),
]
Before = Annotated[
    int | None,
    QueryParameter(ge=0, le=MOST_NUMBER, description="Those with a lower number.", examples=_example(1_000)),
]
After = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=MOST_NUMBER,
        description="With a higher number, also if it has happened already; without it only one to come.",
        examples=_example(0),
    ),
]
Behind = Annotated[
    str | None, QueryParameter(description="Those behind this place, as `after` of the page before tells it.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS, description="At most so many.", examples=_example(PAGE_ROWS))]
Timeout = Annotated[
    float,
    QueryParameter(
        name="timeout", gt=0, le=MOST_WAIT_SECONDS, description="Seconds to wait at most.", examples=_example(5)
    ),
]
Counted = Annotated[bool, QueryParameter(description="Whether to count what it holds.", examples=_example(True))]
From = Annotated[
    int | None,
    QueryParameter(
        name="from",
        ge=1,
        le=MOST_NUMBER,
        description="Number of the one version; else of that before the other.",
        examples=_example(1),
    ),
]
To = Annotated[
    int | None,
    QueryParameter(
        name="to",
        ge=1,
        le=MOST_NUMBER,
        description="Number of the other version; else of the newest.",
        examples=_example(2),
    ),
]
Since = Annotated[
    str | None,
    QueryParameter(
        description="Go on behind this cursor, the `id` of an event; so does the header `Last-Event-ID`.",
        examples=_example(cursors.written(Place(0, {}))),
    ),
]
RecordForm = Annotated[
    Shape | None,
    QueryParameter(name="format", description="In this form, whatever `Accept` says.", examples=_example("mrk")),
]
FileForm = Annotated[
    Literal["mrc", "mrk", "xml", "jsonl"] | None,
    QueryParameter(name="format", description="Form of the file; else its beginning tells.", examples=_example("mrk")),
]
FileName = Annotated[
    str | None,
    QueryParameter(description="Name of the file, which may tell its form.", examples=_example("record.mrk")),
]
AsIs = Annotated[
    bool,
    QueryParameter(
        description="As new records, as they are; else by the zone's integration profile, as exports.",
        examples=_example(True),
    ),
]
ShelfFileName = Annotated[
    str | None,
    QueryParameter(
        name="name", description="Name of the file, which may tell its form.", examples=_example("holdings.csv")
    ),
]
PatronFileName = Annotated[
    str | None,
    QueryParameter(
        name="name", description="Name of the file, which may tell its form.", examples=_example("patrons.csv")
    ),
]
BehindBarcode = Annotated[
    str | None,
    QueryParameter(name="after", description="Those behind this barcode.", examples=_example("31111200048340")),
]
BehindRequest = Annotated[
    str | None, QueryParameter(name="after", description="Those behind this ID.", examples=_example("1"))
]
DryRun = Annotated[
    bool, QueryParameter(description="Whether to tell what would be done, and do nothing.", examples=_example(True))
]
