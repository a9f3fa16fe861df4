"""The fixture as a test uses it: what it waits for and tells, what a zone holds, scripts, clocks, further zones."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio

from gateway.marc.record import Record, to_pymarc
from gateway.testing import faults, replies
from gateway.testing.client import NotDone
from gateway.testing.factory import MakeGateway
from gateway.testing.zone import Gateway
from tests.server.running import record
from tests.testing.sending import connected, exactly, exported, knock, message, rest
from tests.z3950.conversation import talking

MARC = Path(__file__).resolve().parents[2] / "fixtures" / "marc"
SAMPLE = record(1234567, "A notebook of rivers")
OTHER = record(7654321, "A notebook of lakes")
FIRST, SECOND = "9910000000015867", "9910000000025867"
PROCESSED = b"The record has been processed successfully.\nMMS ID: " + FIRST.encode() + b"\0"


class TestAttempts:
    def test_tell_all_that_became_of_an_export(self, connexion_gateway: Gateway) -> None:
        assert exported(connexion_gateway, SAMPLE) == PROCESSED
        attempt = connexion_gateway.wait_for(oclc="ocm01234567")
        assert attempt.record == SAMPLE
        assert attempt.stored is not None
        assert f"=001  {FIRST}" in str(attempt.stored)
        assert (attempt.outcome, attempt.reason, attempt.mms_id) == ("created", None, FIRST)
        assert (attempt.oclc_numbers, attempt.title) == (("1234567",), "A notebook of rivers")
        assert attempt.reply == PROCESSED[:-1].decode()
        assert attempt.delivered is True
        assert attempt.seconds is not None
        assert attempt.diagnosis.startswith("Added as a new record.")
        assert (attempt.findings, attempt.zone) == ((), connexion_gateway.zone)
        assert "MMS ID: 9910000000015867" in attempt.transcript
        assert connexion_gateway.password not in attempt.transcript

    def test_have_what_the_zone_held_after_each(self, connexion_gateway: Gateway) -> None:
        later = SAMPLE.replace(b"20260301120000.0", b"20260401120000.0").replace(b"rivers", b"oceans")
        for raw in (SAMPLE, later, later):
            exported(connexion_gateway, raw)
        created, merged, unchanged = connexion_gateway.attempts
        assert [created.outcome, merged.outcome, unchanged.outcome] == ["created", "merged", "unchanged"]
        assert "rivers" in str(created.stored)
        assert "oceans" in str(merged.stored)
        assert unchanged.stored == merged.stored

    def test_are_also_those_that_reached_no_zone(self, connexion_gateway: Gateway) -> None:
        exported(connexion_gateway, SAMPLE, logon_id="somebody else")
        [attempt] = connexion_gateway.attempts
        assert (attempt.outcome, attempt.reason, attempt.mms_id) == ("logon_failed", "unknown_logon", "")
        assert attempt.stored is None
        assert connexion_gateway.wait_for(reason="unknown_logon") is attempt

    def test_of_others_are_not_seen(self, connexion_gateway_factory: MakeGateway) -> None:
        one, other = connexion_gateway_factory(), connexion_gateway_factory()
        exported(one, SAMPLE)
        exported(one, SAMPLE, logon_id="somebody else")
        assert (len(one.attempts), other.attempts) == (2, [])

    def test_are_the_same_objects_each_time(self, connexion_gateway: Gateway) -> None:
        exported(connexion_gateway, SAMPLE)
        assert connexion_gateway.attempts[0] is connexion_gateway.wait_for() is connexion_gateway.attempts[0]


class TestWaiting:
    def test_gives_each_attempt_once(self, connexion_gateway: Gateway) -> None:
        for _ in range(2):
            exported(connexion_gateway, SAMPLE)
        assert [connexion_gateway.wait_for(oclc=1234567).outcome for _ in range(2)] == ["created", "unchanged"]

    def test_finds_by_each_of_its_questions(self, connexion_gateway: Gateway) -> None:
        exported(connexion_gateway, SAMPLE, password="wrong")
        exported(connexion_gateway, SAMPLE)
        assert connexion_gateway.wait_for(mms=FIRST).seq > connexion_gateway.wait_for(title="NOTEBOOK").seq
        connexion_gateway.reset()
        exported(connexion_gateway, OTHER)
        assert connexion_gateway.wait_for(outcome=("merged", "created")).mms_id == FIRST

    def test_gives_what_is_there_however_short_it_is(self, connexion_gateway: Gateway) -> None:
        exported(connexion_gateway, SAMPLE)
        assert connexion_gateway.wait_for(oclc=1234567, timeout=0).outcome == "created"

    def test_in_vain_tells_what_came(self, connexion_gateway: Gateway) -> None:
        exported(connexion_gateway, SAMPLE, password="wrong")
        exported(connexion_gateway, OTHER)
        connexion_gateway.wait_for(outcome="created")
        with pytest.raises(AssertionError) as failed:
            connexion_gateway.wait_for(oclc=1234567, outcome="created", timeout=0.01)
        first, second = [attempt.seq for attempt in connexion_gateway.attempts]
        assert str(failed.value).split("\n") == [
            "no attempt with oclc 1234567, outcome created came within 0.01 s",
            "These came:",
            f"  #{first} logon_failed: wrong password, 'A notebook of rivers', OCLC 1234567",
            "    OCLC number matches; outcome is logon_failed, not created",
            f"  #{second} created, 'A notebook of lakes', OCLC 7654321, MMS ID {FIRST}",
            "    outcome matches; OCLC number is 7654321, not 1234567; it was waited for before",
        ]

    def test_in_vain_where_nothing_came_says_where_it_was_waited(self, connexion_gateway: Gateway) -> None:
        gateway = connexion_gateway
        with pytest.raises(
            AssertionError, match=rf"no client has sent a record to 127.0.0.1:{gateway.port} as 01PYTEST_"
        ):
            gateway.wait_for(timeout=0.01)

    def test_for_what_there_is_not_is_a_mistake(self, connexion_gateway: Gateway) -> None:
        with pytest.raises(NotDone, match="outcome"):
            connexion_gateway.wait_for(outcome="filed")


class TestNothingElse:
    def test_holds_where_all_was_waited_for_or_looked_at(self, connexion_gateway: Gateway) -> None:
        exported(connexion_gateway, SAMPLE)
        connexion_gateway.wait_for()
        connexion_gateway.assert_nothing_else()
        exported(connexion_gateway, OTHER)
        assert len(connexion_gateway.attempts) == 2
        connexion_gateway.assert_nothing_else(within=0.01)

    @pytest.mark.parametrize("within", [0.0, 30.0])
    def test_fails_and_says_what_there_is(self, connexion_gateway: Gateway, within: float) -> None:
        exported(connexion_gateway, SAMPLE)
        begun = time.monotonic()
        with pytest.raises(
            AssertionError, match=r"1 more came[^#]*#\d+ created, 'A notebook of rivers'.*Added as a new"
        ):
            connexion_gateway.assert_nothing_else(within)
        assert time.monotonic() - begun < 15


class TestScript:
    def test_is_followed_in_its_order(self, connexion_gateway: Gateway) -> None:
        gateway = connexion_gateway
        gateway.script(
            replies.locked(hit="9912345"),
            replies.text("Come back tomorrow"),
            faults.no_nul(),
            faults.garbage(b"\xff\x00"),
            faults.cut(3),
            faults.reset(),
            faults.close_after_reply(),
        )
        assert b"Not imported: 9912345 is open in the Metadata Editor." in exported(gateway, SAMPLE)
        assert exported(gateway, SAMPLE) == b"Come back tomorrow\0"
        with connected(gateway) as connection:
            connection.sendall(message(gateway, SAMPLE))
            assert exactly(connection, len(PROCESSED) - 1) == PROCESSED[:-1]
        assert exported(gateway, SAMPLE) == b"\xff\x00"
        assert exported(gateway, SAMPLE) == b"The"
        assert exported(gateway, SAMPLE) == b"<reset>"
        with connected(gateway) as connection:
            connection.sendall(message(gateway, SAMPLE))
            assert rest(connection) == PROCESSED
            assert rest(connection) == b""
        outcomes = [attempt.outcome for attempt in gateway.attempts]
        assert outcomes == ["refused", "created", *["unchanged"] * 5]

    def test_before_another_must_be_used_up(self, connexion_gateway: Gateway) -> None:
        connexion_gateway.script(replies.busy(times=2))
        exported(connexion_gateway, SAMPLE)
        with pytest.raises(AssertionError, match=r"the script before was not used up:\n  step 1, .*: 1 used, 1 left"):
            connexion_gateway.script(replies.accept())
        exported(connexion_gateway, SAMPLE)
        connexion_gateway.script(replies.accept(), may_be_left=True)
        connexion_gateway.script(may_be_left=True)

    def test_takes_no_step_of_a_connection(self, connexion_gateway: Gateway) -> None:
        with pytest.raises(TypeError, match=r"gateway\.connections"):
            connexion_gateway.script(faults.refuse())  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"gateway\.script"):
            connexion_gateway.connections(replies.busy())  # type: ignore[arg-type]

    def test_of_connections_comes_before_the_logon(self, connexion_gateway: Gateway) -> None:
        connexion_gateway.connections(faults.busy(), faults.closed(), faults.reset_at_once(), faults.served())
        assert exported(connexion_gateway, SAMPLE).startswith(b"Import Failed\nNot imported: too many connections")
        assert [knock(connexion_gateway) for _ in range(2)] == [b"", b"<reset>"]
        assert exported(connexion_gateway, SAMPLE) == PROCESSED
        assert len(connexion_gateway.attempts) == 1

    def test_refuses_until_another_is_given(self, connexion_gateway: Gateway) -> None:
        connexion_gateway.connections(faults.refuse())
        with pytest.raises(ConnectionRefusedError):
            exported(connexion_gateway, SAMPLE)
        connexion_gateway.connections()
        assert exported(connexion_gateway, SAMPLE) == PROCESSED


class TestHeld:
    def test_records_are_put_without_an_attempt(self, connexion_gateway: Gateway, tmp_path: Path) -> None:
        gateway = connexion_gateway
        assert gateway.put(SAMPLE) == FIRST
        (tmp_path / "other.mrc").write_bytes(OTHER)
        assert gateway.put(tmp_path / "other.mrc") == SECOND
        third = gateway.put(to_pymarc(Record.parse(record(3, "Third"))))
        gateway.put("=LDR  00000nam a2200000 a 4500\n=245  00$aFourth\n")
        assert gateway.attempts == []
        assert [held.title for held in gateway.store] == [
            "A notebook of rivers",
            "A notebook of lakes",
            "Third",
            "Fourth",
        ]
        assert (len(gateway.store), third in gateway.store, "9900" in gateway.store) == (4, True, False)
        assert [held.mms_id for held in gateway.store.find(oclc="7654321")] == [SECOND]
        assert "=245  00$aA notebook of lakes" in str(gateway.store.record(SECOND))

    def test_put_takes_one_sound_record(self, connexion_gateway: Gateway) -> None:
        with pytest.raises(AssertionError, match="one record is put at a time; 2 of 2"):
            connexion_gateway.put(SAMPLE + OTHER)
        with pytest.raises(AssertionError, match="0 of 1 were filed"):
            connexion_gateway.put(SAMPLE[:-30])
        with pytest.raises(TypeError, match="a record is bytes"):
            connexion_gateway.put(7)  # type: ignore[arg-type]

    def test_what_is_put_is_matched(self, connexion_gateway: Gateway) -> None:
        connexion_gateway.put(SAMPLE)
        exported(connexion_gateway, SAMPLE.replace(b"rivers", b"oceans"))
        [attempt] = connexion_gateway.attempts
        assert (attempt.outcome, attempt.mms_id) == ("merged", FIRST)
        assert "rivers" in str(connexion_gateway.store.record(FIRST, version=1))

    def test_flags_keep_it_from_being_replaced(self, connexion_gateway: Gateway) -> None:
        mms_id = connexion_gateway.put(SAMPLE)
        connexion_gateway.flag(mms_id, locked=True)
        exported(connexion_gateway, SAMPLE)
        connexion_gateway.flag(mms_id)
        exported(connexion_gateway, SAMPLE)
        assert [attempt.reason for attempt in connexion_gateway.attempts] == ["locked", None]

    def test_what_is_not_there_is_said(self, connexion_gateway: Gateway) -> None:
        with pytest.raises(NotDone, match="no record has the MMS ID 99"):
            connexion_gateway.store.record("99")
        with pytest.raises(NotDone, match="find what"):
            connexion_gateway.store.find()

    def test_reset_begins_anew(self, connexion_gateway: Gateway) -> None:
        connexion_gateway.put(OTHER)
        connexion_gateway.script(replies.busy(times=9))
        connexion_gateway.freeze(datetime(2031, 3, 1, tzinfo=UTC))
        exported(connexion_gateway, SAMPLE)
        connexion_gateway.reset()
        assert (len(connexion_gateway.store), connexion_gateway.attempts) == (0, [])
        assert exported(connexion_gateway, SAMPLE) == PROCESSED
        assert connexion_gateway.wait_for().at.year != 2031


async def hits(gateway: Gateway) -> int:
    """How many records of `SAMPLE`'s number its zone has, as Z39.50 tells."""
    async with talking(f"{gateway.host}:{gateway.z3950_port}", gateway.logon_id) as client:
        return (await client.search("@attr 1=1211 1234567")).result_count


