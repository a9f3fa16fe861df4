"""`gateway submissions …` beside a running gateway, and after its end."""

import json
import re
import socket
from pathlib import Path
from typing import get_args

import pytest

from gateway.cli.submissions import OUTCOMES, SENDERS
from gateway.errors import StoreError
from gateway.frontends.connexion.readings import LengthForm
from gateway.model import Outcome

from .gateways import HOST, MARC, ROOT, Gateway, run, serving, words

KEYS = [
    *("id", "seq", "at", "host", "peer", "zone", "logon_id", "outcome", "reason", "reply", "mms_id", "oclc_numbers"),
    *("title", "seconds", "delivered", "findings", "diagnosis"),
]


def send(gateway: Gateway, *names: str, options: tuple[str, ...] = ()) -> None:
    run("send", *gateway.options, *options, *(MARC / f"{name}.mrc" for name in names))


def listed(gateway: Gateway, *options: str) -> list[dict]:
    result = run("submissions", "list", *gateway.options, "--json", *options)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_newest_first(gateway: Gateway):
    send(gateway, "cjk", "cjk", "refused-no-245")
    found = listed(gateway)
    assert [one["seq"] for one in found] == [3, 2, 1]
    assert [one["outcome"] for one in found] == ["refused", "unchanged", "created"]


def test_keys(gateway: Gateway):
    send(gateway, "refused-no-245")
    [one] = listed(gateway)
    assert list(one) == KEYS
    assert (one["host"], one["peer"], one["zone"], one["logon_id"]) == (HOST, "127.0.0.1", "xyz", "01CARLI_XYZ")
    assert (one["outcome"], one["reason"], one["mms_id"]) == ("refused", "required", "")
    assert one["oclc_numbers"] == ["1999000165"]
    assert one["reply"] == "Import Failed\nNot imported: there is no title field (245)."
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", one["at"])
    assert one["findings"] == [
        {
            "code": "titleMissing",
            "severity": "refuse",
            "field": "245",
            "occurrence": 0,
            "offset": None,
            "detail": "",
            "words": "there is no title field (245)",
        }
    ]
    assert one["diagnosis"] == {
        "code": "required",
        "says": "Alma does not take it as it is: there is no title field (245).",
        "fix": "Correct the record in Connexion.",
    }


def test_what_became_of_the_reply(store):
    with serving(store) as gateway:
        send(gateway, "cjk")
    [one] = listed(gateway)
    assert one["delivered"] is True
    assert one["seconds"] > 0


def test_by_zone_and_outcome(gateway: Gateway):
    send(gateway, "cjk", "refused-no-245", "serial")
    send(gateway, "cjk", options=("--zone", "network"))
    send(gateway, "cjk", options=("--logon-id", "nobody", "--password", "x"))
    assert [one["seq"] for one in listed(gateway, "--zone", "xyz")] == [3, 2, 1]
    assert [one["seq"] for one in listed(gateway, "--zone", "network")] == [4]
    assert [one["seq"] for one in listed(gateway, "--zone", f"@{HOST}")] == [5]
    assert [one["seq"] for one in listed(gateway, "--outcome", "created")] == [4, 3, 1]
    assert [one["seq"] for one in listed(gateway, "--outcome", "created", "--zone", "xyz", "--limit", "1")] == [3]


def test_limit_says_that_there_is_more(gateway: Gateway):
    send(gateway, *["no-oclc-number"] * 120)
    first = run("submissions", "list", *gateway.options, "--json")
    assert (len(first.stdout.splitlines()), first.stderr) == (50, "there are more: --limit 0 lists all\n")
    assert len(listed(gateway, "--limit", "120")) == 120
    whole = run("submissions", "list", *gateway.options, "--json", "--limit", "0")
    assert (len(whole.stdout.splitlines()), whole.stderr) == (120, "")


def test_table(gateway: Gateway):
    send(gateway, "cjk", "refused-no-245")
    result = run("submissions", "list", *gateway.options)
    heading, refused, added = result.stdout.splitlines()
    assert heading.split() == ["No.", "Time", "Zone", "Logon", "ID", "Outcome", "Title", "OCLC", "MMS", "ID"]
    assert re.match(r"2 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +xyz +01CARLI_XYZ +refused: required +1999000165", refused)
    assert "added" in added
    assert "Hai deng ji = Tōdaishū = Tŭngdaejip" in added
    assert "9910000000015867" in added


def test_nothing_yet(gateway: Gateway):
    result = run("submissions", "list", *gateway.options)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing has arrived\n")


