"""Sound records with a few bytes put in, taken out or changed."""

from hypothesis import strategies as st

from tests.marc.mnemonic import sample

SAMPLES = [sample(name) for name in ("minimal", "unordered", "cjk", "monograph", "local-fields")]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A record that may be damaged; in half of them the record length is right again."""
    record = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(record)) | st.integers(0, 60))
        new = draw(st.sampled_from([b"0", b"9", b"_", b"\x1d", b"\x1e", b"\x1f"]) | st.binary(max_size=3))
        record[at : at + draw(st.integers(0, 3))] = new
    if draw(st.booleans()):
        record[:5] = b"%05d" % len(record)
    return bytes(record)