class TestSearched:
    def test_by_z3950_finds_what_was_exported_to_the_test_s_own_zone(
        self, connexion_gateway_factory: MakeGateway
    ) -> None:
        one, other = connexion_gateway_factory(), connexion_gateway_factory()
        exported(one, SAMPLE)
        assert [trio.run(hits, gateway) for gateway in (one, other)] == [1, 0]


class TestClock:
    def test_stands_still_and_goes_on(self, connexion_gateway: Gateway) -> None:
        at = datetime(2031, 3, 1, 12, tzinfo=UTC)
        connexion_gateway.freeze(at)
        exported(connexion_gateway, SAMPLE)
        mms_id = connexion_gateway.put(OTHER)
        connexion_gateway.unfreeze()
        exported(connexion_gateway, SAMPLE)
        frozen, running = connexion_gateway.attempts
        assert frozen.at == at != running.at
        assert [held.at for held in connexion_gateway.store if held.mms_id == mms_id] == [at]

    def test_must_say_its_time_zone(self, connexion_gateway: Gateway) -> None:
        with pytest.raises(ValueError, match="does not say its time zone"):
            connexion_gateway.freeze(datetime(2031, 3, 1))


class TestFactory:
    def test_has_the_host_go_also_where_the_test_deleted_its_zone(self, connexion_gateway_factory: MakeGateway) -> None:
        gateway = connexion_gateway_factory()
        gateway._client.send("DELETE", f"/zones/{gateway.zone}")
        for _ in range(2):
            gateway.close()
        with pytest.raises(ConnectionRefusedError):
            exported(gateway, SAMPLE)

    def test_makes_institutions_of_a_network(self, connexion_gateway_factory: MakeGateway) -> None:
        network = connexion_gateway_factory(kind="network")
        member = connexion_gateway_factory(network=network, mms_suffix="2901", code="01CARLI_TEST")
        assert (member.logon_id, member.port != network.port) == ("01CARLI_TEST", True)
        exported(member, SAMPLE)
        exported(network, OTHER)
        assert [attempt.mms_id for attempt in member.attempts] == ["9910000000012901"]
        assert [attempt.mms_id for attempt in network.attempts] == ["9910000000015816"]

    def test_says_what_cannot_be(self, connexion_gateway_factory: MakeGateway) -> None:
        with pytest.raises(NotDone, match="there is no profile 'nobody-s'"):
            connexion_gateway_factory(profile="nobody-s")
