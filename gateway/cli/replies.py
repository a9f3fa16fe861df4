"""`gateway replies`: what Connexion is answered, how it is known, and what to write to have it say something else."""

from typing import Final

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_table, echo_text
from gateway.config.problems import quoted

OWN: Final = "settings"
"""Evidence of a text of the site's own."""
NO_TEXT: Final = "(none: the connection is closed)"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a reply.")
@click.pass_obj
def replies(options: Options, as_json: bool) -> None:
    """Show what Connexion is answered.

    Evidence: doc, a vendor or consortium has published the words; assumed, they are ours; settings, they are yours.
    """
    from gateway.importer.replies import PLACES, REPLIES, VERSION, key
    from gateway.rulebook import rulebook

    settings = options.settings()
    rulebook(settings)  # names a text of the settings that cannot be used
    rows: dict[str, tuple[str, ...]] = {}
    for end, reply in REPLIES.items():
        outcome, reason = end
        named = key(end)
        text = settings.replies.get(named, reply.text)
        evidence = OWN if named in settings.replies else reply.evidence
        if as_json:
            echo_json(
                {
                    "outcome": outcome,
                    "reason": reason,
                    "key": named,
                    "text": text,
                    "evidence": evidence,
                    "version": VERSION,
                }
            )
        else:
            rows[named] = (outcome.value, named, evidence, quoted(text) if text else NO_TEXT)
    if rows:
        echo_table(("Outcome", "Key", "Evidence", "Text"), rows.values())
        places = ", ".join(f"{{{place}}}" for place in sorted(PLACES))
        echo_text(
            f"\nThe table's version is {VERSION}. The key is the reason, or the outcome where there is none, and of a "
            "failed logon.\n"
            'For a text of your own write KEY = "…" under [replies] in gateway.toml; \\n begins a new line.\n'
            f"What may stand in braces: {places}."
        )
