"""A stub of the Koha server that connexion_import_daemon.pl posts each record to: answers at once and keeps nothing.

So the daemon is measured without Koha's own work, which favours it.
"""

import socket

import click

ANSWER = (
    b"<response><status>ok</status><import_batch_id>1</import_batch_id><match_status>no_match</match_status>"
    b"<biblionumber>1</biblionumber><url>http://127.0.0.1/cgi-bin/koha/catalogue/detail.pl</url></response>"
)
REPLY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(ANSWER)
    + ANSWER
)
LENGTH = b"content-length:"
END_OF_HEAD = b"\r\n\r\n"
RECEIVE_BYTES = 65_536
IDLE_SECONDS = 10.0
"""How long a client may say nothing; the daemon has one request at a time and sends it at once."""
WAITING = 64
"""Connections that wait for their turn."""


def request(connection: socket.socket) -> bool:
    """Read a whole request; whether there was one."""
    received = b""
    while END_OF_HEAD not in received:
        chunk = connection.recv(RECEIVE_BYTES)
        if not chunk:
            return False
        received += chunk
    head, _, body = received.partition(END_OF_HEAD)
    stated = [line for line in head.lower().split(b"\r\n") if line.startswith(LENGTH)]
    missing = (int(stated[0].removeprefix(LENGTH)) if stated else 0) - len(body)
    while missing > 0:
        chunk = connection.recv(RECEIVE_BYTES)
        if not chunk:
            return False
        missing -= len(chunk)
    return True


def serve() -> None:
    """Listen on a free port of 127.0.0.1, print it, answer one request a connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=WAITING) as listener:
        click.echo(listener.getsockname()[1])
        while True:
            connection, _ = listener.accept()
            connection.settimeout(IDLE_SECONDS)
            try:
                with connection:
                    if request(connection):
                        connection.sendall(REPLY)
            except OSError:
                continue


if __name__ == "__main__":
    serve()
