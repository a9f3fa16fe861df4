"""What an answer rests on, and how each of that is known. Worked out when somebody reads an attempt, never kept.

An answer rests on each behaviour that took part in it, and without which the client would have been told otherwise, or
fields of the record would say something else. Not told is what holds of every answer and every record alike, and what
only puts things in their place: the order of work, the lines of a reply, the count of MMS IDs, 001, 003, 005 and
Leader/09 of what is filed, where a field stands. Nor are other readings of a logon's decimal lengths told, which nobody
knows afterwards. docs/fidelity.md has all of it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from gateway.importer import behaviours
from gateway.importer.behaviours import Behaviour
from gateway.importer.beside import NOTHING, Beside
from gateway.importer.diagnose import PASSED_VALIDATION
from gateway.importer.guards import BRIEF_LEVELS, VERSION
from gateway.importer.known import Known, deciding
from gateway.importer.match import METHODS as MATCH_METHODS
from gateway.importer.match import SERIAL_LEVELS
from gateway.importer.merge import BASES, METHODS
from gateway.importer.normalize import RULES, rule
from gateway.importer.replies import REPLIES, key
from gateway.importer.scripts import ACCEPT
from gateway.marc.iso2709 import Damaged
from gateway.marc.record import Record
from gateway.model import Attempt, Basis, Facts, Finding, Outcome, Profile, Reason, Severity

GUARDED: Final = frozenset({Reason.OLDER_VERSION, Reason.CZ_LINKED, Reason.LOCKED})
"""Reasons that come up only where the stored record was no fuller than what came."""
OTHER_HOST: Final = "other_host"
NEAR: Final = frozenset({"case", "white_space", "case_and_white_space", "password_case", "password_white_space"})
"""In what a logon can differ from a right one (`Facts.logon_hint`): its host, and its letters."""
NO_REFUSAL: Final = frozenset({"charsetNotStated", "many029", "noOclcNumber"})
"""Codes of warnings that say nothing of what validation refuses: that is known of them, or told apart."""
SAYING: Final = (slice(5, 9), slice(17, 20))
"""Places of the Leader that say something of the record; Leader/09 and the lengths are made anew."""
CLOSED: Final = "(closed without one)"
"""In place of a reply that has no words."""


class Seen(NamedTuple):
    """What is known of an attempt."""

    attempt: Attempt
    known: Known
    profile: Profile
    findings: Sequence[Finding]
    beside: Beside
    record: Record | None
    """As it arrived; None where it cannot be read."""

    @property
    def facts(self) -> Facts:
        """What was observed."""
        return self.attempt.receipt.facts

    @property
    def reason(self) -> Reason | None:
        """Why it was not filed."""
        return self.attempt.receipt.reason

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return self.attempt.receipt.outcome

    @property
    def passed(self) -> bool:
        """Whether nothing was found in the record that refuses it."""
        return self.outcome.filed or self.reason in PASSED_VALIDATION

    @property
    def guarded(self) -> bool:
        """Whether a stored record was asked for its version and its flags."""
        return bool(self.facts.merge_method) or self.reason in GUARDED

    @property
    def decided(self) -> bool:
        """Whether the gateway decided, and no script in its place."""
        return self.facts.scripted is None or self.facts.scripted.step.reply == ACCEPT


Holds = Callable[[Seen], bool]

WIRE: Final[tuple[tuple[Behaviour, Holds], ...]] = (
    (behaviours.SEPARATORS, lambda seen: not seen.facts.earlier and _begins_with_separators(seen.facts)),
    (behaviours.TELNET, lambda seen: seen.facts.telnet and seen.reason is not Reason.TELNET),
    (behaviours.TAIL, lambda seen: "tail" in _kinds(seen.facts)),
    (
        behaviours.LATEST_LOGON,
        lambda seen: (
            seen.facts.earlier > 0
            and not seen.facts.items
            and seen.outcome not in (Outcome.MALFORMED, Outcome.FOREIGN)
            and seen.reason is not Reason.NO_LOGON
        ),
    ),
    (behaviours.GOODBYE, lambda seen: seen.facts.earlier > 0 and seen.reason is Reason.MALFORMED),
)
"""What took part in reading the message, and when it did."""

DECISION: Final[tuple[tuple[Behaviour, Holds], ...]] = (
    (behaviours.OTHER_HOST, lambda seen: OTHER_HOST in _differences(seen.facts)),
    (behaviours.CASE, lambda seen: bool(NEAR & _differences(seen.facts))),
    (behaviours.NEARLY, lambda seen: bool(NEAR & _differences(seen.facts))),
    (behaviours.TO_NETWORK, lambda seen: seen.facts.to_network and seen.outcome.filed),
    (behaviours.USE_NETWORK, lambda seen: bool(seen.facts.network)),
    (behaviours.NETWORK_PROFILE, lambda seen: bool(seen.facts.network and seen.facts.match_method)),
    (behaviours.NETWORK_MMS_ID, lambda seen: bool(seen.facts.network) and seen.outcome.filed),
    (behaviours.LINKED, lambda seen: bool(seen.facts.linked)),
    (behaviours.NOT_LINKED, lambda seen: bool(seen.facts.in_the_way)),
    (behaviours.STRUCTURE, lambda seen: seen.reason is Reason.TOO_LONG and not _is_too_long_as_filed(seen)),
    (behaviours.TOO_LONG, lambda seen: seen.reason is Reason.TOO_LONG and _is_too_long_as_filed(seen)),
    (behaviours.PLAIN_ASCII, lambda seen: seen.passed and _is_found(seen, "charsetNotStated")),
    (behaviours.CHOSEN, lambda seen: seen.passed and _is_warned_of(seen)),
    (behaviours.MANY_029, lambda seen: seen.reason is Reason.RULES and _is_found(seen, "many029", Severity.REFUSE)),
    (behaviours.SERIALS, lambda seen: bool(seen.facts.match_method) and _is_serial_by_its_level(seen)),
    (behaviours.FULLER, lambda seen: seen.guarded and seen.profile.brief_levels != "off"),
    (behaviours.NO_005, lambda seen: seen.guarded and _has_odd_005(seen)),
    (behaviours.NOT_CHANGED, lambda seen: seen.outcome is Outcome.UNCHANGED),
)
"""What took part in the decision beside its tables, and when it did."""


def rests_on(
    attempt: Attempt, known: Known, findings: Sequence[Finding], beside: Beside = NOTHING
) -> tuple[Behaviour, ...]:
    """All behaviours that took part in the answer to an attempt, its words last; none twice.

    `findings` are all that was found in the record (`report.findings`). Without `beside`, whose Leader a merged record
    has, and a stored 005, are not looked at.
    """
    seen = Seen(attempt, known, deciding(attempt, known), findings, beside, _record(attempt))
    found = [behaviour for behaviour, holds in WIRE if holds(seen)]
    if seen.decided:
        found += behaviours.BY_REASON.get(seen.reason, ()) if seen.reason else ()
        found += [behaviour for behaviour, holds in DECISION if holds(seen)]
        found += [*_of_tables(seen), *_of_merging(seen)]
    return tuple(dict.fromkeys([*found, *_of_words(seen)]))


def assumed(
    attempt: Attempt, known: Known, findings: Sequence[Finding], beside: Beside = NOTHING
) -> tuple[Behaviour, ...]:
    """Those of them that nobody has published."""
    return tuple([one for one in rests_on(attempt, known, findings, beside) if one.basis.evidence == "assumed"])


def _of_tables(seen: Seen) -> Iterator[Behaviour]:
    """What normalized the record, matched it, and was asked before it was merged."""
    facts, profile = seen.facts, seen.profile
    if seen.record is not None and seen.passed:
        yield from _of_normalization(seen.record, profile)
    if facts.match_method:
        match = MATCH_METHODS[facts.match_method]
        yield Behaviour(f"Match method {match.title}: {match.compares}", match.basis)
    if seen.guarded or seen.reason is Reason.LOWER_BRIEF_LEVEL:
        levels = BRIEF_LEVELS.get(profile.brief_levels)
        if levels:
            yield Behaviour(f"Brief levels {profile.brief_levels}", levels.basis)
    if seen.guarded:
        yield from behaviours.OLDER_VERSION[profile.older_version]


def _of_normalization(record: Record, profile: Profile) -> Iterator[Behaviour]:
    """The rules that changed the record; one that takes fields out is the settings' own."""
    for name in profile.normalization:
        changed = rule(name, extraneous_035=profile.extraneous_035)(record)
        if name in RULES and changed != record:
            yield Behaviour(f"Normalization {RULES[name].title}", RULES[name].basis)
        record = changed


