"""Publishing by stock clients: the very requests, and those of nobody's friend."""
import base64
import hashlib
import json
import os
import re
import threading
import time

import pytest

import models
from house import House, remove, short_tmp, until
from hubside import (HEADER, LFS, Publisher, deleted_line, file_line, lfs_line, sha256)

MIB = 1 << 20
BIG = os.urandom(2 * MIB + 12345)


def new_token(house, name, *args, role="publish"):
    return house.weigh("token", "new", name, "--role", role, "--json", *args).json["token"]


@pytest.fixture(scope="module")
def home():
    """A house whose uploads come in parts of 1 MiB; it holds acme/demo."""
    folder = short_tmp()
    h = House(folder, env={"WEIGHD_UPLOAD_PART": "1M", "WEIGHD_UPLOAD_OPEN": "6"}).start()
    h.token = new_token(h, "ci")
    h.reader_token = new_token(h, "looker", role="read")
    h.other_token = new_token(h, "other", "--repo", "other/*")
    h.add(models.tiny(folder / "tiny", 3), "acme/demo")
    yield h
    if h.proc:
        h.stop()
    remove(folder)


@pytest.fixture
def pub(home):
    return Publisher(home, home.token)


def check_error(answer, status, code=None):
    assert answer.status == status, answer
    assert answer["X-Error-Code"] == code, answer
    assert answer["X-Error-Message"], answer
    assert answer.json["error"], answer


# --- what clients do -------------------------------------------------------------


def test_a_small_file(home, pub):
    """Preupload, then one commit; the answer's URL is on the host that was asked."""
    pre = pub.preupload({"notes.txt": b"hello\n"})
    assert pre.json == {"files": [{"path": "notes.txt", "uploadMode": "regular",
                                   "shouldIgnore": False}]}
    answer = pub.commit(file_line("notes.txt", b"hello\n"))
    assert answer.status == 200, answer
    oid = answer.json["commitOid"]
    assert re.fullmatch("[0-9a-f]{40}", oid) and oid == pub.head()
    assert answer.json == {"success": True, "commitOid": oid, "hookOutput": "",
                           "commitUrl": f"{home.url}/acme/demo/commit/{oid}"}
    assert pub.read("notes.txt").body == b"hello\n"
    again = pub.preupload({"notes.txt": b"hello\n"}).json["files"][0]
    assert again["oid"] == hashlib.sha1(b"blob 6\0hello\n").hexdigest()


def test_a_large_file(pub):
    """Preupload says LFS; PUT without Authorization; verify; commit; read back."""
    data = os.urandom(300_000)
    pre = pub.preupload({"w.safetensors": data}).json["files"][0]
    assert pre["uploadMode"] == "lfs" and "oid" not in pre
    actions = pub.actions(data)
    assert set(actions) == {"upload", "verify"}
    assert not actions["upload"]["header"]
    put = pub.put(actions["upload"]["href"], data)
    assert put.status == 200, put
    assert pub.verify(actions["verify"]["href"], data).status == 200
    assert pub.actions(data) is None, "it is here now"
    assert pub.commit(lfs_line("w.safetensors", data)).status == 200
    assert pub.read("w.safetensors").body == data
    assert pub.files()["w.safetensors"]["lfs"]["oid"] == sha256(data)
    assert pub.preupload({"w.safetensors": data}).json["files"][0]["oid"] == sha256(data)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_in_parts(pub, order):
    data = os.urandom(100) + BIG[100:]
    upload = pub.actions(data)["upload"]
    header = upload["header"]
    assert header["chunk_size"] == str(MIB) and sorted(header)[:3] == ["00001", "00002", "00003"]
    assert len(header) == 4
    etags = {}
    for n in order:
        part = pub.put(header[f"{n:05}"], data[(n - 1) * MIB:n * MIB])
        assert part.status == 200, part
        etags[n] = part["ETag"]
    assert pub.complete(upload["href"], sha256(data), etags).status == 200
    assert pub.complete(upload["href"], sha256(data), etags).status == 200, "told twice"
    assert pub.commit(lfs_line("parts.bin", data)).status == 200
    assert pub.read("parts.bin").body == data


