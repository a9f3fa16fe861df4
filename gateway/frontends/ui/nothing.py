"""Nothing arrived? What to look at in Connexion, beside what the gateway sees of itself."""

from typing import Final

from litestar import Response, get

from gateway.desk import attempts
from gateway.frontends.ui.parameters import TheDesk
from gateway.frontends.ui.render import PageRequest, page
from gateway.model import Outcome
from gateway.search.attempts import Wanted

ANSWER_SECONDS: Final = 5.0
"""For the gateway's own listeners to answer: somebody waits for the page."""
RECENT: Final = 10
"""Of what got no further than the logon, so much is told."""
NO_EXPORTS: Final = (Outcome.FOREIGN, Outcome.MALFORMED, Outcome.LOGON_FAILED)
"""Ends of what reached the gateway and yet is not what somebody looks for among the exports."""


@get("/nothing-arrived")
async def nothing(request: PageRequest, desk: TheDesk) -> Response[str]:
    """The checklist."""
    missing = await desk.missing(ANSWER_SECONDS)
    recent = await attempts.listed(desk.store, Wanted(outcomes=NO_EXPORTS), limit=RECENT)
    newest = await attempts.listed(desk.store, limit=1)
    return page(
        request,
        "nothing.html",
        places=desk.places,
        missing=missing,
        recent=recent.attempts,
        newest=newest.attempts[0] if newest.attempts else None,
        only_here=all(place.only_here for place in desk.places),
        cursor=await desk.watch.here(),
    )


handlers = (nothing,)
