"""Files of records that are handed over."""

from typing import Final, NamedTuple

from litestar import post
from litestar.datastructures import UploadFile

from gateway.desk import uploading, zones
from gateway.desk.uploading import Uploaded
from gateway.errors import Unusable
from gateway.frontends.api.parameters import AnyRequest, AsIs, FileForm, FileName, TheDesk, ZoneKey
from gateway.frontends.http.site import BODY_BYTES

MULTIPART: Final = "multipart/form-data"
"""How browsers send files."""


class SentFile(NamedTuple):
    """A file that was sent."""

    content: bytes
    name: str
    """Empty where it was not said."""


@post(
    "/zones/{zone:str}/records",
    operation_id="uploadRecords",
    tags=["records"],
    status_code=200,
    request_max_body_size=BODY_BYTES,
)
async def upload_records(
    request: AnyRequest,
    desk: TheDesk,
    zone: ZoneKey,
    format_: FileForm = None,
    name: FileName = None,
    as_is: AsIs = False,
) -> Uploaded:
    """File the records of a file in a zone.

    The body is the file, ISO 2709, mnemonic, MARCXML or MARC-in-JSON a line; or a form with one file. By the zone's
    integration profile each record is decided on as an export would be, and is among the submissions.
    """
    where = await zones.in_force(desk.zones, zone)
    file = await sent_file(request)
    return await uploading.upload(
        desk.store,
        where,
        desk.importer.profiles,
        file.content,
        name=name or file.name,
        form=format_ or "",
        as_is=as_is,
        now=lambda: desk.importer.time_of(where),
    )


async def sent_file(request: AnyRequest) -> SentFile:
    """What was sent. Raises `Unusable` for nothing, and for a form without one file."""
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        content = await request.body()
        if not content:
            raise Unusable("the body is empty; send a file")
        return SentFile(content, "")
    files = [part for _, part in (await request.form()).multi_items() if isinstance(part, UploadFile)]
    if len(files) != 1:
        raise Unusable(f"the form has {len(files)} files; send one")
    return SentFile(await files[0].read(), files[0].filename or "")
