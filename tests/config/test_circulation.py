"""For how long is lent: the section, and the family of policies within it."""

import tomllib

from msgspec import convert

from gateway import config
from gateway.model import LoanPolicy
from tests.config.files import LIBRARY, example_text, problems, write

POLICY = "circulation.policies.short-loans"
NAME = "GATEWAY_CIRCULATION__POLICIES__SHORT_LOANS__DAYS"
SHORT = LoanPolicy(items=("3day", "Reserve"), groups=("undergrad",), days=3, renewals=0)


class TestPolicies:
    def test_are_none_unless_a_site_has_some(self) -> None:
        assert config.load().circulation == config.CirculationSettings()

    def test_are_as_the_example_shows_them(self) -> None:
        write(example_text(uncommented=True))
        assert config.load().circulation.policies == {"short-loans": SHORT}

    def test_keep_their_order(self) -> None:
        write(f"{LIBRARY}[circulation.policies.z]\nlent = false\n[circulation.policies.a]\ndays = 1\n")
        assert [*config.load().circulation.policies] == ["z", "a"]

    def test_are_set_by_the_environment_and_flags_too(self) -> None:
        settings = config.load(
            environ={NAME: "3"},
            overrides=[f'{POLICY}.items=["3day"]', "circulation.loan_days=14"],
        )
        assert settings.circulation.loan_days == 14
        assert settings.circulation.policies == {"short-loans": LoanPolicy(items=("3day",), days=3)}
        assert (
            settings.where(f"{POLICY}.days") == "environment variable GATEWAY_CIRCULATION__POLICIES__SHORT_LOANS__DAYS"
        )

    def test_are_shown_behind_their_section(self) -> None:
        write(f"{LIBRARY}[{POLICY}]\nrenewals = 0\n")
        settings = config.load()
        shown = config.toml(settings)
        assert "recall_days = 7  # built-in settings\n\n[circulation.policies.short-loans]\n" in shown
        assert "renewals = 0  # gateway.toml, line 11\n" in shown
        again = tomllib.loads(shown)["circulation"]
        assert convert(again, config.CirculationSettings) == settings.circulation


class TestWrong:
    def test_key_is_told_with_its_place(self) -> None:
        assert problems(f"{LIBRARY}[{POLICY}]\nday = 3\n") == [
            f'{POLICY}.day (gateway.toml, line 11): there is no such setting; did you mean "days"?'
        ]

    def test_value_is_told_with_what_it_must_be(self) -> None:
        assert problems(f'{LIBRARY}[{POLICY}]\ndays = -1\nitems = "3day"\n') == [
            f'{POLICY}.items (gateway.toml, line 12): must be a list of texts, is "3day"; write ["3day"]',
            f"{POLICY}.days (gateway.toml, line 11): must be a whole number of days from 0 to 36,500, is -1",
        ]

    def test_name_is_told_with_a_better_one(self) -> None:
        (told,) = problems(f"{LIBRARY}[circulation.policies.Short_Loans]\n")
        assert told.endswith(f"write [{POLICY}]")

    def test_policies_that_are_no_tables_are_told(self) -> None:
        assert problems(f"{LIBRARY}[circulation]\npolicies = 3\n") == [
            "circulation.policies (gateway.toml, line 11): must be a table, [circulation.policies.NAME], is a number"
        ]