def test_parts_at_once(pub):
    data = os.urandom(100) + BIG[100:]
    upload = pub.actions(data)["upload"]
    etags, threads = {}, []

    def send(n):
        etags[n] = pub.put(upload["header"][f"{n:05}"], data[(n - 1) * MIB:n * MIB])["ETag"]

    for n in (1, 2, 3):
        threads.append(threading.Thread(target=send, args=(n,)))
        threads[-1].start()
    for t in threads:
        t.join()
    assert pub.complete(upload["href"], sha256(data), dict(sorted(etags.items()))).status == 200


def test_many_changes_in_one_commit(pub):
    data = os.urandom(5000)
    pub.upload(data)
    assert pub.commit(file_line("d/a.txt", b"a"), file_line("d/b.txt", b"b"),
                      lfs_line("d/w.bin", data), file_line("keep.txt", b"k")).status == 200
    assert pub.commit(deleted_line("d/a.txt"), file_line("empty.bin", b""),
                      {"key": "copyFile", "value": {"path": "copied.bin", "srcPath": "d/w.bin",
                                                    "srcRevision": None}}).status == 200
    files = pub.files()
    assert {"d/b.txt", "d/w.bin", "empty.bin", "copied.bin"} <= set(files) and "d/a.txt" not in files
    assert files["empty.bin"]["size"] == 0
    assert pub.read("copied.bin").body == data
    assert pub.commit(deleted_line("d/", "deletedFolder")).status == 200
    assert not [p for p in pub.files() if p.startswith("d/")]


def test_parent(pub):
    first = pub.head()
    header = {"key": "header", "value": {"summary": "s", "parentCommit": first}}
    assert pub.commit(file_line("p.txt", os.urandom(9)), header=header).status == 200
    check_error(pub.commit(file_line("p.txt", b"2"), header=header), 412)


def test_a_pull_request(home, pub):
    before = pub.head()
    answer = pub.commit(file_line("pr.txt", os.urandom(9)), query="?create_pr=1").json
    m = re.fullmatch(re.escape(f"{home.url}/acme/demo/discussions/") + r"(\d+)",
                     answer["pullRequestUrl"])
    assert m and pub.head() == before
    assert "pr.txt" in pub.files(f"refs%2Fpr%2F{m[1]}")


def test_the_rules_of_the_repository_decide(pub):
    mode = {f["path"]: f["uploadMode"] for f in pub.preupload(
        {"a.custom": b"x", "b.bin": b"x", "b.txt": b"x", "e.bin": b""},
        gitAttributes="*.custom filter=lfs diff=lfs merge=lfs -text\n").json["files"]}
    assert mode == {"a.custom": "lfs", "b.bin": "regular", "b.txt": "regular", "e.bin": "regular"}


def test_what_is_ignored(pub):
    ignored = {f["path"]: f["shouldIgnore"] for f in pub.preupload(
        {"a.tmp": b"x", "keep.tmp": b"x", "out/x": b"x", "b": b"x"},
        gitIgnore="*.tmp\n!keep.tmp\nout/\n").json["files"]}
    assert ignored == {"a.tmp": True, "keep.tmp": False, "out/x": True, "b": False}


def test_too_many_rules_for_so_many_paths(pub):
    """Patterns that were made to be slow do not hold a worker."""
    rules = "*a*a*a*a*a*a*a*a*b filter=lfs\n" * 9000
    start = time.monotonic()
    answer = pub.preupload({"/".join(["a" * 200] * 15) + f"/{i}": b"" for i in range(1000)},
                           gitAttributes=rules)
    assert answer.status == 413 and time.monotonic() - start < 3


def test_too_many_rules_for_so_many_files(home, pub):
    """Nor the gate, which all publications wait for."""
    assert pub.ask("POST", "/api/repos/create", {"name": "acme/slow"}).status == 200
    slow = Publisher(home, home.token, "acme/slow")
    rules = f"*{'a' * 100}b filter=lfs\n" * 9000
    assert slow.commit(file_line(".gitattributes", rules.encode())).status == 200
    start = time.monotonic()
    answer = slow.commit(*[file_line("a" * 240 + f"{i}", b"1") for i in range(300)])
    check_error(answer, 413)
    assert time.monotonic() - start < 3
    assert slow.commit(file_line("one", b"1")).status == 200


