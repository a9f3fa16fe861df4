"""The gateway in a thread: what kept it from starting is raised at once, what went wrong in it at its end."""

import socket
import threading

import pytest
import trio

from gateway.errors import SettingsError
from gateway.testing.thread import HOST, Thread, settings


def named() -> list[threading.Thread]:
    """The threads of gateways."""
    return [thread for thread in threading.enumerate() if thread.name == "connexion-gateway"]


def test_is_ready_when_it_is_made_and_gone_when_it_is_stopped() -> None:
    before = len(named())
    thread = Thread(settings())
    assert (list(thread.running.connexion), len(named())) == ([HOST], before + 1)
    thread.stop()
    assert len(named()) == before
    thread.stop()


def test_does_not_wait_long_at_its_end_for_a_client_that_left_half_a_record() -> None:
    made = settings()
    assert made.limits.shutdown_seconds == 1
    thread = Thread(made)
    bound = thread.running.connexion[HOST]
    with socket.create_connection((bound.address, bound.port)) as connection:
        connection.sendall(b"00219nam a2200")
        thread.stop()


def test_has_no_zone_and_keeps_nothing_on_disk() -> None:
    made = settings()
    assert (made.zones, list(made.hosts), made.store.url) == ({}, [HOST], "memory:")


def test_can_always_be_asked() -> None:
    http = settings(["http.enabled=false", "http.port=80", "http.read_only=true", "http.token=" + "t" * 20]).http
    assert (http.enabled, http.port, http.read_only, http.token.reveal()) == (True, 0, False, "")


def test_wrong_setting_is_raised() -> None:
    with pytest.raises(SettingsError, match=r"limits\.idle"):
        settings(["limits.idle=5"])


def test_what_keeps_it_from_starting_is_raised() -> None:
    before = len(named())
    with pytest.raises(SettingsError, match="nonsense"):
        Thread(settings(["replies.locked=Later, {nonsense}"]))
    assert len(named()) == before


def test_what_goes_wrong_in_it_is_raised_at_its_end() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    thread = Thread(settings())
    assert thread._token is not None
    thread._token.run_sync_soon(fail)
    with pytest.raises(trio.TrioInternalError) as failed:
        thread.stop()
    assert "ZeroDivisionError" in repr(failed.value.__cause__)
