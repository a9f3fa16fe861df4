"""MMS IDs are the same for the same order of exports."""

import pytest

from gateway.importer.mms import mms_id


@pytest.mark.parametrize(
    ("ordinal", "suffix", "made"),
    [
        (1, "5867", "9910000000015867"),
        (2, "5867", "9910000000025867"),
        (10, "5816", "9910000000105816"),
        (100_000, "0000", "9910001000000000"),
        (8_999_999_999, "5867", "9999999999995867"),
        (9_000_000_000, "5867", "99100000000005867"),
    ],
)
def test_is_99_and_a_number_and_the_suffix(ordinal: int, suffix: str, made: str) -> None:
    assert mms_id(ordinal, suffix) == made


def test_has_a_length_that_alma_s_have() -> None:
    assert all(14 <= len(mms_id(ordinal, "5867")) <= 19 for ordinal in (1, 10**6, 10**9, 10**12))