def _of_merging(seen: Seen) -> Iterator[Behaviour]:
    """The merge method, unless it is the settings' own, and what of it is assumed though it is documented."""
    method = seen.facts.merge_method
    if method in seen.known.merge_methods or method not in METHODS:
        return
    yield Behaviour(f"Merge method {METHODS[method].title}", BASES[method])
    if method in behaviours.READINGS:
        yield behaviours.READINGS[method]
    if (seen.facts.profile, method) in behaviours.CHOICES:
        yield behaviours.CHOICES[seen.facts.profile, method]
    if BASES[method].evidence != "assumed" and METHODS[method].leader == "incoming" and _is_led_otherwise(seen):
        yield behaviours.LEADER


def _of_words(seen: Seen) -> Iterator[Behaviour]:
    """The words of the reply, unless they are the settings' or a script's own, or none of them were sent."""
    scripted = seen.facts.scripted
    if scripted and (scripted.step.text is not None or scripted.step.send != "reply"):
        return
    end = seen.outcome, seen.reason
    reply = REPLIES[end]
    if seen.known.replies.unfilled(end) == reply.text:
        text = f'"{on_one_line(reply.text)}"' if reply.text else CLOSED
        yield Behaviour(f"The reply {key(end)}: {text}", Basis(reply.evidence, reply.source))


