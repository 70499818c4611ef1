"""Every row of http_rows.py against a running weighd, byte for byte: sent whole, byte by
byte, and cut in many ways.  tests/long/b_fragments.py cuts in all of them."""
import re
import time

import pytest

from house import read_all
from http_rows import DATE, GOOD, LAST, ROWS, WELL_CLOSE

DATES = re.compile(rb"Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|"
                   rb"Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT\r\n")


def send(house, pieces, pause=0):
    """Send the pieces, one write each; all that comes back, dates left out."""
    with house.connect() as s:
        try:
            for piece in pieces:
                s.sendall(piece)
                if pause:
                    time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before the last byte was sent
        return DATES.sub(DATE, read_all(s))


def by(size, data):
    return [data[i:i + size] for i in range(0, len(data), size)]


def wanted(row, house):
    """The whole conversation: what is sent, what must come back."""
    commit = house.sha["acme/small"].encode()
    version = house.weigh("--version").out.split()[-1].encode() if b"{version}" in row.answer else b""
    answer = row.answer.replace(b"{commit}", commit).replace(b"{version}", version)
    if b"{front}" in answer:
        answer = answer.replace(b"{front}", b"%d" % len(answer.partition(b"\r\n\r\n")[2]))
    if row.closes:
        return row.request + GOOD, answer
    return row.request + LAST, answer + WELL_CLOSE


@pytest.mark.parametrize("row", ROWS, ids=[row.label for row in ROWS])
def test_rule(shared, row):
    request, answer = wanted(row, shared)
    assert send(shared, [request]) == answer
    assert send(shared, by(1, request)) == answer
    for size in (2, 7, 61):
        assert send(shared, by(size, request)) == answer, size
    # Every nineteenth cut, waited for, so that it is seen.
    for at in range(1 + len(row.label) % 19, min(len(request), 200), 19):
        assert send(shared, [request[:at], request[at:]], 0.0005) == answer, at
