"""The answer to an Init: version, services, sizes, the character set. Source: Z39.50-1995, 3.2.1."""

from typing import Final

from gateway.frontends.z3950.apdus import charneg
from gateway.frontends.z3950.apdus.diagnostics import Diagnostic, refusal
from gateway.frontends.z3950.apdus.external import OtherInformation
from gateway.frontends.z3950.apdus.init import InitRequest, InitResponse, Option, Version
from gateway.frontends.z3950.ber import Malformed
from gateway.frontends.z3950.rules import Services

VERSIONS: Final = Version.V1 | Version.V2 | Version.V3
ALWAYS: Final = Option.SEARCH | Option.PRESENT | Option.DELETE_SET | Option.NAMED_RESULT_SETS
MESSAGE_BYTES: Final = 1024 * 1024
"""Octets of the records of one answer: some five hundred; who wants more asks on. Clients may want less."""
RECORD_BYTES: Final = 16 * 1024 * 1024
"""Octets of one record that is asked for alone: an OPAC record with a hundred holdings and five hundred items each."""
IMPLEMENTATION_ID: Final = "connexion-gateway"
IMPLEMENTATION_NAME: Final = "Connexion Gateway"


def answered(request: InitRequest, services: Services, refused: Diagnostic | None = None) -> InitResponse:
    """The answer; where it is `refused`, that and why."""
    options = request.options & offered(services)
    negotiation = _negotiated(request)
    if negotiation is not None:
        options |= request.options & Option.NEGOTIATION_MODEL
    return InitResponse(
        request.protocol_version & VERSIONS or Version.V1 | Version.V2,
        options,
        agreed(request.preferred_message_size, MESSAGE_BYTES),
        agreed(request.exceptional_record_size, RECORD_BYTES),
        refused is None,
        IMPLEMENTATION_ID,
        IMPLEMENTATION_NAME,
        services.version,
        user_information=refusal(refused) if refused else None,
        other_information=(negotiation,) if negotiation else (),
        reference_id=request.reference_id,
    )


def offered(services: Services) -> int:
    """What a server does, as a sum of `Option`."""
    return ALWAYS | (Option.SCAN if services.scan else 0) | (Option.SORT if services.sort else 0)


def agreed(wanted: int, most: int) -> int:
    """A size: the client's, if it is one and not too great."""
    return min(wanted, most) if wanted > 0 else most


def _negotiated(request: InitRequest) -> OtherInformation | None:
    """UTF-8, where it is proposed; records are in it whatever is chosen."""
    try:
        proposal = charneg.negotiated(request)
    except Malformed:
        return None
    if not isinstance(proposal, charneg.Proposal):
        return None
    utf_8 = next((one for one in proposal.character_sets if charneg.name(one) in ("UTF-8", "utf-8")), None)
    chosen = utf_8 or (charneg.Unchosen() if proposal.character_sets else None)
    records_too = None if proposal.records_too is None else utf_8 is not None
    return charneg.information(charneg.Choice(chosen, None, records_too))
