"""`gateway replies`: the table as it is in force; and settings whose texts cannot be used."""

import json
import re
from pathlib import Path

import pytest

from gateway.config import REPLY_KEYS
from gateway.importer.replies import KEYS, PLACES, REPLIES, VERSION

from .gateways import MARC, process, run, serving, words

OWN = "Import Failed\\nThe record is in use: {hit}"


@pytest.fixture
def own_text(folder: Path) -> None:
    """Settings with a text of the site's own."""
    (folder / "gateway.toml").write_text(f'[replies]\nlocked = "{OWN}"\n')


def listed(*options: str) -> list[dict]:
    result = run("replies", "--json", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_whole_table():
    found = listed()
    assert {one["key"] for one in found} == set(REPLY_KEYS)
    assert [(one["outcome"], one["reason"]) for one in found] == [*REPLIES]
    assert [one["text"] for one in found] == [reply.text for reply in REPLIES.values()]
    assert [one["evidence"] for one in found] == [reply.evidence for reply in REPLIES.values()]
    assert {one["version"] for one in found} == {VERSION}
    assert list(found[0]) == ["outcome", "reason", "key", "text", "evidence", "version"]


def test_a_text_of_ones_own(own_text):
    [locked] = [one for one in listed() if one["key"] == "locked"]
    assert (locked["text"], locked["evidence"]) == ("Import Failed\nThe record is in use: {hit}", "settings")


def test_for_people(own_text):
    result = run("replies")
    heading, *lines = result.stdout.splitlines()
    assert heading.split() == ["Outcome", "Key", "Evidence", "Text"]
    rows = {line.split()[1]: re.split("  +", line.strip()) for line in lines[: len(KEYS)]}
    assert [*rows] == [*KEYS]
    assert rows["created"][2:] == ["doc", '"The record has been processed successfully.\\nMMS ID: {mms_id}"']
    assert rows["locked"] == ["refused", "locked", "settings", f'"{OWN}"']
    assert rows["logon_failed"][:3] == ["logon_failed", "logon_failed", "doc"]
    assert rows["crashed"][3].startswith('"Import Failed\\nNot known whether it was imported: ')
    assert rows["tls"] == ["foreign", "tls", "assumed", "(none: the connection is closed)"]
    assert f"The table's version is {VERSION}." in result.stdout
    assert lines[-1] == f"What may stand in braces: {', '.join(f'{{{place}}}' for place in sorted(PLACES))}."


def test_what_is_shown_can_be_put_into_the_settings_as_it_is(folder: Path):
    """And then it is answered."""
    [line] = [line for line in run("replies").stdout.splitlines() if " required " in line]
    text = line[line.index('"') :].strip()
    (folder / "gateway.toml").write_text(f"[replies]\nrequired = {text}\n")
    [required] = [one for one in listed() if one["key"] == "required"]
    assert (required["text"], required["evidence"]) == ("Import Failed\nNot imported: {finding}.", "settings")


def test_a_text_of_ones_own_is_answered(store):
    with serving(store, "replies.required=Not so: {finding}") as gateway:
        result = run("send", *gateway.options, MARC / "refused-no-245.mrc")
    assert result.stdout == "Not so: there is no title field (245)\n"


@pytest.mark.parametrize("logon", [("nobody", "x"), ("01CARLI_XYZ", "x"), ("", "")])
def test_a_text_of_ones_own_for_failed_logons_is_answered_to_all(store, logon):
    with serving(store, "replies.logon_failed=No entry") as gateway:
        logon_id, password = logon
        credentials = ("--logon-id", logon_id, "--password", password)
        assert run("send", *gateway.options, *credentials, MARC / "cjk.mrc").stdout == "No entry\n"


@pytest.mark.parametrize("command", [("replies",), ("config", "check"), ("zones",)])
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Failed: {reason}", "has {reason}, which there is not; there are after, arrived, "),
        ("Failed {", "has a brace that belongs to no name; write {{ or }} for one that is to be shown"),
    ],
)
def test_a_text_that_cannot_be_used(command, text, fault):
    result = run(*command, "--set", f"replies.locked={text}")
    assert type(result.exception).__name__ == "SettingsError"
    assert words(result).startswith(f"replies.locked (--set replies.locked): {fault}")


def test_serve_refuses_such_a_text_before_it_listens(folder: Path):
    with process(
        "serve", "--set", "replies.locked=Failed: {reason}", "--set", "store.url=sqlite:gateway.db"
    ) as started:
        said, why = started.communicate(timeout=30)
    assert (started.returncode, said) == (2, b"")
    assert why.decode().startswith("gateway: replies.locked (--set replies.locked): has {reason}, which there is not")
    assert list(folder.iterdir()) == []