def test_a_card_before_its_commit(pub):
    good = pub.ask("POST", "/api/validate-yaml",
                   {"content": "---\nlicense: mit\n---\n# Hi\n", "repoType": "model"})
    assert good.status == 200 and good.json == {"errors": [], "warnings": []}
    bad = pub.ask("POST", "/api/validate-yaml",
                  {"content": "---\nlicense: [\n---\n", "repoType": "model"})
    assert bad.status == 400 and bad.json["errors"][0]["message"]


def test_names_that_are_odd(pub):
    names = ["ä ö/日本.txt", "a b#c%d.txt", "-", "x" * 200]
    assert pub.commit(*[file_line(n, n.encode()) for n in names]).status == 200
    for n in names:
        quoted = "".join(f"%{b:02X}" for b in n.encode())
        assert pub.read(quoted.replace("%2F", "/")).body == n.encode()


def test_many_lines(pub):
    """Ten thousand lines; a later one wins."""
    assert pub.commit(*[file_line(f"many/{i}.txt", b"%d" % i) for i in range(200)]).status == 200
    def copy(i):
        return {"key": "copyFile", "value": {"path": f"many/{i}.txt", "srcPath": "many/7.txt"}}

    lines = [deleted_line(f"many/{i // 2 % 200}.txt") if i % 2 else copy(i // 2 % 200)
             for i in range(10_000)]
    assert pub.commit(*lines, *[copy(i) for i in range(100)]).status == 200
    many = {p: e["oid"] for p, e in pub.files().items() if p.startswith("many/")}
    assert len(many) == 100 and len(set(many.values())) == 1


# --- who may --------------------------------------------------------------------------


def test_without_the_right(home):
    for token, status in ((None, 401), (home.reader_token, 403), (home.other_token, 403)):
        who = Publisher(home, token)
        for answer in (who.preupload({"a": b"x"}), who.commit(file_line("a", b"x")),
                       who.batch(b"x"), who.api("PUT", "settings", {"private": True})):
            assert answer.status == status, answer
    bad = Publisher(home, "hf_" + "a" * 40).commit(file_line("a", b"x"))
    assert bad.status == 401
    assert bad["X-Error-Message"] == "Invalid credentials in Authorization header"


def test_what_is_not_there(home, pub):
    nowhere = Publisher(home, home.token, "acme/none")
    check_error(nowhere.preupload({"a": b"x"}), 404, "RepoNotFound")
    check_error(nowhere.commit(file_line("a", b"x")), 404, "RepoNotFound")
    check_error(nowhere.batch(b"x"), 404, "RepoNotFound")
    check_error(pub.commit(file_line("a", b"x"), rev="nope"), 404, "RevisionNotFound")
    check_error(pub.preupload({"a": b"x"}, rev="nope"), 404, "RevisionNotFound")
    check_error(pub.commit(deleted_line("nope.txt")), 404, "EntryNotFound")


def test_a_hash_alone_is_no_right(home, pub):
    """Another's private bytes cannot be had by naming them."""
    secret = os.urandom(4000)
    mine = Publisher(home, home.token, "acme/secret")
    home.add(models.tiny(home.tmp / "secret", 9), "acme/secret")
    mine.upload(secret)
    assert mine.commit(lfs_line("s.bin", secret)).status == 200
    home.add(models.tiny(home.tmp / "theirs", 8), "other/repo")
    theirs = Publisher(home, home.other_token, "other/repo")
    assert mine.api("PUT", "settings", {"private": True}).status == 200
    assert theirs.actions(secret) is not None, "told to upload, as if it were not here"
    answer = theirs.commit(lfs_line("stolen.bin", secret))
    assert answer.status == 400 and "stolen.bin" in answer["X-Error-Message"], answer
    no_size = {"key": "lfsFile", "value": {"path": "stolen.bin", "oid": sha256(secret)}}
    assert theirs.commit(no_size).status == 400
    check = theirs.ask("POST", "/api/models/other/repo/lfs/verify",
                       {"oid": sha256(secret), "size": len(secret)})
    assert check.status == 404
    # Who has the bytes may send them, and then name them.
    theirs.upload(secret)
    assert theirs.commit(lfs_line("own.bin", secret)).status == 200


# --- uploads that are not what they say ---------------------------------------------------


def nothing_is_kept(home, data):
    assert sha256(data) not in home.blobs()
    until(lambda: not list((home.data / "incoming").iterdir()))


def test_wrong_bytes(home, pub):
    data = os.urandom(3000)
    href = pub.actions(data)["upload"]["href"]
    check_error(pub.put(href, b"x" + data[1:]), 422)
    check_error(pub.put(href, data[:-1]), 400)
    check_error(pub.put(href, data + b"x"), 400)
    check_error(pub.put(href, data, Content_Range="bytes 0-2999/3000"), 400)
    nothing_is_kept(home, data)
    assert pub.put(href, data).status == 200


def test_a_body_that_ends_early(home, pub):
    data = os.urandom(3000)
    target = pub.path(pub.actions(data)["upload"]["href"])
    head = f"PUT {target} HTTP/1.1\r\nHost: 127.0.0.1:{home.port}\r\nContent-Length: 3000\r\n\r\n"
    home.talk(head.encode() + data[:1500])
    nothing_is_kept(home, data)


def test_chunked_and_expecting(home, pub):
    data = os.urandom(3000)
    target = pub.path(pub.actions(data)["upload"]["href"])
    head = (f"PUT {target} HTTP/1.1\r\nHost: 127.0.0.1:{home.port}\r\nConnection: close\r\n"
            "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
    with home.connect() as s:
        s.sendall(head)
        assert s.recv(100).startswith(b"HTTP/1.1 100 ")
        s.sendall(b"BB8\r\n" + data + b"\r\n0\r\n\r\n")
        assert b" 200 " in s.recv(1000)[:20]
    longer = os.urandom(3000)
    target = pub.path(pub.actions(longer)["upload"]["href"]).encode()
    out = home.talk(head.replace(head.split(b" ")[1], target).replace(b"Expect: 100-continue\r\n", b"")
                    + b"BB9\r\n" + longer + b"x\r\n0\r\n\r\n")
    assert out.startswith(b"HTTP/1.1 400 "), out
    nothing_is_kept(home, longer)


def test_urls_that_are_not_ours(home, pub):
    data = os.urandom(3000)
    href = pub.actions(data)["upload"]["href"]
    home.add(models.tiny(home.tmp / "second", 5), "acme/second")
    bad = [href.replace("size=3000", "size=3001"),
           href[:-1] + ("0" if href[-1] != "0" else "1"),
           href.replace("acme/demo", "acme/second"),
           href.replace(sha256(data), sha256(b"other")),
           href.split("?")[0], href.split("&signature")[0],
           re.sub(r"expires=(\d)", r"expires=9\1", href),
           re.sub(r"token=[0-9a-f]+", "token=", href)]
    for url in bad:
        check_error(pub.put(url, data), 403)
    assert home.ask("POST", pub.path(href), b"{}").status == 403
    nothing_is_kept(home, data)


def test_a_token_that_was_taken_away(home):
    token = new_token(home, "gone")
    who = Publisher(home, token)
    data = os.urandom(3000)
    href = who.actions(data)["upload"]["href"]
    home.weigh("token", "rm", "gone")
    assert who.put(href, data).status in (401, 403)
    nothing_is_kept(home, data)


def test_after_it_was_done(pub):
    data = os.urandom(3000)
    href = pub.actions(data)["upload"]["href"]
    assert pub.put(href, data).status == 200
    assert pub.put(href, data).status == 200, "the answer may have been lost"
    check_error(pub.put(href, b"y" + data[1:]), 422)


def test_parts_that_are_not_right(home, pub):
    data = os.urandom(100) + BIG[100:]
    upload = pub.actions(data)["upload"]
    urls = [upload["header"][f"{n:05}"] for n in (1, 2, 3)]
    parts = [data[:MIB], data[MIB:2 * MIB], data[2 * MIB:]]
    check_error(pub.complete(upload["href"], sha256(data), {1: '"a"'}), 404)
    check_error(pub.put(urls[2], parts[0]), 400)
    etags = {n + 1: pub.put(urls[n], parts[n])["ETag"] for n in (0, 1)}
    check_error(pub.complete(upload["href"], sha256(data), etags), 400)
    etags[3] = pub.put(urls[2], b"x" + parts[2][1:])["ETag"]
    check_error(pub.complete(upload["href"], sha256(data), {**etags, 2: '"no"'}), 400)
    good = pub.put(urls[2], parts[2])["ETag"]
    check_error(pub.complete(upload["href"], sha256(data), etags), 400)
    assert pub.complete(upload["href"], sha256(data), {**etags, 3: good}).status == 200
    wrong = os.urandom(100) + BIG[100:]
    upload = pub.actions(wrong)["upload"]
    etags = {n + 1: pub.put(upload["header"][f"{n + 1:05}"], parts[n])["ETag"] for n in range(3)}
    check_error(pub.complete(upload["href"], sha256(wrong), etags), 422)
    nothing_is_kept(home, wrong)


def test_too_many_open(home, pub):
    """Bodies that do not come hold no more places than a token has."""
    conns = []
    for i in range(6):
        data = os.urandom(300_000)
        target = pub.path(pub.actions(data)["upload"]["href"])
        s = home.connect()
        s.sendall(f"PUT {target} HTTP/1.1\r\nHost: 127.0.0.1:{home.port}\r\n"
                  f"Content-Length: 300000\r\n\r\n".encode() + data[:200_000])
        conns.append(s)
    last = os.urandom(3000)
    href = pub.actions(last)["upload"]["href"]
    until(lambda: home.metric("weighhouse_uploads_open") == 6)
    check_error(pub.put(href, last), 503)
    for s in conns:
        s.close()
    until(lambda: home.metric("weighhouse_uploads_open") == 0)
    assert pub.put(href, last).status == 200


def test_killed_while_uploading(tmp):
    h = House(tmp, env={"WEIGHD_UPLOAD_PART": "1M"}).start()
    pub = Publisher(h, new_token(h, "ci"))
    h.add(models.tiny(tmp / "tiny", 3), "acme/demo")
    upload = pub.actions(BIG)["upload"]
    first = pub.put(upload["header"]["00001"], BIG[:MIB])
    s = h.connect()
    s.sendall(f"PUT {pub.path(upload['header']['00002'])} HTTP/1.1\r\nHost: x:{h.port}\r\n"
              f"Content-Length: {MIB}\r\n\r\n".encode() + BIG[MIB:MIB + 5000])
    until(lambda: list((h.data / "incoming").iterdir()))
    old = h.port
    h.kill9()
    h.start()
    assert not h.leftovers()
    pub.house = h
    href = upload["href"].replace(str(old), str(h.port))
    check_error(pub.complete(href, sha256(BIG), {1: first["ETag"], 2: '"x"', 3: '"y"'}), 404)
    upload = pub.actions(BIG)["upload"]
    etags = {n: pub.put(upload["header"][f"{n:05}"], BIG[(n - 1) * MIB:n * MIB])["ETag"]
             for n in (1, 2, 3)}
    assert pub.complete(upload["href"], sha256(BIG), etags).status == 200
    assert pub.commit(lfs_line("w.bin", BIG)).status == 200
    assert pub.read("w.bin").body == BIG
    h.stop()


def test_urls_end(tmp):
    h = House(tmp, env={"WEIGHD_UPLOAD_SECONDS": "60", "WEIGHD_UPLOAD_LARGEST": "1000"}).start()
    pub = Publisher(h, new_token(h, "ci"))
    h.add(models.tiny(tmp / "tiny", 3), "acme/demo")
    actions = pub.actions(b"x" * 900)
    expires = int(re.search(r"expires=(\d+)", actions["upload"]["href"])[1])
    assert 50 <= expires - time.time() <= 61 and actions["upload"]["expires_in"] == 60
    (one,) = json.loads(pub.batch(b"x" * 1001).body)["objects"]
    assert one["error"]["code"] == 413 and one["error"]["message"]
    h.stop()


# --- commits that are not what they say -----------------------------------------------------


@pytest.mark.parametrize("line, words", [
    ({"key": "file", "value": {"path": "../x", "content": "", "encoding": "base64"}}, "line 2"),
    ({"key": "file", "value": {"path": ".git/config", "content": "", "encoding": "base64"}}, "line 2"),
    ({"key": "file", "value": {"path": "x", "content": "!", "encoding": "base64"}}, "base64"),
    ({"key": "file", "value": {"path": "x", "content": "eA==", "encoding": "utf-8"}}, "encoding"),
    ({"key": "lfsFile", "value": {"path": "x", "oid": "0" * 64, "size": 1}}, "x"),
    ({"key": "lfsFile", "value": {"path": "x", "oid": "0", "size": 1}}, "oid"),
    ({"key": "rename", "value": {"path": "x"}}, "unknown"),
    (HEADER, "second header"),
    ([], "object"),
    ({"key": "file", "value": {"path": "a" * 5000, "content": "", "encoding": "base64"}}, "line 2"),
])
def test_lines_that_are_not_right(home, pub, line, words):
    before = pub.head()
    answer = pub.commit(file_line("before.txt", b"never"), line)
    assert answer.status in (400, 413), answer
    assert words.replace("line 2", "line 3") in answer["X-Error-Message"], answer
    assert pub.head() == before
    until(lambda: not list((home.data / "incoming").iterdir()))


def test_a_line_without_end(home, pub):
    """It is refused long before it has all come."""
    head = (f"POST /api/models/acme/demo/commit/main HTTP/1.1\r\nHost: 127.0.0.1:{home.port}\r\n"
            f"Authorization: Bearer {home.token}\r\nContent-Length: 200000000\r\n\r\n").encode()
    body = json.dumps(HEADER).encode() + b'\n{"key":"file","value":{"content":"'
    out = home.talk(head + body + b"QUJD" * (6 << 20), half_close=False)
    assert out.startswith(b"HTTP/1.1 413 "), out[:200]
    until(lambda: not list((home.data / "incoming").iterdir()))


def test_paths_that_are_long_together(pub):
    """Far less than what a commit may bring in bytes of files."""
    long = "/".join(["a" * 200] * 20)
    line = {"key": "copyFile", "value": {"path": long, "srcPath": long}}
    answer = pub.commit(*[line] * 8500)
    check_error(answer, 413)
    assert "fewer files" in answer.json["error"]


def test_a_commit_that_ends_early(home, pub):
    before = pub.head()
    body = json.dumps(HEADER).encode() + b"\n" + json.dumps(file_line("a", b"x")).encode()
    head = (f"POST /api/models/acme/demo/commit/main HTTP/1.1\r\nHost: 127.0.0.1:{home.port}\r\n"
            f"Authorization: Bearer {home.token}\r\nContent-Length: {len(body) + 50}\r\n\r\n")
    home.talk(head.encode() + body + b"\n" + b'{"key":"deletedFile"')
    until(lambda: not list((home.data / "incoming").iterdir()))
    assert pub.head() == before


def test_batches_that_are_not_right(pub):
    assert pub.batch(("../../etc/passwd", 1)).status in (400, 422)
    assert pub.batch((sha256(b"x"), -1)).status in (400, 422)
    assert pub.batch(*[(f"{i:064x}", 1) for i in range(2001)]).status == 413
    target = "/acme/demo.git/info/lfs/objects/batch"
    wrong = pub.ask("POST", target, {"operation": "upload", "objects": [], "hash_algo": "sha512"})
    assert wrong.status == 409
    assert pub.ask("POST", target, b"no json").status == 400
    many = json.loads(pub.batch(*[(f"{i:064x}", 5) for i in range(1000)]).body)["objects"]
    assert len({o["actions"]["upload"]["href"] for o in many}) == 1000
