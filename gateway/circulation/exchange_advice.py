"""What to tell people of an exchange with another system: by problem type what is, and what to change.

Words alone, for a librarian to check; `circulation.exchanges` finds which of them hold. Sources of the menus: ReShare's
guide to Alma [doc].
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.model import Exchange, Zone


class Known(NamedTuple):
    """What a diagnosis looks at beside the exchange."""

    zones: Mapping[str, Zone]
    partners: Sequence[str]
    """Codes of the resource sharing partners of the exchange's zone."""

    @property
    def codes(self) -> list[str]:
        """Institution codes, each once."""
        return list(dict.fromkeys(zone.code for zone in self.zones.values()))


class Words(NamedTuple):
    """What to say and what to change."""

    says: str
    fix: str = ""


MENU: Final = "Settings > Resource sharing > Local NCIP settings"
"""In ReShare [doc]."""
LMS_MENU: Final = "Settings > Resource sharing > Host LMS integration settings"

Holds = Callable[[Exchange, Known], bool]


class Case(NamedTuple):
    """A problem type, and what makes it a special one of its kind."""

    problem: str
    holds: Holds
    words: Words


def _always(exchange: Exchange, known: Known) -> bool:
    return True


def nearly(value: str, right: Sequence[str]) -> str:
    """What differs from the value by capitals or white space alone; empty where nothing does."""
    plain = "".join(value.split()).lower()
    return next((one for one in right if "".join(one.split()).lower() == plain), "") if plain else ""


