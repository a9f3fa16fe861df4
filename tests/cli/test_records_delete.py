"""`gateway records delete` beside a running gateway."""

from .gateways import MARC, Gateway, run

MMS = "9910000000015867"


def test_a_record_goes_with_its_past_and_its_mms_id_does_not_come_back(gateway: Gateway):
    assert run("send", *gateway.options, MARC / "cjk.mrc").exit_code == 0
    result = run("records", "delete", MMS, *gateway.options)
    assert (result.exit_code, result.stdout) == (0, f"{MMS} of zone xyz was deleted\n")
    assert run("records", "show", MMS, *gateway.options).exit_code == 1
    assert run("submissions", "show", "1", *gateway.options).exit_code == 0
    assert "9910000000025867" in run("send", *gateway.options, MARC / "cjk.mrc").stdout


def test_what_is_not_there(gateway: Gateway):
    result = run("records", "delete", MMS, *gateway.options)
    assert (result.exit_code, result.stderr) == (1, f"Error: no record has the MMS ID {MMS}\n")
