"""What weighd answers to which bytes, as rows: label, request, the whole answer.

Heads, bodies and files have a module each, in the order of RFC 9112 and 9110.  A comment
above some rows is the rule they stand for.  The answer is written out by http_words.py,
byte for byte; only the date is left open.  `{commit}` is the revision of acme/small,
`{modified}` its date, in requests also as `{rfc850}` and `{asctime}`.

After an answer that closes (`refused`, or `close=True`) nothing is answered any more,
whatever follows.  After any other the next request is answered as if nothing had been.
"""
from http_bodies import CONNECTIONS, FRAMING
from http_files import CONDITIONS, RANGES
from http_heads import FIELDS, HOSTS, REQUEST_LINE, TARGETS, TOO_LONG

SECTIONS = {
    "request line": REQUEST_LINE, "target": TARGETS, "field": FIELDS, "Host": HOSTS,
    "too long": TOO_LONG, "framing": FRAMING, "connection": CONNECTIONS, "range": RANGES,
    "condition": CONDITIONS,
}
ROWS = [row_._replace(label=f"{name}: {row_.label}")
        for name, rows in SECTIONS.items() for row_ in rows]
