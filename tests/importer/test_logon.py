"""Who may export to which zone, what a refused logon nearly was, and how long its reply waits."""

import queue
import threading
from collections.abc import Iterator

import argon2
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from gateway.importer import logon as logon_module
from gateway.importer.logon import FAILURES_FORGOTTEN, FAILURES_KEPT, HASH_PREFIX, Denied, Logons
from gateway.importer.zones import Account, Zones
from gateway.model import Logon, Reason, Zone
from gateway.stores.base import Store
from tests.importer.desk import ABC, ACCOUNTS, NETWORK, NETWORK_SANDBOX, OBSERVED, SECRETS, XYZ, Desk, answered, said
from tests.marc.mnemonic import sample

PEER = "192.0.2.7"


def sent(logon_id: str | None, password: str | None = "xyz-secret", *, user_id: str | None = None) -> Logon:
    user, logon, secret = (text if text is None else text.encode() for text in (user_id, logon_id, password))
    return Logon(user, logon, secret)


async def verdict(host: str, logon: Logon | None) -> Zone | Denied:
    return await Logons(Zones(ACCOUNTS), longest_delay=0).verify(host, PEER, logon)


class TestRight:
    @pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.zone.key)
    async def test_opens_its_zone_at_its_host(self, account: Account) -> None:
        assert await verdict(account.zone.host, sent(account.zone.code, account.secret)) == account.zone

    async def test_is_the_user_id_where_no_logon_id_is_sent(self) -> None:
        assert await verdict("i-share-xyz", sent(None, user_id="01CARLI_XYZ")) == XYZ
        assert await verdict("i-share-xyz", sent("", user_id="01CARLI_XYZ")) == XYZ

    async def test_is_the_logon_id_where_both_are_sent(self) -> None:
        assert await verdict("i-share-xyz", sent("01CARLI_XYZ", user_id="100-123-456")) == XYZ
        assert isinstance(await verdict("i-share-xyz", sent("100-123-456", user_id="01CARLI_XYZ")), Denied)

    async def test_may_be_any_text(self) -> None:
        zone = Zone("z", "h", "institution", "01ÄÖ_Ü", "0001")
        logons = Logons(Zones([Account(zone, "pässwörd ☂")]), longest_delay=0)
        assert await logons.verify("h", PEER, sent("01ÄÖ_Ü", "pässwörd ☂")) == zone


