"""`gateway doctor`: what it finds, and its exit code."""

import json
import socket
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cli import checks
from gateway.config import load

from .gateways import HOST, OTHER_HOST, Gateway, run, serving

NO_HOSTS = ("--hosts-file", "no-such-hosts-file")
LAN = "198.51.100.7"


@pytest.fixture(autouse=True)
def a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer is in a local network, whatever computer it is."""
    monkeypatch.setattr(checks, "lan_address", lambda: LAN)


@pytest.fixture
def free() -> tuple[str, ...]:
    """Options that make every listener take a free port of 127.0.0.1."""
    return tuple(
        word
        for key in load().hosts
        for word in ("--set", f"hosts.{key}.connexion=0", "--set", f"hosts.{key}.address=127.0.0.1")
    )


def found(*options: str, exit_code: int = 0) -> dict[str, list[dict]]:
    """The checks by what they look at."""
    result = run("doctor", *NO_HOSTS, "--json", *options)
    assert result.exit_code == exit_code, result.stdout
    by_name: dict[str, list[dict]] = {}
    for line in result.stdout.splitlines():
        check = json.loads(line)
        assert list(check) == ["check", "status", "says", "fix"]
        by_name.setdefault(check["check"], []).append(check)
    return by_name


def test_all_well_before_the_first_start(free):
    checks = found(*free)
    assert {check["status"] for named in checks.values() for check in named} == {"ok"}
    assert checks["settings"][0]["says"] == "the built-in ones; there is no gateway.toml here"
    assert checks[f"host {HOST}"][0]["says"] == "takes any free port of 127.0.0.1"
    assert "gateway-data can be made" in checks["data folder"][0]["says"]
    assert checks["store"][0]["says"] == "gateway-data/gateway.db will be made by gateway serve"
    assert checks["other computers"][0]["says"] == "only this computer can export to the gateway"
    assert f"gateway serve --lan; their Host Name is then {LAN}" in checks["other computers"][0]["fix"]


def test_nothing_is_made(free, folder: Path):
    found(*free)
    assert list(folder.iterdir()) == []


def test_beside_a_running_gateway(gateway: Gateway):
    checks = found(*gateway.options)
    assert checks[f"host {HOST}"][0]["says"] == f"a gateway answers at {gateway.address} port {gateway.port}"
    assert checks["store"][0]["says"].endswith(" is served by a gateway")


def test_another_host_where_one_should_be(gateway: Gateway):
    [check] = found(*gateway.exchanged)[f"host {OTHER_HOST}"]
    assert check["status"] == "warn"
    assert check["says"] == (f"another host of the gateway answers at {gateway.address} port {gateway.port} ({HOST})")
    assert check["fix"] == (
        "it was started with --lan or with other settings; use the address and port that it printed"
    )


def test_a_port_of_another_host_is_not_to_be_typed(store, monkeypatch):
    monkeypatch.setattr(checks, "lan_address", lambda: "127.0.0.1")
    with serving(store, *(f"hosts.{key}.address=127.0.0.1" for key in load().hosts)) as gateway:
        [check] = found(*gateway.options)["other computers"]
        assert f"{HOST}: Host Name 127.0.0.1, Port {gateway.port}; " in check["says"]
        [check] = found(*gateway.exchanged)["other computers"]
    assert f"{HOST}: Host Name 127.0.0.1, type the port that gateway serve printed; " in check["says"]
    assert str(gateway.port) not in check["says"]


def test_a_store_that_a_gateway_serves_elsewhere(gateway: Gateway, free, store):
    checks = found(*free, "--set", f"store.url={store}")
    assert checks["store"][0]["says"] == f"{store} is served by a gateway"


def test_after_the_gateway_has_ended(free, store):
    with serving(store):
        pass
    checks = found(*free, "--set", f"store.url={store}")
    assert checks["store"][0]["says"] == f"{store} is readable and free"


def test_a_store_is_left_as_it_is(free, store, folder: Path):
    with serving(store):
        pass
    (folder / "gateway.db-serving").unlink()
    file = folder / "gateway.db"
    before = file.read_bytes(), file.stat().st_mtime_ns
    found(*free, "--set", f"store.url={store}")
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    left = {found.name: found.stat().st_size for found in folder.iterdir()}
    assert set(left) <= {"gateway.db", "gateway.db-shm", "gateway.db-wal"}
    assert not left.get("gateway.db-wal")


def test_a_store_of_an_older_gateway(free, store, folder: Path):
    with serving(store):
        pass
    with closing(sqlite3.connect(folder / "gateway.db")) as connection, connection:
        connection.execute("UPDATE schema_version SET version = -version")
    [check] = found(*free, "--set", f"store.url={store}")["store"]
    assert (check["status"], check["fix"]) == ("warn", "gateway serve brings it up to date")
    assert "gateway.db has schema -1, not " in check["says"]


def test_an_empty_file_becomes_a_store(free, store, folder: Path):
    (folder / "gateway.db").touch()
    [check] = found(*free, "--set", f"store.url={store}")["store"]
    assert check["says"] == f"{folder / 'gateway.db'} will be made by gateway serve"


def test_a_store_that_cannot_be_written(free, store, folder: Path, monkeypatch):
    with serving(store):
        pass
    monkeypatch.setattr(checks.os, "access", lambda *_: False)
    [check] = found(*free, "--set", f"store.url={store}", exit_code=1)["store"]
    assert (check["status"], check["says"]) == ("fail", f"{store} is readable, but cannot be written")


def test_memory(free):
    assert found(*free, "--set", "store.url=memory:")["store"][0]["status"] == "ok"


def test_settings_that_cannot_be_used():
    checks = found("--set", "limits.conections=5", exit_code=1)
    assert list(checks) == ["settings"]
    assert checks["settings"][0]["status"] == "fail"
    assert checks["settings"][0]["says"].startswith("limits.conections (--set limits.conections): ")


def test_settings_with_which_serve_would_not_start(free):
    """The rest is looked at all the same."""
    wrong = ("--set", "profiles.carli-iz.merge_method=overlay", "--set", "replies.locked={reason}")
    checks = found(*free, *wrong, exit_code=1)
    [check] = checks["settings"]
    assert check["status"] == "fail"
    assert "profiles.carli-iz.merge_method (--set profiles.carli-iz.merge_method): " in check["says"]
    assert "replies.locked (--set replies.locked): has {reason}, which there is not" in check["says"]
    assert check["fix"] == "correct them; gateway config check looks at them again"
    assert checks["store"][0]["status"] == "ok"


def test_settings_file_is_named(free, folder: Path):
    (folder / "gateway.toml").write_text("[log]\nlevel = 'debug'\n")
    assert found(*free)["settings"][0]["says"] == "gateway.toml"


def test_a_port_that_another_program_uses(free):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        hangs_up = threading.Thread(target=lambda: other.accept()[0].close())
        hangs_up.start()
        checks = found(*free, "--set", f"hosts.{HOST}.connexion={port}", exit_code=1)
        hangs_up.join()
    [check] = checks[f"host {HOST}"]
    assert (check["status"], check["says"]) == ("fail", f"another program uses 127.0.0.1 port {port}")
    assert check["fix"].endswith(f"--set hosts.{HOST}.connexion={port + 1}")


def test_an_address_of_another_computer(free):
    elsewhere = ("--set", f"hosts.{HOST}.address=203.0.113.9", "--set", "zones.xyz.password=my own")
    [check] = found(*free, *elsewhere)[f"host {HOST}"]
    assert check["status"] == "warn"
    assert "gateway serve takes the next free port of 127.0.0.1" in check["says"]


def test_an_address_of_another_computer_in_a_file(folder: Path):
    (folder / "gateway.toml").write_text('[hosts.a]\naddress = "203.0.113.9"\nconnexion = 0\n')
    [check] = found(exit_code=1)["host a"]
    assert (check["status"], check["says"]) == ("fail", "203.0.113.9 is no address of this computer")


def test_a_folder_that_cannot_be_made(free, folder: Path):
    (folder / "file").write_text("")
    checks = found(*free, "--set", "store.url=sqlite:file/data/gateway.db", exit_code=1)
    assert checks["data folder"][0]["status"] == "fail"


def test_a_file_that_is_no_store(free, folder: Path):
    (folder / "gateway.db").write_text("Dear diary, " * 100)
    checks = found(*free, "--set", "store.url=sqlite:gateway.db", exit_code=1)
    assert checks["store"][0]["status"] == "fail"
    assert (folder / "gateway.db").read_text().startswith("Dear diary")


def test_example_passwords_off_loopback(free):
    checks = found(*free, "--set", f"hosts.{HOST}.address=0.0.0.0", exit_code=1)
    [check] = checks["passwords"]
    assert (check["status"], check["says"].rpartition(": ")[2]) == ("fail", "xyz")
    [check] = checks["other computers"]
    assert check["says"] == f"{HOST}: Host Name {LAN}, Port any"


def test_own_passwords_off_loopback(free):
    own = ("--set", f"hosts.{HOST}.address=0.0.0.0", "--set", "zones.xyz.password=my own")
    assert found(*free, *own)["passwords"][0]["status"] == "ok"


def test_names_of_alma_in_the_hosts_file(free, folder: Path):
    (folder / "hosts").write_text(
        "127.0.0.1 localhost\n"
        "# 127.0.0.1 i-share-abc.alma.exlibrisgroup.com\n"
        "127.0.0.1\tI-Share-XYZ.alma.exlibrisgroup.com other # mine\n"
        "::1 elsewhere.alma.exlibrisgroup.com\n"
        "127.0.0.9 alma.test\n\n"
    )
    named = ("--set", f'hosts.{HOST}.names=["alma.test"]')
    mapped = found(*free, *named, "--hosts-file", "hosts")["hosts file"]
    assert [check["status"] for check in mapped] == ["warn"] * 3
    assert [check["says"].partition(":")[0] for check in mapped] == [
        "hosts, line 3, leads I-Share-XYZ.alma.exlibrisgroup.com to 127.0.0.1",
        "hosts, line 4, leads elsewhere.alma.exlibrisgroup.com to ",
        "hosts, line 5, leads alma.test to 127.0.0.9",
    ]
    assert "Alma's own pages in a browser go there too" in mapped[0]["says"]


def test_a_hosts_file_goes_with_no_watching():
    result = run("doctor", "--watch", "--hosts-file", "hosts", "--timeout", "0")
    assert result.exit_code == 2
    assert "--hosts-file does not go with --watch" in result.stderr


def test_too_few_open_files(free):
    resource = pytest.importorskip("resource")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        pytest.skip("this system has no limit")
    [check] = found(*free, "--set", f"limits.connections={hard + 9_000}")["open files"]
    assert check["status"] == "warn"


def test_lines_for_people(free):
    result = run("doctor", *NO_HOSTS, *free, "--set", f"hosts.{HOST}.address=0.0.0.0")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "ok    settings: the built-in ones; there is no gateway.toml here"
    assert "\nfail  passwords: other computers could reach these zones" in result.stdout
    assert "\n      give each a password of its own, such as --set zones.xyz.password=" in result.stdout


def test_ports_of_z3950_beside_a_running_gateway(gateway: Gateway):
    bound = gateway.running.z3950[HOST][0]
    (check,) = found(*gateway.options, "--set", f"hosts.{HOST}.z3950=[{bound.port}]")[f"Z39.50 {HOST}"]
    assert check["status"] == "ok"
    assert check["says"] == f"a server of Z39.50 answers at {bound.address} port {bound.port}"


def test_another_program_at_the_port_of_z3950(free):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        def hang_up() -> None:
            other.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        (check,) = found(*free, "--set", f"hosts.{HOST}.z3950=[{port}]", exit_code=1)[f"Z39.50 {HOST}"]
        thread.join()
    assert check["status"] == "fail"
    assert check["says"] == f"another program uses 127.0.0.1 port {port}"
    assert check["fix"] == f"choose another port: --set 'hosts.{HOST}.z3950=[{port + 1}]'"
