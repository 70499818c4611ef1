"""Every row of http_rows.py against a running weighd, byte for byte: sent whole, byte by
byte, and cut in many ways.  tests/long/b_fragments.py cuts in all of them."""
import re
import time

import pytest

from house import read_all
from http_rows import ROWS
from http_words import DATE, GOOD, LAST, WELL_CLOSE

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


def facts(house):
    """What only a running house knows, by the names it has in http_rows."""
    if not hasattr(house, "facts"):
        a = house.ask("HEAD", "/acme/small/resolve/main/config.json")
        then = time.strptime(a["Last-Modified"], "%a, %d %b %Y %H:%M:%S GMT")
        house.facts = {
            "commit": house.sha["acme/small"],
            "modified": a["Last-Modified"],
            "rfc850": time.strftime("%A, %d-%b-%y %H:%M:%S GMT", then),
            "asctime": time.asctime(then),
            "version": house.weigh("--version").out.split()[-1],
        }
    return house.facts


def wanted(row, house):
    """The whole conversation: what is sent, what must come back."""
    request, answer = row.request, row.answer
    for name, value in facts(house).items():
        request = request.replace(b"{%s}" % name.encode(), value.encode())
        answer = answer.replace(b"{%s}" % name.encode(), value.encode())
    if b"{front}" in answer:
        answer = answer.replace(b"{front}", b"%d" % len(answer.partition(b"\r\n\r\n")[2]))
    if row.closes:
        return request + GOOD, answer
    return request + LAST, answer + WELL_CLOSE


@pytest.mark.parametrize("row", ROWS, ids=[row.label for row in ROWS])
def test_rule(shared, row):
    request, answer = wanted(row, shared)
    assert send(shared, [request]) == answer
    assert send(shared, by(1, request)) == answer
    assert send(shared, by(7, request)) == answer
    # Every nineteenth cut, waited for, so that it is seen.
    for at in range(1 + len(row.label) % 19, min(len(request), 200), 19):
        assert send(shared, [request[:at], request[at:]], 0.0005) == answer, at
