"""Words that a text misses, quoted from what a weighd holds, and only to those who may read it."""
import contextlib
import hashlib
import json
import shutil
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import models
import tokens
from faults import READ, FaultyHouse, failing
from house import House, remove, run, short_tmp, until
from licenses import ID, NOTHING, TERMS, TEXT, Desk

FOUND = 9
OTHER = TEXT.replace("Brook", "Stream").replace("BROOK", "STREAM").replace("5,000,000", "900")
OTHER_ID = "LicenseRef-Stream-1.0"
OTHER_TERMS = TERMS.replace(ID, OTHER_ID).replace("5000000", "900")
MISSING = "The model comes as it is."



def texts(house, license_=ID, **fields):
    return house.get(f"/-/v1/license/texts?license={license_}", **fields).json


def looked(house, license_, n, **fields):
    """The texts that are told once all were looked at."""
    def over():
        d = texts(house, license_, **fields)
        return not d["looking"] and len(d["texts"]) == n
    until(over)
    return texts(house, license_, **fields)["texts"]


@pytest.fixture(scope="module")
def office():
    """A mirror that holds both licenses' texts, one in private, and a desk whose site has
    their fingerprints and not their texts."""
    folder = short_tmp()
    d = Desk(folder)
    d.learn()
    d.learn(OTHER, OTHER_ID, OTHER_TERMS)
    (folder / "weighd.conf").write_text(f"[license]\nsite = {d.dir}\n")
    h = House(folder, "--config", folder / "weighd.conf").start()
    h.sha = h.add(models.write(folder / "m", {"LICENSE": TEXT.encode(), "a/b/c/LICENSE": b"deep",
                                              "LICENSE.gz": models.noise(999, 1)}),
                  "acme/brook")["revision"]
    h.add(models.write(folder / "n", {"sub/COPYING.txt": OTHER.encode()}), "zoo/secret")
    tokens.set_visibility(h, "zoo/secret", tokens.PRIVATE)
    h.token = tokens.make(h, "reader", "read")
    shutil.rmtree(d.dir / "texts")
    h.desk = d
    yield h
    h.stop()
    remove(folder)


def scan(house, text, server, code=FOUND, **env):
    path = house.desk.write("changed/LICENSE", text)
    return house.desk.weigh("scan", path, "--json", "--server", server, code=code, env=env)


def removed(result):
    return result.json["results"][0]["removed"]


def test_missing_words_are_quoted_from_what_is_held(office):
    looked(office, ID, 1)
    got = removed(scan(office, TEXT.replace(NOTHING, ""), office.url))
    assert len(got) == 1 and MISSING in got[0]["text"], got
    assert got[0]["text_from"] == f"acme/brook@{office.sha[:12]}:LICENSE"
    assert got[0]["text_at"] == office.url
    r = office.desk.weigh("scan", "changed/LICENSE", "-v", "--server", office.url, code=FOUND)
    said = " ".join(r.out.split())
    assert f"(as acme/brook@{office.sha[:12]}:LICENSE has it, at {office.url})" in said, r
    assert f"{office.url} was asked for texts of {ID}: 1" in r.err, r
    r = office.desk.weigh("diff", "changed/LICENSE", ID, "--server", office.url)
    assert f"as acme/brook@{office.sha[:12]}:LICENSE has it, at {office.url}" in r.out, r


def test_a_private_text_is_told_to_those_who_may_read_it(office):
    bearer = tokens.bearer(office.token)
    assert [t["path"] for t in looked(office, OTHER_ID, 1, **bearer)] == ["sub/COPYING.txt"]
    assert texts(office, OTHER_ID)["texts"] == []
    changed = OTHER.replace(NOTHING, "")
    got = removed(scan(office, changed, office.url))
    assert len(got) == 1 and got[0]["text"] is None and got[0]["tokens"] > 5, got
    got = removed(scan(office, changed, office.url, WEIGH_TOKEN=office.token))
    assert MISSING in got[0]["text"] and got[0]["text_from"].startswith("zoo/secret@"), got


def test_a_text_at_hand_comes_first(office):
    looked(office, ID, 1)
    here = office.desk.write("own/mine.txt", TEXT)
    path = office.desk.write("changed/LICENSE", TEXT.replace(NOTHING, ""))
    r = office.desk.weigh("scan", path, here, "--json", "--server", office.url, code=FOUND)
    assert removed(r)[0]["text_from"] == str(here) and removed(r)[0]["text_at"] is None


def test_only_exact_texts_of_that_name_are_told(office):
    assert len(looked(office, ID, 1)) == 1
    for license_ in ("MIT", "LicenseRef-None", "x" * 90):
        assert texts(office, license_)["texts"] == []
    a = office.get("/-/v1/license/texts")
    assert a.status == 400 and "no license was given" in a.json["error"], a