DENIED = {
    "nothing sent": ("i-share-xyz", None, Denied(Reason.NO_LOGON)),
    "empty items": ("i-share-xyz", sent("", ""), Denied(Reason.NO_LOGON)),
    "password alone": ("i-share-xyz", sent(None), Denied(Reason.NO_LOGON)),
    "unknown": ("i-share-xyz", sent("01CARLI_QQQ"), Denied(Reason.UNKNOWN_LOGON)),
    "unknown host": ("elsewhere", sent("01CARLI_QQQ"), Denied(Reason.UNKNOWN_LOGON)),
    "not UTF-8": ("i-share-xyz", Logon(None, b"01CARLI\xff", b"\xfe"), Denied(Reason.UNKNOWN_LOGON)),
    "other case": (
        "i-share-xyz",
        sent("01carli_xyz"),
        Denied(Reason.UNKNOWN_LOGON, None, "case", "01CARLI_XYZ"),
    ),
    "white space": (
        "i-share-xyz",
        sent(" 01CARLI_XYZ\t"),
        Denied(Reason.UNKNOWN_LOGON, None, "white_space", "01CARLI_XYZ"),
    ),
    "case and white space": (
        "i-share-xyz",
        sent("01carli_xyz "),
        Denied(Reason.UNKNOWN_LOGON, None, "case_and_white_space", "01CARLI_XYZ"),
    ),
    "right at another host": (
        "i-share-xyz",
        sent("01CARLI_ABC", "abc-secret"),
        Denied(Reason.UNKNOWN_LOGON, None, "other_host", "sandbox02-na"),
    ),
    "of another host, other password": (
        "i-share-xyz",
        sent("01CARLI_ABC", "?"),
        Denied(Reason.UNKNOWN_LOGON, None, "other_host", "sandbox02-na"),
    ),
    "swapped": ("i-share-xyz", sent("xyz-secret", "01CARLI_XYZ"), Denied(Reason.UNKNOWN_LOGON, None, "swapped", "")),
    "user ID instead": (
        "i-share-xyz",
        sent(None, user_id="100-123-456"),
        Denied(Reason.UNKNOWN_LOGON, None, "user_id_sent", ""),
    ),
    "wrong password": ("i-share-xyz", sent("01CARLI_XYZ", "?"), Denied(Reason.WRONG_PASSWORD, XYZ)),
    "no password": ("i-share-xyz", sent("01CARLI_XYZ", None), Denied(Reason.WRONG_PASSWORD, XYZ, "no_password", "")),
    "empty password": ("i-share-xyz", sent("01CARLI_XYZ", ""), Denied(Reason.WRONG_PASSWORD, XYZ, "no_password", "")),
    "password in capitals": (
        "i-share-xyz",
        sent("01CARLI_XYZ", "XYZ-Secret"),
        Denied(Reason.WRONG_PASSWORD, XYZ, "password_case", ""),
    ),
    "password with a space": (
        "i-share-xyz",
        sent("01CARLI_XYZ", "xyz-secret "),
        Denied(Reason.WRONG_PASSWORD, XYZ, "password_white_space", ""),
    ),
    "password of another zone": (
        "i-share-xyz",
        sent("01CARLI_XYZ", "network-secret"),
        Denied(Reason.WRONG_PASSWORD, XYZ, "other_password", "01CARLI_NETWORK"),
    ),
    "password of the same logon ID at another host": (
        "i-share-network",
        sent("01CARLI_NETWORK", "network-sandbox-secret"),
        Denied(Reason.WRONG_PASSWORD, NETWORK, "other_password", "01CARLI_NETWORK"),
    ),
    "password not UTF-8": ("i-share-xyz", Logon(None, b"01CARLI_XYZ", b"\xff"), Denied(Reason.WRONG_PASSWORD, XYZ)),
    "password and more": ("i-share-xyz", sent("01CARLI_XYZ", "xyz-secret2"), Denied(Reason.WRONG_PASSWORD, XYZ)),
    "first half of the password": ("i-share-xyz", sent("01CARLI_XYZ", "xyz-"), Denied(Reason.WRONG_PASSWORD, XYZ)),
}
"""How the logon is wrong -> host, logon, verdict."""