def on_one_line(text: str) -> str:
    """A reply's text, its lines divided by strokes."""
    return text.replace("\n", " / ")


def _record(attempt: Attempt) -> Record | None:
    try:
        return Record.parse(attempt.submission.raw)
    except Damaged:
        return None


def _kinds(facts: Facts) -> Sequence[str]:
    return [run.kind for run in facts.transcript.runs] if facts.transcript else ()


def _begins_with_separators(facts: Facts) -> bool:
    """Whether some came before the message; those that come alone are none's."""
    kinds = [kind for kind in _kinds(facts) if kind not in ("telnet", "answer")]
    return kinds[:1] == ["separators"] and len(kinds) > 1


def _differences(facts: Facts) -> set[str]:
    """In what alone a logon differs from a right one; none where more is wrong with it."""
    hints = {facts.logon_hint, facts.logon_also} - {""}
    return hints if hints <= {OTHER_HOST, *NEAR} else set()


def _is_found(seen: Seen, code: str, severity: Severity = Severity.WARN) -> bool:
    return any(finding.code == code and finding.severity is severity for finding in seen.findings)


def _is_too_long_as_filed(seen: Seen) -> bool:
    """Whether the record was not too long as it arrived."""
    return _is_found(seen, "tooLong", Severity.REFUSE)


def _is_warned_of(seen: Seen) -> bool:
    """Whether something is wrong with the record that would keep it out elsewhere."""
    return any(finding.severity is Severity.WARN and finding.code not in NO_REFUSAL for finding in seen.findings)


def _is_serial_by_its_level(seen: Seen) -> bool:
    """Whether the record was matched otherwise than another would have been."""
    differ = seen.profile.serial_match != seen.profile.non_serial_match
    return differ and seen.record is not None and seen.record.leader[7] in SERIAL_LEVELS


def _has_odd_005(seen: Seen) -> bool:
    """Whether the version that came, or the stored one, is none that could be compared, yet not empty."""
    if seen.profile.older_version == "disabled" or seen.record is None:
        return False
    stored = [one.before.originating_version for one in seen.beside.replaced if _is_its_own(one.after.mms_id, seen)]
    versions = [seen.record.control_value("005").strip(), *stored]
    return any(version and not VERSION.fullmatch(version) for version in versions)


def _is_led_otherwise(seen: Seen) -> bool:
    """Whether the merge changed what the stored record's Leader says."""
    return any(
        one.before.marc[place] != one.after.marc[place]
        for one in seen.beside.replaced
        if _is_its_own(one.after.mms_id, seen)
        for place in SAYING
    )


def _is_its_own(mms_id: str, seen: Seen) -> bool:
    """Whether a record is the one that was merged, not one that was linked to it."""
    return mms_id == seen.attempt.receipt.mms_id
