"""What the Z39.50 server sends is what the standard's ASN.1 says, octet by octet."""

from gateway.frontends.z3950 import oids
from gateway.frontends.z3950.apdus import Close, CloseReason, encode
from gateway.frontends.z3950.apdus.external import Encoded, External
from gateway.frontends.z3950.apdus.init import IdPass
from gateway.frontends.z3950.apdus.rpn import Attribute, AttributesPlusTerm
from gateway.frontends.z3950.apdus.scan import ScanRequest, ScanResponse
from gateway.frontends.z3950.apdus.sets import DeleteFunction, DeleteResultSetRequest, DeleteResultSetResponse
from gateway.frontends.z3950.apdus.sort import CaseSensitivity, SortKeySpec, SortRelation, SortRequest, SortResponse

from .conversation import connected
from .library import DATABASE, WMS, WMS_DATABASE, library
from .standard import Standard, standard

__all__ = ["standard"]


async def test_the_standard_reads_every_answer_and_writes_the_same(standard: Standard) -> None:
    async with library(*WMS) as one, connected(one.at) as client:
        await client.begins()
        await client.search("@attr 1=4 lantern")
        for syntax in (oids.USMARC, oids.OPAC, oids.XML, oids.SUTRS):
            answer = await client.asks_present("default", 1, 2, syntax)
            for record in answer.records if isinstance(answer.records, tuple) else ():
                assert isinstance(record.record, External)
                if isinstance(record.record.encoding, Encoded):
                    octets = record.record.encoding.octets
                    assert standard.again(octets, "OPACRecord") == octets
        await client.search("@attr 1=5000 x")
        term = AttributesPlusTerm((Attribute(1, 4),), b"lantern")
        await client.asks(ScanRequest((DATABASE,), term, 5, oids.BIB_1), ScanResponse)
        await client.search("@attr 1=4 lantern")
        by = SortKeySpec("title", SortRelation.ASCENDING, CaseSensitivity.INSENSITIVE)
        await client.asks(SortRequest(("default",), "default", (by,)), SortResponse)
        await client.asks(SortRequest(("nothing",), "default", (by,)), SortResponse)
        await client.asks(DeleteResultSetRequest(DeleteFunction.LIST, ("default", "x")), DeleteResultSetResponse)
        await client.stream.send_all(encode(Close(CloseReason.FINISHED)))
        await client.receives()
        async with connected(one.wms, WMS_DATABASE) as other:
            await other.begins(authentication=IdPass(None, "no", "key"))
        answers = [*client.answers, *other.answers]
        assert len(answers) == 14
        for octets in answers:
            assert standard.again(octets) == octets
