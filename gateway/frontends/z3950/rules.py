"""What the two servers of Z39.50 differ in: who may come in, what may be searched and how, how much is shown."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from gateway.frontends.z3950.apdus.init import InitRequest
from gateway.frontends.z3950.asked import Attributes
from gateway.marc.record import Field
from gateway.model import Inventory
from gateway.search.query import Index, Order, Structure, Term
from gateway.search.ranking import RESULT_RECORDS, SortKey


class Database(NamedTuple):
    """What a search names."""

    zone: str
    """Key of the zone."""
    name: str
    """As the client has written it."""


class Services(NamedTuple):
    """What a server does, and how much of it."""

    scan: bool = True
    """Whether terms can be listed."""
    sort: bool = True
    """Whether result sets can be sorted."""
    records: int = RESULT_RECORDS
    """Most records of a result set; how many were found is told as it is."""
    version: str = ""
    """The gateway's, for those who ask what answers them."""
    page: int | None = None
    """Most records of a present; None: as many as fit into an answer."""


class Rules(Protocol):
    """A server's own rules."""

    services: Services

    @property
    def order(self) -> Order:
        """In which order records are found."""

    def open(self, request: InitRequest) -> str:
        """Whom a session is for, in words of the server's own. Raises `Refused`."""

    def begin(self, access: str) -> None:
        """A search or a present is about to be done for them. Raises `Refused` where it may not."""

    def database(self, access: str, name: str) -> Database:
        """What they mean by this name. Raises `Refused`."""

    def term(self, attributes: Attributes, text: str) -> Term:
        """A term of a search. Raises `Refused`."""

    def scanned(self, attributes: Attributes) -> tuple[Index, Structure]:
        """Whose terms are listed. Raises `Refused`."""

    def sort_key(self, attributes: Attributes) -> SortKey:
        """By what is sorted. Raises `Refused`."""

    def kept(self, field: Field) -> bool:
        """Whether a field of a record is shown."""

    def shelved(self, inventory: Inventory) -> Iterable[Field]:
        """What the library has of a record, in fields that are added to it."""
