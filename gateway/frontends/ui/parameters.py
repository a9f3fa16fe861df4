"""What pages are given of the gateway, and what a request may say in path and query."""

from typing import Annotated, Final, Literal, TypeAlias

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter, SkipValidation

from gateway.desk.desk import Desk
from gateway.frontends.http.events import Streams

TheDesk: TypeAlias = NamedDependency[SkipValidation[Desk]]
TheStreams: TypeAlias = NamedDependency[SkipValidation[Streams]]
MOST_NUMBER: Final = 2**63 - 1
"""Highest number that any store can hold."""

Seq = Annotated[int, PathParameter(ge=0, le=MOST_NUMBER)]
"""Number of an attempt."""
Before = Annotated[int | None, QueryParameter(ge=0, le=MOST_NUMBER)]
"""A number of an attempt; those with lower ones are meant."""
Text = FromQuery[str]
"""What a query says."""
Texts = FromQuery[list[str] | None]
"""What it says several times, or never."""
Segment = FromPath[str]
"""A part of a path."""
Number = Annotated[int | None, QueryParameter(ge=0, le=MOST_NUMBER)]
"""A number of an attempt or of a version, or a count."""
NumberFrom = Annotated[int | None, QueryParameter(name="from", ge=0, le=MOST_NUMBER)]
"""The same under a name that is a word of Python."""
SetKey = Annotated[str, QueryParameter(name="set")]
"""Key of a set, under a name that is a word of Python."""
YesOrNo = FromQuery[bool]
"""Whether something is so."""
FileForm = FromQuery[Literal["mrc", "mrk", "xml", "json"]]
"""In which form a record is wanted as a file."""
