"""The codec and real clients understand each other: yaz-client and zoomsh talk to a server that speaks by the codec."""

import re
import shutil
from collections.abc import Sequence
from functools import partial

import pytest
import trio

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus import encode
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic
from gateway.frontends.z3950.apdus.init import InitRequest, Version
from tests.server.running import PATIENCE

from .rewriting import definite
from .standard import Standard, standard
from .target import DATABASE, TITLE, Target
from .vectors import VECTORS

__all__ = ["standard"]

RECORDED = "5.34."
"""Which yaz-client sent what stands in `vectors`."""


async def talk(target: Target, commands: Sequence[str], program: str = "yaz-client") -> str:
    """What a client prints that is given these lines; `HOST` stands for the target's address and port."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed: it is in the package yaz")
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, target.serve, 0, host="127.0.0.1"))
        _, port, *_ = listeners[0].socket.getsockname()
        text = "\n".join([*commands, "quit", ""]).replace("HOST", f"127.0.0.1:{port}")
        with trio.fail_after(PATIENCE):
            done = await trio.run_process([path], stdin=text.encode(), capture_stdout=True, capture_stderr=True)
        nursery.cancel_scope.cancel()
    return done.stdout.decode()


async def version_of_yaz() -> str:
    """As `5.34.0`."""
    if shutil.which("yaz-client") is None:
        pytest.skip("yaz-client is not installed: it is in the package yaz")
    done = await trio.run_process(["yaz-client", "-V"], capture_stdout=True)
    return done.stdout.decode().split()[2]


SPOKEN = [
    *("open HOST/01CARLI_XYZ", 'find @attr 1=4 @attr 5=1 "rivers and"', "show 1+2"),
    *("elements F", "format xml", "show 1", "scan @attr 1=4 riv", "sort 1=4 <i 1=31 >s", "delete 1", "close"),
]
"""Commands whose octets are recorded. The Init that goes before them has the client's own version in it."""


async def test_client_sends_what_is_recorded():
    version = await version_of_yaz()
    if not version.startswith(RECORDED):
        pytest.skip(f"yaz-client is of version {version}, and {RECORDED} was recorded")
    target = Target()
    await talk(target, SPOKEN)
    names = ('find @attr 1=4 @attr 5=1 "rivers and"', "show 1+2", "elements F, format xml, show 1")
    names += ("scan @attr 1=4 riv", "sort 1=4 <i 1=31 >s", "delete 1", "close")
    assert [raw.hex() for raw in target.raw[1:]] == [VECTORS[name][0] for name in names]
    assert target.heard[1:] == [VECTORS[name][1] for name in names]


async def test_every_apdu_of_a_client_is_written_as_it_came():
    target = Target()
    await talk(target, SPOKEN)
    assert [encode(apdu) for apdu in target.heard] == list(map(definite, target.raw))


async def test_standard_reads_both_sides_of_a_conversation(standard: Standard):
    target = Target()
    await talk(
        target, [*SPOKEN, "open HOST/01CARLI_XYZ", "find x", "format opac", "ssub 5", "find y", "show 9", "show 1"]
    )
    assert len(target.sent) == len(target.raw) == 13
    assert [standard.again(sent) for sent in target.sent] == target.sent
    assert [standard.again(raw) for raw in target.raw] == list(map(definite, target.raw))


@pytest.mark.parametrize(("command", "bits", "said"), [(3, 7, "v3"), (2, 3, "v2")])
async def test_version_is_agreed(command, bits, said):
    target = Target()
    printed = await talk(target, [f"zversion {command}", "open HOST/01CARLI_XYZ"])
    assert f"Connection accepted by {said} target." in printed
    assert [apdu.protocol_version for apdu in target.heard if isinstance(apdu, InitRequest)] == [bits]


async def test_version_2_is_kept_by_a_server_that_has_no_other():
    printed = await talk(Target(Version.V1 | Version.V2), ["open HOST/01CARLI_XYZ", "find x", "show 1"])
    assert "Connection accepted by v2 target." in printed
    assert "Number of hits: 3" in printed


async def test_refusal_says_why():
    printed = await talk(Target(refuse=Diagnostic(1011, "key")), ["open HOST/01CARLI_XYZ"])
    assert "Connection rejected by v3 target." in printed
    assert "code=1011 (Init/AC: Bad Userid and/or Password),\n\taddinfo='key'" in printed


async def test_character_set_is_negotiated():
    printed = await talk(Target(), ["negcharset utf-8", "lang eng", "open HOST/01CARLI_XYZ"])
    assert "Accepted character set : UTF-8" in printed
    assert "Accepted code language : eng" in printed


async def test_holdings_are_shown():
    printed = await talk(Target(), ["open HOST/01CARLI_XYZ", "find x", "format opac", "show 1"])
    shown = printed[printed.index("Data holdings 0") : printed.index("Elapsed", printed.index("Data holdings 0"))]
    assert shown.splitlines() == [
        "Data holdings 0",
        "encodingLevel: 4",
        "receiptAcqStatus: 0",
        "generalRetention: 8",
        "completeness: 4",
        "localLocation: Main Library",
        "shelvingLocation: Stacks",
        "callNumber: PE1408 .G585 2013",
        "copyNumber: 1",
        "volume 0",
        " enumeration: v.1",
        " chronology: 2013",
        "circulation 0",
        " availableNow: 1",
        " availableThru: Book loan",
        " itemId: 31111200048340",
        " renewable: 0",
        " onHold: 0",
        "nextResultSetPosition = 2",
    ]


@pytest.mark.parametrize(
    ("syntax", "said"),
    [
        ("usmarc", rf"Record type: USmarc[\s\S]*245 10 \$a {TITLE}"),
        ("xml", rf"Record type: XML\n<record><title>{TITLE}</title></record>"),
        ("sutrs", r"Record type: SUTRS\nGrafische Sammlung\n"),
        ("grs-1", rf"\[239\] Record syntax not supported -- v2 addinfo '{re.escape(oids.GRS_1)}'"),
    ],
)
async def test_record_is_shown(syntax, said):
    printed = await talk(Target(), ["open HOST/01CARLI_XYZ", "find x", f"format {syntax}", "show 1"])
    assert re.search(said, printed)


async def test_records_come_with_a_search():
    printed = await talk(Target(), ["open HOST/01CARLI_XYZ", "format usmarc", "ssub 5", "find x"])
    assert "records returned: 3" in printed
    assert f"[{DATABASE}]Diagnostic message(s) from database:\n    [14]" in printed


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        (["find x", "show 4"], "[13] Present request out of range"),
        (["base ABC", "find x"], "[109] Database unavailable -- v2 addinfo 'ABC'"),
        (["find x", "scan rivers"], "* rivers (2)\n  zebra (1)"),
        (["find x", "sort 1=4 <i"], "Received SortResponse: status=success"),
        (["find x", "find y", "sort 1=4 <i"], "[30] Specified result set does not exist -- v2 addinfo '2'"),
        (["find x", "delete 1"], "Got deleteResultSetResponse status=0"),
        (["find x", "close"], "Reason: finished"),
    ],
)
async def test_answer_is_understood(commands, said):
    assert said in await talk(Target(), ["open HOST/01CARLI_XYZ", *commands])


async def test_zoom_reads_a_record():
    printed = await talk(
        Target(),
        ["set preferredRecordSyntax usmarc", "connect HOST/01CARLI_XYZ", "find @attr 1=4 rivers", "show 0 1"],
        "zoomsh",
    )
    assert f"245 10 $a {TITLE}" in printed
