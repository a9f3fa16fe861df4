"""What the gateway is, and where it takes exports."""

from litestar import get
from msgspec import Struct

from gateway.desk.desk import Place
from gateway.errors import NotFound
from gateway.frontends.api.parameters import HostKey, TheDesk
from gateway.search.terms import suggestion


class About(Struct, frozen=True):
    """Which gateway this is."""

    version: str
    read_only: bool
    """Whether the API changes nothing (`http.read_only`)."""


class Hosts(Struct, frozen=True):
    """The emulated hosts."""

    hosts: tuple[Place, ...]


@get("/", operation_id="getGateway", tags=["gateway"])
async def gateway(desk: TheDesk) -> About:
    """Tell which gateway this is."""
    return About(desk.version, desk.read_only)


@get("/hosts", operation_id="listHosts", tags=["gateway"])
async def hosts(desk: TheDesk) -> Hosts:
    """List the hosts that take exports, with the address and port to type into Connexion."""
    return Hosts(tuple(desk.places))


@get("/hosts/{host:str}", operation_id="getHost", tags=["gateway"])
async def host(desk: TheDesk, host: HostKey) -> Place:
    """Tell of one host where it takes exports."""
    return place(desk, host)


def place(desk: TheDesk, key: str) -> Place:
    """Where a host takes exports. Raises `NotFound`."""
    places = {one.host: one for one in desk.places}
    if key not in places:
        raise NotFound(f"there is no host {key!r}; {suggestion(key, places)}")
    return places[key]
