"""A site's own words for the gateway's replies."""

import pytest

from gateway import config
from gateway.config import REPLY_KEYS
from gateway.model import REPLY_BYTES, Outcome, Reason
from tests.config.files import problems, write


class TestReplies:
    def test_none_are_changed_by_default(self) -> None:
        assert config.load().replies == {}

    @pytest.mark.parametrize("key", REPLY_KEYS)
    def test_each_end_can_have_its_own(self, key: str) -> None:
        write(f'[replies]\n{key} = "Import Failed\\nÇa ne va pas, {{mms_id}} {{."\n')
        settings = config.load()
        assert settings.replies == {key: "Import Failed\nÇa ne va pas, {mms_id} {."}
        assert settings.where(f"replies.{key}") == "gateway.toml, line 2"

    def test_keys_are_every_reason_and_the_outcomes_without_and_one_for_every_failed_logon(self) -> None:
        outcomes = {Outcome.CREATED, Outcome.MERGED, Outcome.UNCHANGED, Outcome.LOGON_FAILED, Outcome.BUSY}
        logon = {Reason.NO_LOGON, Reason.UNKNOWN_LOGON, Reason.WRONG_PASSWORD}
        assert {*REPLY_KEYS} == {*outcomes, *Reason} - logon

    def test_of_several_lines(self) -> None:
        write('[replies]\nlocked = """\nImport Failed\nLocked."""\nbusy = ""\n')
        assert config.load().replies == {"locked": "Import Failed\nLocked.", "busy": ""}

    @pytest.mark.parametrize(
        ("key", "words"),
        [
            ("older_versoin", 'there is no such setting; did you mean "older_version"?'),
            ("older-version", 'there is no such setting; did you mean "older_version"?'),
            ("refused", "there is no such setting; what ends so has a reason, and each reason its text; known here: "),
            ("no_profile", "there is no such setting; what ends so has a reason, and each reason its text; known"),
            (
                "xyz",
                "there is no such setting; known here: created, merged, unchanged, logon_failed, busy, structure, ",
            ),
            ("no_logon", 'there is no such setting; did you mean "logon_failed"? A failed logon has one text, '),
            ("unknown_logon", 'there is no such setting; did you mean "logon_failed"? A failed logon has one text, '),
            ("wrong_password", 'there is no such setting; did you mean "logon_failed"? A failed logon has one text, '),
            ("logon_faild", 'there is no such setting; did you mean "logon_failed"?'),
        ],
    )
    def test_unknown_keys(self, key: str, words: str) -> None:
        (line,) = problems(f'[replies]\n{key} = "x"\n')
        assert line.startswith(f"replies.{key} (gateway.toml, line 2): {words}")

    def test_an_unknown_key_in_the_environment(self) -> None:
        assert problems(environ={"GATEWAY_REPLIES__OLDER_VERSIONS": "x"}) == [
            "replies.older_versions (environment variable GATEWAY_REPLIES__OLDER_VERSIONS): there is no such setting; "
            'did you mean "older_version"?'
        ]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('locked = "' + "é" * 1001 + '"', "is 2002 bytes long; Connexion can take at most 2000"),
            (
                'locked = "a\\tb"',
                "has a character that cannot be shown, U+0009; take it out (a new line is \\n)",
            ),
            ('locked = "a\\r\\nb"', "has a character that cannot be shown, U+000D; "),
            ('locked = "a\\u0000"', "has a character that cannot be shown, U+0000; "),
            ('locked = "a\\u2028"', "has a character that cannot be shown, U+2028; "),
            ("locked = 5", "must be text in quotes, is 5"),
            ("locked = { text = 5 }", "must be text in quotes, is a table"),
        ],
    )
    def test_texts_that_cannot_be_sent(self, text: str, words: str) -> None:
        (line,) = problems(f"[replies]\n{text}\n")
        assert line.startswith(f"replies.locked (gateway.toml, line 2): {words}")

    def test_the_longest(self) -> None:
        longest = "é" * (REPLY_BYTES // 2)
        write(f'[replies]\nlocked = "{longest}"\n')
        assert config.load().replies["locked"] == longest

    def test_that_are_no_table(self) -> None:
        assert problems('replies = "x"\n') == ["replies (gateway.toml, line 1): must be a table, [replies], is text"]
