"""A file of records that somebody puts into a zone, and what became of each record."""

from datetime import UTC, datetime
from http import HTTPStatus

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from gateway.desk import uploading, zones
from gateway.desk.desk import Desk
from gateway.desk.uploading import Uploaded
from gateway.errors import Conflict, Unusable
from gateway.frontends.http.problems import Refused
from gateway.frontends.ui import forms
from gateway.frontends.ui.parameters import Text, TheDesk
from gateway.frontends.ui.render import PageRequest, page

MULTIPART = "multipart/form-data"
"""How browsers send files."""


@get("/records/upload")
async def ask(request: PageRequest, desk: TheDesk, zone: Text = "") -> Response[str]:
    """The form."""
    return _form(request, desk, {"zone": zone})


@post("/records/upload", status_code=200)
async def upload(request: PageRequest, desk: TheDesk) -> Response[str]:
    """File the records; the form once more where the file cannot be used."""
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"a file is sent as {MULTIPART}")
    form = await request.form()
    given = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    forms.check(request, given.pop(forms.CSRF_FIELD, ""))
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
    if not files:
        return _form(request, desk, given, "Choose a file.", 400)
    content = await files[0].read()
    zone = given.get("zone", "")
    try:
        done = await uploading.upload(
            desk.store,
            await zones.in_force(desk.zones, zone),
            desk.importer.profiles,
            content,
            name=files[0].filename,
            as_is="as_is" in given,
            now=lambda: datetime.now(UTC),
        )
    except (Unusable, Conflict) as error:
        return _form(request, desk, given, str(error), 400)
    return _form(request, desk, given, done=done)


def _form(
    request: PageRequest,
    desk: Desk,
    given: dict[str, str],
    wrong: str = "",
    status: int = 200,
    done: Uploaded | None = None,
) -> Response[str]:
    keys = [*desk.zones.by_key]
    return page(request, "records_upload.html", status=status, given=given, wrong=wrong, keys=keys, done=done)


handlers = (ask, upload)
