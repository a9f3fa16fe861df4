"""Settings of NCIP: partners of zones, and services that want one's code."""

import pytest

from gateway import config
from tests.config.files import LIBRARY, problems, write


def test_a_zone_that_names_none_has_reshares_partner() -> None:
    write(LIBRARY)
    assert config.load().partners_of("main") == ("ReShareIndexData",)
    assert config.load().partners_of("made-at-run-time") == ("ReShareIndexData",)


def test_a_zone_has_those_that_it_names() -> None:
    settings = config.load(overrides=['zones.xyz.partners=["ILLiad", "RS2"]', "zones.network.partners=[]"])
    assert settings.partners_of("xyz") == ("ILLiad", "RS2")
    assert settings.partners_of("network") == ()


@pytest.mark.parametrize("code", ["Re Share", "", "Re\\tShare", "ReShare\\n"])
def test_a_partners_code_has_no_space(code: str) -> None:
    (line,) = problems(overrides=[f'zones.xyz.partners=["{code}"]'])
    assert line.startswith(
        "zones.xyz.partners (--set zones.xyz.partners): must be a list of texts without spaces, such as "
        '["ReShareIndexData"], is a list with '
    )


def test_a_service_that_alma_has_not_is_told() -> None:
    (line,) = problems(overrides=['ncip.profile_checked=["LookupItem"]'])
    assert line.endswith('is a list with "LookupItem" in it; did you mean "LookupUser"?')