def test_show_tells_all(gateway: Gateway):
    send(gateway, "refused-marc8")
    result = run("submissions", "show", "1", *gateway.options)
    assert result.exit_code == 0
    assert re.search(r"^Arrived +\S+ \S+ from 127\.0\.0\.1 at i-share-xyz$", result.stdout, re.MULTILINE)
    assert re.search(r"^Zone +xyz \(01CARLI_XYZ\)$", result.stdout, re.MULTILINE)
    assert re.search(r"^Outcome +refused: charset$", result.stdout, re.MULTILINE)
    assert "Connexion showed\n  Import Failed\n  Not imported: field 100 holds MARC-8 characters" in result.stdout
    assert "What to do\n  Choose UTF-8 Unicode at Tools > Options > Export" in result.stdout
    assert "Found in the record\n  refuse: field 100 holds MARC-8 characters (byte E2)" in result.stdout
    assert "Record, 527 bytes\n  =LDR  00527cam" in result.stdout


def test_show_what_cannot_be_shown(gateway: Gateway):
    send(gateway, "broken-directory-length")
    result = run("submissions", "show", "1", *gateway.options)
    assert (
        "(cannot be shown: the directory's length, 409, is no multiple of 12; --raw gives its bytes)" in result.stdout
    )


def test_show_an_attempt_that_reached_no_zone(gateway: Gateway):
    send(gateway, "cjk", options=("--logon-id", "nobody", "--password", "x"))
    result = run("submissions", "show", "1", *gateway.options)
    assert re.search(r"^Zone +none$", result.stdout, re.MULTILINE)
    assert "Why\n  No zone of the host i-share-xyz has the logon ID that was sent (not shown" in result.stdout


def test_show_as_json_and_raw(gateway: Gateway):
    send(gateway, "refused-not-utf8")
    [one] = listed(gateway)
    shown = json.loads(run("submissions", "show", "1", "--json", *gateway.options).stdout)
    assert shown | {"seconds": 0, "delivered": 0} == one | {"seconds": 0, "delivered": 0}
    raw = run("submissions", "show", "1", "--raw", *gateway.options).stdout_bytes
    assert raw == (MARC / "refused-not-utf8.mrc").read_bytes()


def test_show_an_unknown_one(gateway: Gateway):
    result = run("submissions", "show", "7", *gateway.options)
    assert (result.exit_code, result.stderr) == (1, "Error: there is no submission 7\n")


@pytest.mark.parametrize("command", [("submissions", "list"), ("records", "list"), ("records", "export", "-o", "-")])
def test_a_zone_that_is_none(command):
    result = run(*command, "--zone", "netwrk")
    assert result.exit_code == 2
    assert "there is no zone 'netwrk'; did you mean network?" in result.stderr


def test_no_store_yet(folder: Path):
    result = run("submissions", "list")
    assert isinstance(result.exception, StoreError)
    assert "gateway serve makes it" in words(result)


def test_a_memory_store_is_for_its_gateway_alone():
    result = run("submissions", "list", "--set", "store.url=memory:")
    assert isinstance(result.exception, StoreError)
    assert words(result) == "a memory: store can be read only by the gateway that serves it"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("desktop", "Connexion client (one-byte lengths), items A P"),
        ("browser", "Connexion browser or Record Manager (decimal lengths), items A P"),
    ],
)
def test_show_says_which_client_it_was(gateway: Gateway, form, words):
    send(gateway, "cjk", options=("--form", form))
    result = run("submissions", "show", "1", *gateway.options)
    assert f"\nSent by      {words}\n" in result.stdout


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("telnet", "Sent by      Connexion client (one-byte lengths), items A P, opened with Telnet negotiation\n"),
        ("items-replaced", "Sent by      Connexion client (one-byte lengths), items "),
        ("http-post", None),
    ],
)
def test_show_says_how_it_was_opened(gateway: Gateway, message, line):
    with socket.create_connection((gateway.address, gateway.port)) as client:
        client.sendall((ROOT / "fixtures" / "connexion" / f"{message}.bin").read_bytes())
        client.shutdown(socket.SHUT_WR)
        while client.recv(4_096):
            pass
    shown = run("submissions", "show", "1", *gateway.options).stdout
    assert line in shown if line else "Sent by" not in shown


def test_every_length_form_has_words():
    assert set(SENDERS) == {*get_args(LengthForm), "mixed", ""}


def test_every_outcome_has_words():
    assert set(OUTCOMES) == set(Outcome)
    assert len(set(OUTCOMES.values())) == len(OUTCOMES)
