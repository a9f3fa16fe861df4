"""`gateway config …`: look at the settings, check them, start a file of one's own. Serves nothing, opens no store."""

import sys

import click

from gateway import config as settings_of
from gateway.cli.options import Options
from gateway.config.show import masked
from gateway.errors import SettingsError

LINE_BYTES = 4096
"""Most that is read of a piped password: far more than any, so that one that is too long is told its length."""


@click.group()
def config() -> None:
    """Look at the settings, check them, start a file of your own."""


@config.command()
@click.pass_obj
def check(options: Options) -> None:
    """Check the settings; say ok and what they are, or everything that is wrong with them."""
    from gateway.published import published
    from gateway.rulebook import rulebook

    settings = options.settings()
    rulebook(settings)
    published(settings)
    file = settings.origins.file
    click.echo("ok")
    click.echo(f"file   {file if file else 'none: the built-in settings'}")
    click.echo(f"store  {masked(settings.store.url)}")
    for key, host in settings.hosts.items():
        click.echo(f"host   {key}: {host.address} port {host.connexion}")
    for key, zone in settings.zones.items():
        click.echo(f"zone   {key}: {zone.code} at {zone.host}, {zone.kind}, {_profile(zone.profiles_in_force)}")


@config.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: key, value, origin.")
@click.pass_obj
def show(options: Options, as_json: bool) -> None:
    """Show every setting in force and where it was set. Passwords are masked."""
    settings = options.settings()
    if not as_json:
        click.echo(settings_of.toml(settings), nl=False)
        return
    import msgspec

    for entry in settings_of.entries(settings):
        click.echo(msgspec.json.encode(entry))


@config.command()
def example() -> None:
    """Print the example file: every setting with its default. Redirect it to gateway.toml and edit that."""
    text = settings_of.example_text()
    # Redirected on Windows, text would come in the system's code page, and the settings file must be UTF-8.
    click.echo(text if sys.stdout.isatty() else text.encode(), nl=False)


@config.command("hash-password")
def hash_password() -> None:
    """Print the hash of a password, to stand in its place in the settings.

    Asks for the password twice on a terminal; otherwise reads one line from standard input.
    """
    password = _password()
    if password.startswith("$argon2"):
        raise SettingsError("the password is a hash already; put it into the settings as it is")
    fault = settings_of.password_fault(password)
    if fault is not None:
        raise SettingsError(f"the password {fault}")
    from gateway.desk.passwords import hash_of

    click.echo(hash_of(password))


def _profile(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return f"profile {names[0]}"
    # As in Alma, where this is a mistake; here somebody may want to see what Alma does then.
    return f"profiles {', '.join(names)}: no record comes in" if names else "no profile: no record comes in"


def _password() -> str:
    if sys.stdin.isatty():
        # The prompt goes to standard error, so that standard output can be redirected into a file.
        return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    line = sys.stdin.buffer.readline(LINE_BYTES)
    try:
        return line.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        pass
    raise SettingsError("the password on standard input is not UTF-8 text")
