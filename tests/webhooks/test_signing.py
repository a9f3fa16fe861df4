"""Signatures are those of Standard Webhooks; a secret is a webhook's own, and the root is told by none."""

from base64 import b64decode
from datetime import timedelta

from gateway.webhooks import signing
from gateway.webhooks.signing import Root
from tests.webhooks.made import NOON, webhook
from tests.webhooks.receiver import Told

ROOT = Root("open-sesame-47110815")
SECRET = "whsec_M4Das5WQuX5+zy/4SSvws3Dbk26qADBiNYNY0OaPcKY="
SIGNATURE = "v1,EDaDYsBo8U2VlbhJNiM0wklOoSvuW2TDQMxtCheUIUI="


def test_signature_is_that_of_an_independent_reckoning():
    secret = ROOT.secret(webhook())
    headers = signing.headers(secret, "0199-abc", 1_790_000_000, b'{"type":"export.created"}')
    assert headers["webhook-id"] == "0199-abc"
    assert headers["webhook-timestamp"] == "1790000000"
    told = Told("/", headers, b'{"type":"export.created"}')
    assert told.is_signed(signing.shown(secret))
    assert not told._replace(body=b'{"type":"export.merged"}').is_signed(signing.shown(secret))
    assert not told._replace(headers={**headers, "webhook-timestamp": "1790000001"}).is_signed(signing.shown(secret))


def test_signature_does_not_change():
    """As OpenSSL reckons it of this secret, so that receivers that were given theirs go on."""
    assert signing.shown(ROOT.secret(webhook())) == SECRET
    headers = signing.headers(ROOT.secret(webhook()), "a", 1, b"{}")
    assert headers["webhook-signature"] == SIGNATURE


def test_secret_is_as_long_as_receivers_expect():
    secret = signing.shown(ROOT.secret(webhook()))
    assert secret.startswith("whsec_")
    assert len(b64decode(secret.removeprefix("whsec_"))) == 32


def test_each_webhook_has_a_secret_of_its_own():
    others = [
        webhook(),
        webhook(key="ci-2"),
        webhook(zone="abc"),
        webhook(made_at=NOON + timedelta(microseconds=1)),
    ]
    assert len({ROOT.secret(one) for one in others}) == len(others)
    assert ROOT.secret(webhook()) != Root("another-root-47110815").secret(webhook())


def test_secret_does_not_go_by_what_changes():
    assert ROOT.secret(webhook(told=7, failures=3)) == ROOT.secret(webhook())


def test_root_is_not_shown():
    assert repr(ROOT) == str(ROOT) == "<Root>"
    assert ROOT
    assert not Root("")
