"""Every row of e2e/http_rows.py cut in every way: pieces of each size, and in two at each
byte, with a pause that lets weighd see the first piece alone."""
from concurrent.futures import ThreadPoolExecutor
from random import Random

from b_rules import by, send, wanted
from http_rows import ROWS
from rounds import rounds, seeded

LONG = 300  # bytes; of longer requests not every size and every cut is tried


def cuttings(request):
    """(pieces, pause) of every way."""
    n = len(request)
    sizes = range(1, n) if n <= LONG else [1, *(2 ** i for i in range(1, 15)), 1460, 65535]
    for size in sizes:
        yield by(size, request), 0
    for at in range(1, min(n, LONG)):
        yield [request[:at], request[at:]], 0.0005


def test_every_row_in_fragments_of_every_size(shared):
    _, seed = seeded()
    share = rounds(1000) / 1000

    def play(row):
        random = Random(f"{seed} {row.label}")
        request, answer = wanted(row, shared)
        for pieces, pause in cuttings(request):
            if random.random() > share:
                continue
            got = send(shared, pieces, pause)
            assert got == answer, (row.label, [len(p) for p in pieces][:5], seed, got)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(play, row) for row in ROWS]:
            done.result()