class TestWrong:
    @pytest.mark.parametrize("how", DENIED)
    async def test_is_denied_and_its_near_miss_found(self, how: str) -> None:
        host, logon, expected = DENIED[how]
        assert await verdict(host, logon) == expected

    @pytest.mark.parametrize("how", DENIED)
    async def test_reply_is_the_same_whatever_was_wrong(self, desk: Desk, how: str) -> None:
        host, logon, _ = DENIED[how]
        submission = desk.submission(sample("minimal"), logon, host)
        receipt = await desk.importer.accept(submission, logon, OBSERVED)
        assert answered(receipt) == "Logon Failed--the Logon ID and/or password is/are not valid"

    async def test_hash_tells_no_near_miss(self) -> None:
        logons = Logons(Zones([Account(XYZ, hashed("xyz-secret"))]), longest_delay=0)
        assert await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ", "XYZ-SECRET")) == Denied(
            Reason.WRONG_PASSWORD, XYZ
        )
        assert await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ", "")) == Denied(
            Reason.WRONG_PASSWORD, XYZ, "no_password", ""
        )

    async def test_stored_hash_is_no_password(self) -> None:
        secret = hashed("xyz-secret")
        assert secret.startswith(HASH_PREFIX)
        logons = Logons(Zones([Account(XYZ, secret)]), longest_delay=0)
        assert isinstance(await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ", secret)), Denied)


def hashed(password: str) -> str:
    """The least work that argon2 does; the settings' own is 19 MiB."""
    return argon2.low_level.hash_secret(password.encode(), b"saltsalt", 1, 8, 1, 16, argon2.Type.ID).decode()


class CountingHasher(argon2.PasswordHasher):
    """Verifies, and tells how often."""

    verified: int

    def __init__(self) -> None:
        super().__init__()
        CountingHasher.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the library's name
        CountingHasher.verified += 1
        return super().verify(hash, password)


class TestHash:
    @pytest.fixture
    def logons(self, monkeypatch: pytest.MonkeyPatch) -> Logons:
        """One zone whose password is a hash."""
        monkeypatch.setattr(argon2, "PasswordHasher", CountingHasher)
        return Logons(Zones([Account(XYZ, hashed("xyz-secret"))]), longest_delay=2)

    async def test_is_verified_once_and_then_remembered(self, logons: Logons) -> None:
        for _ in range(5):
            assert await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ")) == XYZ
        assert CountingHasher.verified == 1

    async def test_wrong_is_verified_each_time_and_does_not_disturb_what_is_remembered(self, logons: Logons) -> None:
        wrong = Denied(Reason.WRONG_PASSWORD, XYZ)
        assert await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ", "?")) == wrong
        assert await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ")) == XYZ
        assert await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ", "?")) == wrong
        assert await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ")) == XYZ
        assert CountingHasher.verified == 3

    async def test_is_remembered_for_every_peer(self, logons: Logons) -> None:
        await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ"))
        assert await logons.verify("i-share-xyz", "192.0.2.8", sent("01CARLI_XYZ")) == XYZ
        assert CountingHasher.verified == 1

    async def test_is_verified_afresh_by_another_gateway(self, logons: Logons) -> None:
        await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ"))
        other = Logons(Zones([Account(XYZ, hashed("xyz-secret"))]), longest_delay=0)
        await other.verify("i-share-xyz", PEER, sent("01CARLI_XYZ"))
        assert CountingHasher.verified == 1

    async def test_is_forgotten_first_that_was_remembered_first(
        self, logons: Logons, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(logon_module, "VERIFIED_KEPT", 2)
        secret = hashed("xyz-secret")
        crowd = Logons(
            Zones([Account(Zone(f"z{n}", "h", "institution", f"01Z_{n}", "0001"), secret) for n in range(3)]),
            longest_delay=0,
        )
        for number in (0, 1, 2, 2, 1, 0):
            assert isinstance(await crowd.verify("h", PEER, sent(f"01Z_{number}")), Zone)
        assert CountingHasher.verified == 4

    async def test_takes_no_turn_where_the_logon_id_is_wrong(self, logons: Logons) -> None:
        await logons.verify("i-share-xyz", PEER, sent("01CARLI_QQQ"))
        assert CountingHasher.verified == 0


class PatientHasher:
    """Verifies everything as right, when it is told to."""

    def __init__(self) -> None:
        self.entered: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.go = threading.Event()

    def verify(self, _: str, password: bytes) -> bool:
        self.entered.put(password.decode())
        return self.go.wait(timeout=30)

    async def next_to_enter(self) -> str:
        """The password that is verified next."""
        return await trio.to_thread.run_sync(lambda: self.entered.get(timeout=30))


class TestHashers:
    @pytest.fixture
    def hasher(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[PatientHasher]:
        """The hasher of every `Logons`."""
        hasher = PatientHasher()
        monkeypatch.setattr(argon2, "PasswordHasher", lambda: hasher)
        yield hasher
        hasher.go.set()

    async def test_one_peer_has_one_at_a_time_and_keeps_no_other_out(self, hasher: PatientHasher) -> None:
        logons = Logons(Zones([Account(XYZ, "$argon2id$")]), longest_delay=0)

        async def log_on(peer: str, password: str) -> None:
            assert await logons.verify("i-share-xyz", peer, sent("01CARLI_XYZ", password)) == XYZ

        async with trio.open_nursery() as nursery:
            for number in range(8):
                nursery.start_soon(log_on, "192.0.2.7", f"crowd {number}")
            await wait_all_tasks_blocked()
            nursery.start_soon(log_on, "192.0.2.8", "other")
            assert "other" in {await hasher.next_to_enter(), await hasher.next_to_enter()}
            await wait_all_tasks_blocked()
            assert hasher.entered.empty()
            hasher.go.set()
        assert hasher.entered.qsize() == 7

    async def test_turn_that_does_not_come_in_time_is_told_apart_from_a_wrong_password(
        self, hasher: PatientHasher
    ) -> None:
        logons = Logons(Zones([Account(XYZ, "$argon2id$")]), longest_delay=0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(logons.verify, "i-share-xyz", PEER, sent("01CARLI_XYZ"))
            await hasher.next_to_enter()
            until = trio.current_time() + 0.2
            late = await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ", "another"), until=until)
            hasher.go.set()
        assert late == Denied(Reason.LOGON_SLOW, XYZ)

    async def test_event_loop_goes_on_meanwhile(self, hasher: PatientHasher) -> None:
        logons = Logons(Zones([Account(XYZ, "$argon2id$"), Account(ABC, "abc-secret")]), longest_delay=0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(logons.verify, "i-share-xyz", PEER, sent("01CARLI_XYZ"))
            await hasher.next_to_enter()
            assert await logons.verify("sandbox02-na", PEER, sent("01CARLI_ABC", "abc-secret")) == ABC
            hasher.go.set()


class TestDelay:
    async def test_doubles_from_the_second_failure_up_to_the_setting(self, autojump_clock: MockClock) -> None:
        logons = Logons(Zones(ACCOUNTS), longest_delay=2.0)
        delays = [logons.delay(PEER, sent("01CARLI_XYZ", "?")) for _ in range(8)]
        assert delays == [0, 0.25, 0.5, 1.0, 2.0, 2.0, 2.0, 2.0]

    @pytest.mark.parametrize(("longest", "last"), [(0.0, 0.0), (0.1, 0.1), (0.3, 0.3), (60.0, 60.0)])
    async def test_is_never_longer_than_the_setting(
        self, autojump_clock: MockClock, longest: float, last: float
    ) -> None:
        logons = Logons(Zones(ACCOUNTS), longest_delay=longest)
        delays = [logons.delay(PEER, sent("01CARLI_XYZ", "?")) for _ in range(3_000)]
        assert delays[0] == 0
        assert max(delays) == delays[-1] == last

    async def test_is_counted_for_each_peer_and_logon_id(self, autojump_clock: MockClock) -> None:
        logons = Logons(Zones(ACCOUNTS), longest_delay=2.0)
        for _ in range(3):
            logons.delay(PEER, sent("01CARLI_XYZ"))
        assert logons.delay("192.0.2.8", sent("01CARLI_XYZ")) == 0
        assert logons.delay(PEER, sent("01CARLI_NETWORK")) == 0
        assert logons.delay(PEER, None) == 0
        assert logons.delay(PEER, None) == 0.25
        assert logons.delay(PEER, sent("01CARLI_XYZ")) == 1.0

    async def test_begins_anew_after_a_right_logon(self, autojump_clock: MockClock) -> None:
        logons = Logons(Zones(ACCOUNTS), longest_delay=2.0)
        for _ in range(3):
            logons.delay(PEER, sent("01CARLI_XYZ", "?"))
        await logons.verify("i-share-xyz", PEER, sent("01CARLI_XYZ"))
        assert logons.delay(PEER, sent("01CARLI_XYZ", "?")) == 0

    async def test_is_not_ended_by_another_peer_s_right_logon(self, autojump_clock: MockClock) -> None:
        logons = Logons(Zones(ACCOUNTS), longest_delay=2.0)
        logons.delay(PEER, sent("01CARLI_XYZ", "?"))
        await logons.verify("i-share-xyz", "192.0.2.8", sent("01CARLI_XYZ"))
        assert logons.delay(PEER, sent("01CARLI_XYZ", "?")) == 0.25

    async def test_begins_anew_when_the_failures_are_forgotten(self, autojump_clock: MockClock) -> None:
        logons = Logons(Zones(ACCOUNTS), longest_delay=2.0)
        logons.delay(PEER, sent("01CARLI_XYZ"))
        autojump_clock.jump(FAILURES_FORGOTTEN)
        assert logons.delay(PEER, sent("01CARLI_XYZ")) == 0.25
        autojump_clock.jump(FAILURES_FORGOTTEN + 1)
        assert logons.delay(PEER, sent("01CARLI_XYZ")) == 0

    async def test_least_recent_failures_give_way_to_new_ones(self, autojump_clock: MockClock) -> None:
        logons = Logons(Zones(ACCOUNTS), longest_delay=2.0)
        for name in ("old", "renewed", "renewed"):
            logons.delay(PEER, sent(name))
        for number in range(FAILURES_KEPT - 2):
            logons.delay(PEER, sent(f"{number}"))
        logons.delay(PEER, sent("renewed"))
        logons.delay(PEER, sent("one too many"))
        assert logons.delay(PEER, sent("renewed")) == 1.0
        assert logons.delay(PEER, sent("old")) == 0

    async def test_comes_between_failure_and_reply(self, store: Store, autojump_clock: MockClock) -> None:
        desk = Desk(store, longest_delay=2.0)
        waited = []
        for password in ["?"] * 6 + ["xyz-secret", "?", "?"]:
            began = trio.current_time()
            await desk.export(sample("minimal"), password=password)
            waited.append(round(trio.current_time() - began, 6))
        assert waited == [0, 0.25, 0.5, 1.0, 2.0, 2.0, 0, 0, 0.25]

    async def test_failure_is_kept_before_its_reply_waits(self, store: Store, autojump_clock: MockClock) -> None:
        desk = Desk(store, longest_delay=2.0)
        await desk.export(sample("minimal"), password="?")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: desk.export(sample("minimal"), password="?"))
            with trio.move_on_after(0.1):
                await trio.sleep_forever()
            assert len(await desk.attempts()) == 2
            nursery.cancel_scope.cancel()

    async def test_one_peer_waits_and_another_does_not(self, store: Store, autojump_clock: MockClock) -> None:
        desk = Desk(store, longest_delay=2.0)
        for _ in range(5):
            await desk.export(sample("minimal"), password="?", peer="192.0.2.7")
        began = trio.current_time()
        assert said(await desk.export(sample("minimal"), password="?", peer="192.0.2.8")).startswith("logon_failed")
        assert (await desk.export(sample("minimal"), peer="192.0.2.8")).outcome.filed
        assert trio.current_time() == began


class TestSecrecy:
    def test_account_and_logon_print_no_password(self) -> None:
        nouns = (*ACCOUNTS, sent("01CARLI_XYZ"), Logons(Zones(ACCOUNTS), longest_delay=0))
        shown = " ".join(f"{noun} {noun!r}" for noun in nouns)
        assert [secret for secret in SECRETS if secret in shown] == []

    async def test_verdict_prints_none(self) -> None:
        verdicts = [await verdict(host, logon) for host, logon, _ in DENIED.values()]
        assert [secret for secret in SECRETS if secret in repr(verdicts)] == []

    @pytest.mark.parametrize(
        ("claimed", "shown"),
        [
            ("01CARLI_XYZ", "01CARLI_XYZ"),
            ("01carli_xyz ", "01carli_xyz "),
            ("01CARLI_QQQ", "01CARLI_QQQ"),
            ("CARLI_XYZ", "CARLI_XYZ"),
            ("", ""),
            ("xyz-secret", ""),
            ("xyz-secret 01CARLI_XYZ", ""),
            ("network-sandbox-secret", ""),
            ("100-123-456", ""),
            ("Tr0ub4dor&3", ""),
            ("01CARLI_XYZ" * 10, ""),
        ],
    )
    def test_logon_id_is_shown_only_where_it_is_like_one(self, claimed: str, shown: str) -> None:
        assert Logons(Zones(ACCOUNTS), longest_delay=0).shown(claimed) == shown


def test_zones_of_one_logon_id_are_told_apart_by_their_hosts() -> None:
    assert (NETWORK.code, NETWORK.host) != (NETWORK_SANDBOX.code, NETWORK_SANDBOX.host)
    assert NETWORK.code == NETWORK_SANDBOX.code
