"""Everything an upstream can do wrong, as a table: name -> what it does to an answer.

A deed is called with the Hub, the request, the answer that would have been right, and its
options; it spoils the answer.  Those of JSON edit a document that was true."""
import json
import re
from pathlib import Path

MISDEEDS = {}


def deed(function):
    MISDEEDS[function.__name__] = function
    return function


# --- bytes ----------------------------------------------------------------------


@deed
def wrong_bytes(_hub, _asked, reply):
    """One byte in the middle of what is sent is another."""
    if reply.length:
        reply.flips.add(reply.first + reply.length // 2)


@deed
def wrong_byte_at(_hub, _asked, reply, at):
    """The byte at this place of the file is another, whichever range has it."""
    reply.flips.add(at)


@deed
def wrong_end(_hub, _asked, reply):
    if reply.length:
        reply.flips.add(reply.first + reply.length - 1)


@deed
def other_file(_hub, _asked, reply, data):
    """Another file of another size, consistent in itself."""
    reply.fields.pop("Content-Range", None)
    reply.status = 200
    reply.set_body(data)


@deed
def short(_hub, _asked, reply):
    """Half of what was announced, then a clean end."""
    reply.stop_after, reply.stop = reply.length // 2, "close"


@deed
def shrunk(_hub, _asked, reply, by=1000):
    """Consistent, but shorter than the listing says."""
    cut_to(reply, max(0, reply.length - by))


@deed
def long(_hub, _asked, reply, by=1000):
    """More than was announced."""
    reply.more = b"z" * by
    reply.fields["Connection"] = "close"


@deed
def grown(_hub, _asked, reply, by=1000):
    """Consistent, but longer than the listing says."""
    reply.fields["Content-Length"] = str(reply.length + by)
    reply.more = b"z" * by


@deed
def endless(_hub, _asked, reply):
    """Chunked, without a length, without an end."""
    reply.fields.pop("Content-Length", None)
    reply.endless = True


@deed
def reset(_hub, _asked, reply, after=None):
    """In the middle, or after so many bytes."""
    reply.stop_after, reply.stop = reply.length // 2 if after is None else after, "reset"


@deed
def silent(_hub, _asked, reply, seconds=10, after=None):
    """Says nothing for so long: before the head, or `after` bytes of the body."""
    if after is None:
        reply.wait = seconds
    else:
        reply.stop_after, reply.stop = after, seconds


@deed
def slow(_hub, _asked, reply, rate):
    reply.rate = rate


@deed
def coded(_hub, _asked, reply):
    reply.fields["Content-Encoding"] = "gzip"


def cut_to(reply, length):
    reply.length = length
    m = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", reply.fields.get("Content-Range", ""))
    if m:
        end = int(m[1]) + length
        reply.fields["Content-Range"] = f"bytes {m[1]}-{end - 1}/{m[3]}"


# --- ranges and versions ------------------------------------------------------------


@deed
def whole(_hub, _asked, reply):
    """200 and all of it to who asked for a range."""
    if reply.status == 206:
        reply.status = 200
        del reply.fields["Content-Range"]
        size = reply.body.stat().st_size if isinstance(reply.body, Path) else len(reply.body)
        reply.slice(0, size - 1)


@deed
def wrong_range(_hub, _asked, reply, by=512):
    """Another range than the one asked for, and it says so."""
    shift(reply, by, 0)


@deed
def wrong_total(_hub, _asked, reply, by=1):
    shift(reply, 0, by)


@deed
def lying_range(_hub, _asked, reply, by=512):
    """Another range than the one asked for, and it does not say so."""
    if reply.status == 206:
        reply.first = max(0, reply.first - by) if reply.first else by
        size = reply.body.stat().st_size if isinstance(reply.body, Path) else len(reply.body)
        reply.length = min(reply.length, size - reply.first)


@deed
def no_range_field(_hub, _asked, reply):
    if reply.status == 206:
        del reply.fields["Content-Range"]


def shift(reply, by, total):
    m = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", reply.fields.get("Content-Range", ""))
    if m:
        first, last, size = (int(n) for n in m.groups())
        reply.fields["Content-Range"] = f"bytes {first + by}-{last + by}/{size + total}"


@deed
def other_etag(_hub, _asked, reply, etag='"' + "e" * 64 + '"'):
    """What it says it is changes, the bytes do not."""
    for name in ("ETag", "X-Linked-ETag"):
        if name in reply.fields:
            reply.fields[name] = etag


@deed
def other_commit(_hub, _asked, reply, commit="c" * 40):
    if "X-Repo-Commit" in reply.fields:
        reply.fields["X-Repo-Commit"] = commit


@deed
def call(hub, asked, _reply, do):
    """Something happens meanwhile: a story's own function, given the Hub."""
    do(hub, asked)


# --- refusals -------------------------------------------------------------------


def refuse(reply, status, text, code=None, **fields):
    reply.status, reply.fields = status, {"Content-Type": "application/json; charset=utf-8"}
    if code:
        reply.fields["X-Error-Code"] = code
    reply.fields["X-Error-Message"] = text
    reply.fields.update({k.replace("_", "-"): str(v) for k, v in fields.items()
                         if v is not None})
    reply.set_body(json.dumps({"error": text}).encode())


@deed
def gated(_hub, asked, reply, status=403):
    fields = {"WWW_Authenticate": 'Basic realm="hub"'} if ".git/" in asked.path else {}
    refuse(reply, status, "Access is restricted: ask for it first", "GatedRepo", **fields)


@deed
def missing(_hub, _asked, reply):
    refuse(reply, 404, "Entry not found", "EntryNotFound")


@deed
def no_repo(_hub, _asked, reply):
    refuse(reply, 404, "Repository not found", "RepoNotFound")


@deed
def too_many(_hub, _asked, reply, retry_after=None, left=None):
    """429; `left`: what RateLimit says until the window ends."""
    refuse(reply, 429, "We had to rate limit you", None, Retry_After=retry_after,
           RateLimit=None if left is None else f'"resolvers";r=0;t={left}')


@deed
def counts_down(_hub, _asked, reply, left, seconds):
    """All is well, and so many calls are left."""
    reply.fields["RateLimit"] = f'"resolvers";r={left};t={seconds}'


@deed
def broken(_hub, _asked, reply, status=500, retry_after=None):
    refuse(reply, status, "Internal Error - We're working hard to fix this", None,
           Retry_After=retry_after)


@deed
def portal(_hub, _asked, reply):
    """What the network of a hotel says to everything."""
    reply.status = 200
    reply.fields = {"Content-Type": "text/html"}
    reply.set_body(b"<html><body>Please accept our terms.</body></html>\n")


@deed
def garbage(_hub, _asked, reply, data=b"\x16\x03\x01 not HTTP\r\n\r\n"):
    reply.raw = data


@deed
def endless_head(_hub, _asked, reply):
    reply.raw = b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 1000 + b"\r\n"
    reply.raw += (b"X-B: " + b"b" * 1000 + b"\r\n") * 3000


# --- other places -----------------------------------------------------------------


@deed
def loop(_hub, asked, reply):
    """302 to itself, each time a little different."""
    n = int(asked.query.get("turn", "0")) + 1
    away(reply, f"{asked.path}?turn={n}", 302)


@deed
def redirect(_hub, _asked, reply, to, status=302):
    """`to`: an URL, or a function of the request."""
    away(reply, to(_asked) if callable(to) else to, status)


def away(reply, location, status):
    kept = ("X-Repo-Commit", "X-Linked-ETag", "X-Linked-Size")
    reply.fields = {k: v for k, v in reply.fields.items() if k in kept}
    reply.fields["Location"] = location
    reply.status = status
    reply.set_body(b"")


# --- JSON -----------------------------------------------------------------------


@deed
def edit(_hub, _asked, reply, do):
    """do(document) answers another document."""
    if reply.status == 200:
        reply.json = do(reply.json)


@deed
def instead(_hub, _asked, reply, data):
    """These bytes in place of the document."""
    reply.set_body(data)


@deed
def paging_repeats(hub, asked, reply):
    """The next page is this page."""
    reply.fields["Link"] = f'<{hub.url}{asked.target}>; rel="next"'


@deed
def pages_without_end(hub, asked, reply):
    """There is always a next page, with the same entries."""
    n = int(asked.query.get("turn", "0")) + 1
    reply.fields["Link"] = f'<{hub.url}{asked.path}?recursive=true&turn={n}>; rel="next"'


@deed
def next_elsewhere(_hub, asked, reply, to):
    reply.fields["Link"] = f'<{to}{asked.target}>; rel="next"'


@deed
def tree_renames(_hub, _asked, reply, path, to):
    """One entry of the tree has another name."""
    reply.json = [{**e, "path": to} if e["path"] == path else e for e in reply.json]


@deed
def tree_adds(_hub, _asked, reply, like, **other):
    """One more entry, like one that is there but for `other`."""
    doc = reply.json
    reply.json = doc + [{**e, **other} for e in doc if e["path"] == like]


@deed
def tree_says(_hub, _asked, reply, path, **other):
    """An entry says something else; `lfs` replaces within its lfs."""
    doc = reply.json
    for e in doc:
        if e["path"] == path:
            lfs = other.pop("lfs", None)
            if lfs:
                e["lfs"].update(lfs)
            e.update(other)
    reply.json = doc


# --- LFS ------------------------------------------------------------------------


@deed
def batch_href(_hub, _asked, reply, to):
    doc = reply.json
    for o in doc["objects"]:
        o["actions"]["download"]["href"] = to
    reply.json = doc


@deed
def batch_header(_hub, _asked, reply, **header):
    doc = reply.json
    for o in doc["objects"]:
        o["actions"]["download"]["header"] = header
    reply.json = doc


@deed
def batch_error(_hub, _asked, reply, code=404):
    doc = reply.json
    for o in doc["objects"]:
        o.pop("actions", None)
        o["error"] = {"code": code, "message": "Object does not exist"}
    reply.json = doc
