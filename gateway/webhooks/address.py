"""Where a webhook may lead to."""

from typing import Final

URL_CHARACTERS: Final = 2000
"""Longest URL: what servers and proxies mostly take."""
SCHEMES: Final = ("http", "https")
PORTS: Final = range(1, 65536)


def fault(url: str) -> str:
    """What is wrong with a URL, in words that go on from `url`; empty if nothing is. Does not repeat it."""
    import httpx

    if not url:
        return "is empty; it is where each export is posted to, such as https://ci.example.org/exports"
    if len(url) > URL_CHARACTERS:
        return f"has {len(url):,} characters; at most {URL_CHARACTERS:,} can be kept"
    if any(one.isspace() or not one.isprintable() for one in url):
        return "has a blank or a control character in it; write it as %20 and the like"
    try:
        read = httpx.URL(url)
        host = read.host
    except (httpx.InvalidURL, ValueError):
        return "is none that can be read"
    if read.scheme not in SCHEMES:
        return "must begin with http:// or https://"
    if not host:
        return "names no host to send to"
    if not _is_name(read.raw_host):
        return "names a host that no name server can be asked for: it has an empty part, or one of over 63 characters"
    if read.port is not None and read.port not in PORTS:
        return f"has the port {read.port:,}; ports are 1 to {PORTS[-1]:,}"
    if read.userinfo:
        return (
            "has a user name or a password in it, which would be kept in clear; leave them out: "
            "what is sent is signed, and the receiver tells by that who sent it"
        )
    return "has a fragment, which is not sent; leave out # and what follows" if read.fragment else ""


def host(url: str) -> str:
    """Host and port, for logs: path and query may hold what opens the receiver."""
    import httpx

    return httpx.URL(url).netloc.decode("ascii", "replace")


def _is_name(host: bytes) -> bool:
    """Whether a host's name can be looked up (RFC 1035, 2.3.4), which it is encoded for as here."""
    try:
        return bool(host.decode("ascii").encode("idna"))
    except UnicodeError:
        return False