CASES: Final[dict[str, Case]] = {
    # No message.
    "no_message": Case(
        "Service is not known",
        lambda exchange, known: not exchange.asked,
        Words(
            "Nothing was sent with it: a browser looked at the address, or a program whether it is there.",
            f"To ask something a system sends a message; in ReShare enter the address at {MENU} > NCIP server address.",
        ),
    ),
    "other_edition": Case(
        "Service is not known",
        lambda exchange, known: exchange.value.startswith("NCIP "),
        Words(
            "The message is of {value}, and this is the address of {protocol}.",
            "NCIP 2 goes to …/view/NCIPServlet, NCIP 1 to …/view/NCIPServlet/v1.",
        ),
    ),
    "unreadable": Case(
        "Service is not known",
        _always,
        Words(
            "What arrived cannot be read: {value}.",
            "Nothing that a library sets causes this: send the message below to whoever makes the client.",
        ),
    ),
    "unsupported": Case(
        "Unsupported Service",
        _always,
        Words(
            "Alma has no {service}.",
            f"Turn it off in the client; in ReShare at {LMS_MENU}.",
        ),
    ),
    # Whose it is.
    "no_agency": Case(
        "Unknown Agency",
        lambda exchange, known: not exchange.value,
        Words(
            "The message says to no institution that it is for it.",
            f"Enter the institution code, {{a_code}}, at {MENU} > NCIP to agency and NCIP from agency.",
        ),
    ),
    "agency_spelling": Case(
        "Unknown Agency",
        lambda exchange, known: bool(nearly(exchange.value, known.codes)),
        Words(
            "The to-agency {value} differs from the institution code {near_code} by capitals or spaces only.",
            f"Enter {{near_code}}, exactly so, at {MENU} > NCIP to agency and NCIP from agency.",
        ),
    ),
    "other_agency": Case(
        "Unknown Agency",
        _always,
        Words(
            "The to-agency {value} is not this institution.",
            f"Enter the institution code, {{a_code}}, at {MENU} > NCIP to agency and NCIP from agency: with Alma "
            "the two are the same.",
        ),
    ),
    "no_profile": Case(
        "Unknown partner",
        lambda exchange, known: not exchange.value,
        Words(
            "The message names no profile, and {service} wants one.",
            f"Enter the partner's code, {{a_partner}}, at {MENU} > NCIP app profile. A client that cannot send "
            "it with this service is let in by ncip.profile_checked in the settings.",
        ),
    ),
    "profile_space": Case(
        "Unknown partner",
        lambda exchange, known: any(character.isspace() for character in exchange.value),
        Words(
            "The profile name {value} has a space.",
            f"Enter the partner's code, {{a_partner}}, exactly so and without a space, at {MENU} > NCIP app profile.",
        ),
    ),
    "profile_spelling": Case(
        "Unknown partner",
        lambda exchange, known: bool(nearly(exchange.value, known.partners)),
        Words(
            "The profile name {value} differs from the partner's code {near_partner} by capitals only.",
            f"Enter {{near_partner}}, exactly so, at {MENU} > NCIP app profile.",
        ),
    ),
    "other_profile": Case(
        "Unknown partner",
        _always,
        Words(
            "The institution has no resource sharing partner {value}: there is {partners}.",
            f"Enter a partner's code, {{a_partner}}, exactly so, at {MENU} > NCIP app profile, or add the partner: "
            "here in the settings at zones.{zone}.partners, in Alma at Fulfillment > Resource Sharing > Partners.",
        ),
    ),
    # The patron.
    "unknown_user": Case(
        "Unknown User",
        _always,
        Words(
            "There is no patron with the barcode {value}.",
            "Compare the barcode with those of the zone's patrons. Where a library borrows, it is that of the patron "
            "who stands for it.",
        ),
    ),
    "wrong_pin": Case(
        "User Authentication Failed",
        _always,
        Words(
            "The PIN is not that of the patron {value}, or the patron has none.",
            "Give the patron a PIN anew, by gateway patrons load or over the API.",
        ),
    ),
    "blocked": Case(
        "User Blocked",
        _always,
        Words(
            "The patron {value} is blocked.",
            "The zone's list of patrons says why. Take the block away by gateway patrons load, or over the API.",
        ),
    ),
    "expired": Case(
        "User Ineligible To Check Out This Item",
        _always,
        Words(
            "The patron {value} has expired.",
            "Give the patron a later expiry date, by gateway patrons load or over the API.",
        ),
    ),
    "expired_for_requests": Case(
        "User Ineligible To Request This Item",
        _always,
        Words(
            "The patron {value} has expired.",
            "Give the patron a later expiry date, by gateway patrons load or over the API.",
        ),
    ),
    "not_theirs_to_renew": Case(
        "User Ineligible To Renew This Item",
        _always,
        Words(
            "{value} cannot be renewed by who was named: somebody else has it, or the patron has expired.",
            "Compare the patron with the loan.",
        ),
    ),
    # The item.
    "unknown_item": Case(
        "Unknown Item",
        _always,
        Words(
            "There is no such item, or no item of such a record: {value}.",
            "Compare the barcode with the zone's items; a record that is requested must have one.",
        ),
    ),
    "barcode_taken": Case(
        "Cannot Accept Item",
        _always,
        Words(
            "There is an item {value} already.",
            "Let the client give what comes a barcode of its own: by a prefix, which ILLiad's add-ons can be given.",
        ),
    ),
    "not_lent": Case(
        "Item Does Not Circulate",
        _always,
        Words(
            "By its policy {value} is not lent to this user group.",
            "Change the item's policy, or the rule at circulation.policies in the settings.",
        ),
    ),
    "not_there": Case(
        "Resource Cannot Be Provided",
        _always,
        Words(
            "{value} is not there to be lent: it is on loan, somebody else waits for it, or something is done with it.",
            "Look at the item: its process type says what. Check it in if it is there.",
        ),
    ),
    "not_on_loan": Case(
        "Item Not Checked Out",
        _always,
        Words(
            "The item {value} is not on loan.",
            "Nothing needs to change where it came back before: ReShare takes this answer as done.",
        ),
    ),
    "not_renewable": Case(
        "Item Not Renewable",
        _always,
        Words("By its policy {value} is not renewed.", "Change the rule at circulation.policies in the settings."),
    ),
    "most_renewals": Case(
        "Maximum Renewals Exceeded",
        _always,
        Words(
            "The item {value} was renewed as often as its policy allows.",
            "It has to come back; or let circulation.renewals in the settings, or the policy's, allow more.",
        ),
    ),
    "waited_for": Case(
        "Renewal Not Allowed - Item Has Outstanding Requests",
        _always,
        Words("Somebody waits for {value}.", "It has to come back; or cancel the request."),
    ),
    # The request.
    "unknown_request": Case(
        "Unknown Request",
        _always,
        Words(
            "There is no request {value}.",
            "It may be fulfilled or cancelled already, or the client names it otherwise than when it asked for it.",
        ),
    ),
    "duplicate_request": Case(
        "Duplicate Request",
        _always,
        Words("{value} is requested, or recalled, already.", "Nothing needs to change where the client sent it twice."),
    ),
    # The values.
    "unusable": Case(
        "Element Rule Violated",
        _always,
        Words("A value cannot be used: {value}.", "It is too long, or holds what nobody can see."),
    ),
    "date": Case(
        "Invalid Date",
        _always,
        Words("{value} is no date that something can be due: it is past, or written otherwise than 2026-12-31."),
    ),
    "missing": Case(
        "Needed Data Missing",
        _always,
        Words(
            "The message leaves out {element}, which {service} cannot do without.",
            "Look in the client whether what was to be sent has a barcode or a number.",
        ),
    ),
    "too_many_pins": Case(
        "Temporary Processing Failure",
        lambda exchange, known: exchange.element.endswith("/UserId"),
        Words(
            "So many PINs of the patron {value} came at once, of which one was wrong, that this one was not looked at.",
            "Ask again in a few seconds; if somebody guesses, PINs from other addresses are not held up.",
        ),
    ),
    "failed": Case(
        "Temporary Processing Failure",
        _always,
        Words(
            "The gateway's store could not do it; it may have happened.",
            "Ask again; tell whoever runs the gateway: its log says more.",
        ),
    ),
}
"""By code: the first of its problem type that holds is meant."""

DONE: Final = Words("It was done.")
UNKNOWN: Final = Words("It was answered in words that this version of the gateway does not use.")
