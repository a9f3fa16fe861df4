"""What an APDU says is what comes out of its bytes, in whatever form of BER they are."""

import pytest

from gateway.frontends.z3950 import apdus
from gateway.frontends.z3950.apdus import decode, encode
from gateway.frontends.z3950.ber import Malformed

from .rewriting import definite, endless_inside, indefinite, long_lengths, with_more
from .samples import ALL, REQUESTS, RESPONSES


@pytest.mark.parametrize("name", ALL)
def test_apdu_is_read_as_it_was_written(name):
    assert decode(encode(ALL[name])) == ALL[name]


@pytest.mark.parametrize("rewritten", [indefinite, endless_inside, long_lengths, with_more])
@pytest.mark.parametrize("name", ALL)
def test_apdu_is_read_in_other_forms(name, rewritten):
    octets = rewritten(encode(ALL[name]))
    assert definite(encode(decode(octets))) == encode(ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_apdu_with_something_behind_it_is_malformed(name):
    with pytest.raises(Malformed):
        decode(encode(ALL[name]) + b"\x05\x00")


@pytest.mark.parametrize("name", [name for name, apdu in ALL.items() if len(encode(apdu)) < 2_000])
def test_apdu_that_is_cut_off_is_malformed(name):
    octets = encode(ALL[name])
    for end in range(len(octets)):
        with pytest.raises(Malformed):
            decode(octets[:end])


def test_every_kind_of_apdu_has_a_sample():
    assert {type(apdu) for apdu in REQUESTS.values()} == set(apdus.Request.__args__)
    assert {type(apdu) for apdu in RESPONSES.values()} | {apdus.Close} == set(apdus.Response.__args__)