def test_nobody_waits_for_a_weighd(office):
    """Dead, silent or none at all: the same answer, without the words."""
    changed = TEXT.replace(NOTHING, "")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{s.getsockname()[1]}"
        began = time.monotonic()
        r = scan(office, changed, dead)
        assert removed(r)[0]["text"] is None and time.monotonic() - began < 5
        r = office.desk.weigh("scan", "changed/LICENSE", "--server", dead, code=FOUND)
        assert "no weighd was asked for missing words: " + dead in r.err, r
        s.listen(8)
        began = time.monotonic()
        r = scan(office, changed, dead)
        assert removed(r)[0]["text"] is None and 1 < time.monotonic() - began < 6
    r = run(*[a for a in office.command("license", "scan", office.desk.tmp / "changed", "--dir",
                                        office.desk.dir) if a != "--server"
              and not str(a).startswith("unix:")], env=office.desk.env | {"HOME": "/nowhere"})
    assert r.code == FOUND and "weighd" not in r.err, r


def honest(out):
    out.write(TEXT.encode())


def other_bytes(out):
    out.write(TEXT.replace("as it is", "with a warranty").encode())


def endless(out):
    """Until nobody reads, 64 MB at most."""
    for _ in range(1024):
        out.write(b"words " * 10923)


@contextlib.contextmanager
def scripted(body, path="LICENSE"):
    """A weighd that tells of one text by its SHA-256, and answers with what `body` writes."""
    row = {"name": "acme/brook", "revision": "0123456789" * 4, "path": path, "size": len(TEXT),
           "sha256": hashlib.sha256(TEXT.encode()).hexdigest()}
    told = {"schema": "weigh.license-texts/1", "license": ID, "texts": [row], "looking": False}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                if "/resolve/" in self.path:
                    body(self.wfile)
                else:
                    self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("body", [honest, other_bytes, endless])
def test_a_weighd_that_lies_is_told_of(office, body):
    """Its words are not quoted, and the scan says the same otherwise."""
    lies = body is not honest
    changed = TEXT.replace(NOTHING, "")
    with scripted(body) as url:
        r = scan(office, changed, url)
        assert (removed(r)[0]["text"] is None) == lies and r.err == "", r
        r = office.desk.weigh("scan", "changed/LICENSE", "--server", url, code=FOUND)
        line = (f"'acme/brook@012345678901:LICENSE' as {url} gave it is not the SHA-256 it told: "
                "its words are not quoted\n")
        assert r.err.count(line) == r.err.count("SHA-256") == lies, r


def test_a_lie_is_told_in_letters_that_are_seen(office):
    with scripted(other_bytes, "a\u202eb/LICENSE") as url:
        office.desk.write("changed/LICENSE", TEXT.replace(NOTHING, ""))
        r = office.desk.weigh("scan", "changed/LICENSE", "--server", url, code=FOUND)
        assert "a\\xe2\\x80\\xaeb/LICENSE' as" in r.err and "\u202e" not in r.err, r


def test_texts_are_known_again_after_a_rebuild(office):
    before = looked(office, ID, 1)
    office.weigh("rebuild", "--yes")
    assert looked(office, ID, 1) == before
    assert MISSING in removed(scan(office, TEXT.replace(NOTHING, ""), office.url))[0]["text"]


def test_what_the_site_learns_is_looked_for_at_the_next_start(tmp):
    d = Desk(tmp)
    h = House(tmp, "--config", tmp / "weighd.conf")
    (tmp / "weighd.conf").write_text("[license]\nsite =\n")
    h.start()
    h.add(models.write(tmp / "m", {"LICENSE": TEXT.encode()}), "acme/brook")
    assert looked(h, ID, 0) == []
    d.learn()
    (tmp / "weighd.conf").write_text(f"[license]\nsite = {d.dir}\n")
    h.restart()
    assert [t["path"] for t in looked(h, ID, 1)] == ["LICENSE"]
    (d.dir / "site.pack").write_bytes(b"no pack")
    h.restart()
    assert looked(h, ID, 0) == []
    assert any("licenses-not-used" in line for line in h.log), h.log
    h.stop()


def test_nothing_is_looked_at_when_nothing_waits(office):
    looked(office, ID, 1)
    assert not any(texts(office)["looking"] for _ in range(30))


def test_a_text_that_cannot_be_read_is_told_of_once(tmp):
    """(3) of gate/texts.h; the next start reads it."""
    d = Desk(tmp)
    (tmp / "weighd.conf").write_text(f"[license]\nsite = {d.dir}\n")
    h = FaultyHouse(tmp, "--config", tmp / "weighd.conf").start()
    h.add(models.write(tmp / "m", {"LICENSE": TEXT.encode()}), "acme/brook")
    looked(h, ID, 0)
    d.learn()
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    h.control.arm(failing(READ, "EIO", span=99, only=sha256[:32]), 1)
    h.restart()
    until(lambda: any("text-not-read" in line for line in h.log))
    for _ in range(30):
        assert (texts(h)["texts"], texts(h)["looking"]) == ([], False)
    h.add(models.write(tmp / "n", {"COPYING": OTHER.encode()}), "acme/other")  # all are read again
    looked(h, OTHER_ID, 0)
    assert sum("text-not-read" in line for line in h.log) == 1, h.log
    assert h.control.disarm()[1] > 1
    h.restart()
    looked(h, ID, 1)
    h.stop()
