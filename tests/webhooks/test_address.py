"""What is no address to send to is told, and why."""

import pytest

from gateway.webhooks.address import URL_CHARACTERS, fault, host


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000",
        "https://ci.example.org/exports?key=1",
        "HTTPS://CI.EXAMPLE.ORG/",
        "http://[::1]:8080/x",
        "http://bücher.example/",
        "http://ci.example.org./",
        "http://" + "x" * 63 + ".example.org/",
        "http://localhost/" + "x" * (URL_CHARACTERS - 17),
    ],
)
def test_address(url):
    assert fault(url) == ""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "is empty"),
        ("ci.example.org/exports", "must begin with http:// or https://"),
        ("ftp://ci.example.org/", "must begin with http:// or https://"),
        ("file:///etc/passwd", "must begin with http:// or https://"),
        ("http:///exports", "names no host"),
        ("http://ci.example.org:0/", "has the port 0;"),
        ("http://ci.example.org:99999/", "has the port 99,999"),
        ("http://ci.example.org:port/", "is none that can be read"),
        ("http://[::1/", "is none that can be read"),
        ("http://user:hunter2@ci.example.org/", "has a user name or a password in it"),
        ("http://user@ci.example.org/", "has a user name or a password in it"),
        ("http://ci.example.org/ x", "has a blank or a control character"),
        ("http://ci.example.org/\r\nx: y", "has a blank or a control character"),
        ("http://ci.example.org/\ud800", "has a blank or a control character"),
        ("http://ci.example.org/#top", "has a fragment"),
        ("http://a..b/", "names a host that no name server can be asked for"),
        ("http://..../", "names a host that no name server can be asked for"),
        ("http://" + "x" * 64 + ".example.org/", "names a host that no name server can be asked for"),
        ("http://xn--/", "is none that can be read"),
        ("http://localhost/" + "x" * (URL_CHARACTERS - 16), "has 2,001 characters; at most 2,000"),
    ],
)
def test_no_address(url, words):
    assert fault(url).startswith(words)
    assert "hunter2" not in fault(url)


def test_what_logs_name_is_the_host_alone():
    assert host("https://ci.example.org:8443/hooks/T0PS3CRET?key=T0PS3CRET") == "ci.example.org:8443"
