"""What a zone publishes for harvesters: its repository, and sets of its records. In Alma's terms."""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

SET_NAME: Final = r"[A-Za-z0-9\-_.!~*'()]{1,100}"
"""What a set may be called, as a regular expression: of setSpec the protocol takes these characters and no other, no
space among them; so many fit into a request."""
MOST_PAGE_RECORDS: Final = 900
"""Records of a page: Alma's most [doc]."""
MOST_HOURS: Final = 8_784
"""Hours between two runs: a year, and it is over in a sum of dates."""

RunKind = Literal["run", "republish"]
"""`run` publishes what has changed, `republish` everything again."""


class Enrichment(Struct, frozen=True, kw_only=True):
    """A field that is added to each published record, for each holding or each item."""

    tag: str
    """Such as `852` or `952`: 010 to 999."""
    of: Literal["holding", "item"]
    indicators: str = "  "
    subfields: dict[str, str] = {}
    """Subfield code, or two of them ([doc] Alma takes two characters), to the fact: a field's name of
    `publishing.enrichment.FACTS`."""


class PublishingProfile(Struct, frozen=True, kw_only=True):
    """A set that harvesters ask for, and how its records look."""

    zone: str
    key: str
    """setSpec: unique in the zone; no spaces."""
    name: str
    """setName; [doc] the same as the set's name."""
    query: str = ""
    """A saved search in the words of `search.words`; empty = all. Evaluated at each run (a logical set)."""
    mms_ids: tuple[str, ...] = ()
    """A list of records (an itemized set) instead of a search."""
    content: Literal["all", "physical"] = "all"
    """Of `Physical titles`, a record without a holding is not published."""
    enrichment: tuple[Enrichment, ...] = ()
    every_hours: int = 24
    """Between two runs; 0 = only when somebody says so."""
    at_once: bool = False
    """Published as soon as somebody harvests, without runs: not Alma's way, but that of tests."""


class PublishingRun(Struct, frozen=True, kw_only=True):
    """One run of a profile."""

    kind: RunKind
    began_at: datetime
    """UTC."""
    ended_at: datetime | None = None
    """None where it goes on, or was cut off."""
    new: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    fault: str = ""
    """Why it ended early; empty where it did not."""


class Repository(Struct, frozen=True, kw_only=True):
    """A zone's integration profile of type OAI-PMH."""

    zone: str
    active: bool = True
    addresses: tuple[str, ...] = ()
    """Networks, such as `192.0.2.0/24`, that may harvest; empty = all."""
    page: int = 100
    """Records of a page, 1 to 900."""
    dialect: Literal["alma", "strict"] = "alma"
    """`alma`: the last page has no resumptionToken; `strict`: an empty one, as the protocol wants."""
    prefixes: tuple[str, ...] = ("marc21", "oai_dc", "oai_qdc", "mods")
