"""A library's institution zone and network zone, from its institution code."""

from collections.abc import AsyncIterator

import pytest
import trio

from gateway.config import load
from gateway.desk.libraries import Library, make_library
from gateway.errors import Unfit
from gateway.importer.zones import Zones
from gateway.rulebook import zones_of
from gateway.stores import open_store
from gateway.stores.base import Store


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """An empty memory store."""
    async with open_store("memory:") as store:
        yield store


async def zones_with(store: Store, *overrides: str) -> Zones:
    """The zones of the built-in settings but for `overrides`, and of the store."""
    zones = zones_of(load(overrides=overrides))
    await zones.begin(store)
    return zones


def told(library: Library) -> list[tuple[str, str, str, str | None, bool]]:
    """Key, host, code and network of both zones, and whether each was made now."""
    both = library.institution, library.network
    return [
        (made.zone.key, made.zone.host, made.zone.code, made.zone.network, made.password is not None) for made in both
    ]


async def test_a_code_makes_both_zones(store: Store) -> None:
    zones = await zones_with(store)
    library = await make_library(store, zones, "01ABCD_XYZ")
    assert told(library) == [
        ("abcd-xyz", "i-share-xyz", "01ABCD_XYZ", "abcd-xyz-network", True),
        ("abcd-xyz-network", "i-share-network", "01ABCD_NETWORK", None, True),
    ]
    assert library.assumed == ("Its network is 01ABCD_NETWORK: the zone abcd-xyz-network.",)
    assert library.institution.zone.profiles == ("carli-iz",)
    assert library.network.zone.profiles == ("carli-nz",)
    assert library.institution.zone.mms_suffix != library.network.zone.mms_suffix


async def test_zones_are_called_after_the_library_where_that_is_free(store: Store) -> None:
    library = await make_library(store, await zones_with(store), " 01abcd_qrs ")
    assert [zone[0] for zone in told(library)] == ["qrs", "qrs-network"]
    assert library.institution.zone.code == "01ABCD_QRS"


async def test_again_they_are_there_and_no_password_is_told(store: Store) -> None:
    zones = await zones_with(store)
    first = await make_library(store, zones, "01ABCD_QRS")
    again = await make_library(store, zones, "01ABCD_QRS")
    assert [one[:4] for one in told(again)] == [one[:4] for one in told(first)]
    assert [one[4] for one in told(again)] == [False, False]
    assert len(await store.zones()) == 2


async def test_asked_for_twice_at_once_they_are_made_once(store: Store) -> None:
    gateways = [await zones_with(store), await zones_with(store)]
    libraries: list[Library] = []

    async def ask(zones: Zones) -> None:
        libraries.append(await make_library(store, zones, "01ABCD_QRS"))

    async with trio.open_nursery() as nursery:
        for zones in (*gateways, *gateways):
            nursery.start_soon(ask, zones)
    assert {one[0] for library in libraries for one in told(library)} == {"qrs", "qrs-network"}
    assert len(await store.zones()) == 2


async def test_one_of_the_settings_is_taken_as_it_is(store: Store) -> None:
    library = await make_library(store, await zones_with(store), "xyz")
    assert told(library) == [
        ("xyz", "i-share-xyz", "01CARLI_XYZ", "network", False),
        ("network", "i-share-network", "01CARLI_NETWORK", None, False),
    ]
    assert library.assumed == (
        "The library is one of CARLI's, so its institution code is 01CARLI_XYZ.",
        "Its network is 01CARLI_NETWORK: the zone network, which is there already.",
    )
    assert await store.zones() == []


async def test_libraries_of_one_consortium_share_its_network(store: Store) -> None:
    zones = await zones_with(store)
    one, other = [await make_library(store, zones, code) for code in ("01ABCD_AA", "01ABCD_BB")]
    assert [zone[0] for zone in told(one)] == ["aa", "aa-network"]
    assert [zone[0] for zone in told(other)] == ["bb", "aa-network"]
    assert other.network.password is None


async def test_an_institution_of_its_own_is_called_after_itself(store: Store) -> None:
    library = await make_library(store, await zones_with(store), "01QRS_INST")
    assert [(zone[0], zone[2]) for zone in told(library)] == [("qrs", "01QRS_INST"), ("qrs-network", "01QRS_NETWORK")]


@pytest.mark.parametrize("kept", ["xyz", "network"])
async def test_where_no_host_has_networks_it_is_at_the_institution_s(store: Store, tmp_path, kept: str) -> None:  # type: ignore[no-untyped-def]
    kind = {"xyz": "institution", "network": "network"}[kept]
    file = tmp_path / "gateway.toml"
    file.write_text(
        '[hosts.only]\naddress = "127.0.0.1"\n'
        f'[zones.{kept}]\nhost = "only"\nkind = "{kind}"\ncode = "01ABCD_{kept}"\nmms_suffix = "0001"\npassword = "p"\n'
    )
    zones = zones_of(load(file))
    await zones.begin(store)
    library = await make_library(store, zones, "01EFGH_QRS")
    assert [zone[1] for zone in told(library)] == ["only", "only"]


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("", "is empty; write it as Alma does, such as 01CARLI_XYZ, or its last part alone, such as xyz"),
        (" ", "is empty;"),
        ("01CARLI_", "is no institution code; write it as Alma does"),
        ("i-share-xyz.alma.exlibrisgroup.com", "is no institution code;"),
        ("01CARLI_XYZ 01CARLI_ABC", "is no institution code;"),
        ("01CARLI_NETWORK", "is a network's; give that of the library, and its network is made too"),
        ("network", "is a network's;"),
        ("x" * 200, "is 208 bytes long"),
    ],
)
async def test_what_is_no_code(store: Store, code: str, wrong: str) -> None:
    with pytest.raises(Unfit) as caught:
        await make_library(store, await zones_with(store), code)
    [words] = [words for field, words in caught.value.faults if field == "code"]
    assert words.startswith(wrong)
    assert await store.zones() == []
