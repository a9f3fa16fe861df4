"""What the gateway is, and where it takes exports."""

from litestar import Response, delete, get, post
from litestar.params import JSONBody
from msgspec import Struct

from gateway.desk import hosts as hosts_made
from gateway.desk.desk import Place
from gateway.desk.hosts import HostWanted
from gateway.errors import NotFound
from gateway.frontends.api.parameters import HostKey, MadeHost, TheDesk
from gateway.frontends.api.places import ROOT
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


@post("/hosts", operation_id="makeHost", tags=["gateway"])
async def make_host(desk: TheDesk, data: JSONBody[HostWanted]) -> Response[Place]:
    """Make a host, on any free port, that is there until it is deleted or the gateway stops.

    On another port its zones can be searched by Z39.50, if those of the settings' hosts can or `z3950` says so.
    """
    made = await hosts_made.make(desk, data)
    return Response(made, headers={"location": f"{ROOT}/hosts/{made.host}"})


@delete("/hosts/{host:str}", operation_id="deleteHost", tags=["gateway"])
async def delete_host(desk: TheDesk, host: MadeHost) -> None:
    """Take no exports any more at a host made at run time, and end the sessions of those who search there.

    One of the settings, and one at which there are zones, stay: 409.
    """
    await hosts_made.remove(desk, host)


def place(desk: TheDesk, key: str) -> Place:
    """Where a host takes exports. Raises `NotFound`."""
    places = {one.host: one for one in desk.places}
    if key not in places:
        raise NotFound(f"there is no host {key!r}; {suggestion(key, places)}")
    return places[key]
