"""One attempt: what Connexion showed, why, and what to change; then how it came, how it was decided, and the record."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from litestar import Response, get, post

from gateway.desk import attempts, threads
from gateway.desk.attempts import AttemptShown
from gateway.desk.desk import Desk
from gateway.desk.reporting import as_text
from gateway.desk.transcript import transcript
from gateway.frontends.ui import forms, record_views
from gateway.frontends.ui.parameters import Seq, Text, TheDesk
from gateway.frontends.ui.render import PageRequest, link, page
from gateway.importer.report import ASSUMED, FINDINGS_SHOWN, Report, Section, report
from gateway.model import Attempt, Severity

WENT: Final = "What went"
"""How sections begin that tell which fields a merge took out."""
SHOWN_ABOVE: Final = (
    *("What happened", "What to change", "Also", "Connexion showed", "Connexion was answered"),
    *("Found in the record", WENT, ASSUMED),
)
"""Beginnings of the sections of a report that the page shows in a way of its own."""
WEIGHTS: Final = {Severity.REFUSE: 0, Severity.WARN: 1, Severity.INFO: 2}
"""Which findings come first."""


class Neighbours(NamedTuple):
    """Attempts of the same zone."""

    earlier: int | None
    later: int | None


class Before(NamedTuple):
    """A record of a zone that the attempt changed."""

    zone: str
    mms_id: str
    version: int

    @property
    def difference(self) -> str:
        """Where it is held against the version before it."""
        return link(f"/zones/{self.zone}/records/{self.mms_id}/diff", to=self.version)


@get("/attempts/{seq:int}")
async def show(request: PageRequest, desk: TheDesk, seq: Seq, view: Text = "") -> Response[str]:
    """The page. `view` says in which form the record is shown."""
    attempt = await attempts.one(desk.store, seq)
    known = desk.known()
    beside = await attempts.read_beside(desk.store, attempt, known)
    near = await _neighbours(desk, attempt)

    def laid_out() -> Response[str]:
        shown = attempts.shown(attempt, known, beside)
        made = report(attempt, known, beside)
        return page(
            request,
            "attempt.html",
            shown=shown,
            line=attempts.line(attempt),
            tone=_tone(shown),
            sections=[*_sections(made)],
            made=made,
            went=[section for section in made.sections if section.heading.startswith(WENT)],
            assumed=[section for section in made.sections if section.heading == ASSUMED],
            findings=sorted(shown.findings, key=lambda one: WEIGHTS[one.severity])[:FINDINGS_SHOWN],
            runs_=transcript(attempt, known.replies.words(attempt.receipt)),
            changed=[Before(one.zone, one.after.mms_id, one.after.version) for one in beside.replaced],
            near=near,
            record_shown=record_views.shown(attempt.submission.raw, view, shown.findings)
            if attempt.submission.raw
            else None,
            kind=desk.zones.by_key[shown.zone].kind if shown.zone in desk.zones.by_key else "gateway",
        )

    return await threads.beside(laid_out)


@get("/attempts/{seq:int}/report.txt", media_type="text/plain")
async def show_text(desk: TheDesk, seq: Seq) -> str:
    """The report, to paste into a help ticket."""
    attempt = await attempts.one(desk.store, seq)
    known = desk.known()
    beside = await attempts.read_beside(desk.store, attempt, known)
    return await threads.beside(lambda: as_text(report(attempt, known, beside)) + "\n")


@post("/attempts/{seq:int}/delete")
async def delete(request: PageRequest, desk: TheDesk, seq: Seq) -> Response[None]:
    """Forget it; what it made of the zone's records stays."""
    await forms.fields(request)
    await attempts.remove(desk.store, seq)
    return Response(None, status_code=303, headers={"location": "/"})


async def _neighbours(desk: Desk, attempt: Attempt) -> Neighbours:
    zone = attempt.receipt.zone
    earlier = await desk.store.attempts(zone=zone, before=attempt.seq, limit=1)
    later = await desk.store.newer({zone: attempt.seq}, limit=1)
    return Neighbours(earlier[0].seq if earlier else None, later[0].seq if later else None)


def _tone(shown: AttemptShown) -> str:
    """How the diagnosis looks: green only where nothing is to be changed."""
    if shown.outcome.filed:
        return "warn" if shown.diagnosis.fix or shown.also else "good"
    return "bad"


def _sections(made: Report) -> Iterable[Section]:
    return (section for section in made.sections if not section.heading.startswith(SHOWN_ABOVE))


handlers = (show, show_text, delete)
