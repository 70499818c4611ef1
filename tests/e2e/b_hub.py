"""The Hub's routes as unmodified clients use them: huggingface_hub 0.36-1.28,
@huggingface/hub 2.17, llama.cpp.  (house.ask refuses any mention of Xet.)"""
import hashlib
import re
import socket
import urllib.parse

import pytest

import models
from house import sha256_of, tree_of

WEIGHTS = "/acme/small/resolve/main/model.safetensors"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def git_blob(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def weights(shared):
    return (shared.folder["acme/small"] / "model.safetensors").read_bytes()


# --- resolve ------------------------------------------------------------------


def test_head_of_an_lfs_file(shared):
    a = shared.ask("HEAD", WEIGHTS, Accept_Encoding="identity")
    data = weights(shared)
    sha = hashlib.sha256(data).hexdigest()
    assert a.status == 200
    assert a["X-Repo-Commit"] == shared.sha["acme/small"]
    assert a["ETag"] == a["X-Linked-ETag"] == f'"{sha}"'
    assert a["Content-Length"] == a["X-Linked-Size"] == str(len(data))
    assert a["Accept-Ranges"] == "bytes"
    assert a["Content-Encoding"] is None and a["Location"] is None
    assert a["X-Content-Type-Options"] == "nosniff" and a["Date"] and a.body == b""


def test_head_of_a_regular_file(shared):
    a = shared.ask("HEAD", "/acme/small/resolve/main/config.json")
    data = (shared.folder["acme/small"] / "config.json").read_bytes()
    assert a.status == 200 and a["ETag"] == f'"{git_blob(data)}"'
    assert a["Content-Length"] == str(len(data))
    assert a["X-Linked-ETag"] is None and a["X-Linked-Size"] is None
    assert a["X-Repo-Commit"] == shared.sha["acme/small"]


def test_get_gives_the_bytes_of_every_file(shared):
    for name, folder in shared.folder.items():
        for path, sha in tree_of(folder).items():
            a = shared.get(f"/{name}/resolve/main/{urllib.parse.quote(path)}")
            assert a.status == 200 and hashlib.sha256(a.body).hexdigest() == sha, (name, path)


def test_every_spelling_of_a_revision(shared):
    sha = shared.sha["acme/small"]
    for rev in ("main", sha, "HEAD", "refs%2Fheads%2Fmain"):
        a = shared.get(f"/acme/small/resolve/{rev}/config.json")
        assert a.status == 200 and a["X-Repo-Commit"] == sha, rev
        assert shared.get(f"/api/models/acme/small/revision/{rev}").json["sha"] == sha, rev
        assert shared.get(f"/api/models/acme/small/tree/{rev}").status == 200, rev


@pytest.mark.parametrize("spec, first, last", [
    ("0-0", 0, 0), ("0-99", 0, 99), ("4194300-4194310", 4194300, 4194310),
    ("9000000-", 9000000, None), ("-7", -7, None), ("5-99999999999", 5, None),
    ("-99999999999", 0, None),
])
def test_one_range(shared, spec, first, last):
    data = weights(shared)
    n = len(data)
    first = n + first if first < 0 else first
    last = n - 1 if last is None else last
    a = shared.get(WEIGHTS, Range="bytes=" + spec, Accept_Encoding="gzip")
    assert a.status == 206 and a.body == data[first:last + 1]
    assert a["Content-Range"] == f"bytes {first}-{last}/{n}"
    assert a["Content-Length"] == str(last - first + 1) and a["Content-Encoding"] is None


def test_ranges_that_cannot_be_met(shared):
    n = len(weights(shared))
    for spec in (f"{n}-", f"{n}-{n + 5}", "-0", "99999999999999999999-"):
        a = shared.get(WEIGHTS, Range="bytes=" + spec)
        assert a.status == 416 and a["Content-Range"] == f"bytes */{n}", spec


def test_ranges_to_ignore(shared):
    n = len(weights(shared))
    for spec in ("lines=0-5", "bytes=5-2", "bytes=a-b", "bytes=", "bytes=+0-5", "bytes=0x0-5",
                 "bytes=1-2-3", "bytes 0-5", "bytes=0-1,5-6", "bytes=-"):
        a = shared.get(WEIGHTS, Range=spec)
        assert a.status == 200 and len(a.body) == n, spec


def test_a_range_on_head_is_ignored(shared):
    a = shared.ask("HEAD", WEIGHTS, Range="bytes=0-9")
    assert a.status == 200 and a["Content-Length"] == str(len(weights(shared)))


def test_conditions(shared):
    etag = shared.ask("HEAD", WEIGHTS)["ETag"]
    table = [
        (dict(If_None_Match=etag), 304), (dict(If_None_Match=f'"x", W/{etag}'), 304),
        (dict(If_None_Match="*"), 304), (dict(If_None_Match='"x"'), 200),
        (dict(If_Match=etag), 200), (dict(If_Match='"x"'), 412),
        (dict(If_Match=f"W/{etag}"), 412), (dict(If_Match="*"), 200),
        (dict(Range="bytes=0-9", If_Range=etag), 206),
        (dict(Range="bytes=0-9", If_Range='"x"'), 200),
        (dict(Range="bytes=0-9", If_Range=f"W/{etag}"), 200),
        (dict(If_Modified_Since="nonsense"), 200),
    ]
    for headers, status in table:
        a = shared.get(WEIGHTS, **headers)
        assert a.status == status, (headers, a)
        if status == 304:
            assert a["ETag"] == etag and a["Date"] and a.body == b""


def test_last_modified_if_given_can_be_asked_for(shared):
    stamp = shared.ask("HEAD", WEIGHTS)["Last-Modified"]
    if stamp:
        assert shared.get(WEIGHTS, If_Modified_Since=stamp).status == 304
        assert shared.get(WEIGHTS, If_Unmodified_Since="Sun, 06 Nov 1994 08:49:37 GMT").status == 412


def test_an_empty_file(shared):
    url = "/acme/small/resolve/main/empty.txt"
    a = shared.get(url)
    assert a.status == 200 and a["Content-Length"] == "0" and a.body == b""
    a = shared.get(url, Range="bytes=0-0")  # @huggingface/hub throws on 416
    assert a.status in (200, 206) and a["Content-Range"] == "bytes 0-0/0" and a.body == b""
    assert shared.get(url, Range="bytes=1-").status == 416


def test_files_are_never_a_page(shared, house, tmp):
    folder = models.write(tmp / "m", {"a.html": b"<script>1</script>", "b.svg": b"<svg/>"})
    house.add(folder, "acme/m")
    for path in ("a.html", "b.svg"):
        kind = house.get(f"/acme/m/resolve/main/{path}")["Content-Type"]
        assert kind.split(";")[0] in ("application/octet-stream", "text/plain"), kind


# --- model info ---------------------------------------------------------------


def test_model_info(shared):
    sha = shared.sha["acme/small"]
    for url in ("/api/models/acme/small", "/api/models/acme/small/revision/main",
                f"/api/models/acme/small/revision/{sha}",
                "/api/models/acme/small?expand=xetEnabled&expand[]=nonsense&securityStatus=true"):
        doc = shared.get(url).json
        assert doc["id"] == doc["modelId"] == "acme/small" and doc["author"] == "acme"
        assert doc["sha"] == sha and doc["private"] is False and doc["gated"] is False
        assert DATE.fullmatch(doc["lastModified"]) and DATE.fullmatch(doc["createdAt"])
        assert {s["rfilename"] for s in doc["siblings"]} == set(tree_of(shared.folder["acme/small"]))


def test_model_info_with_blobs(shared):
    doc = shared.get("/api/models/acme/small/revision/main?blobs=true").json
    folder = shared.folder["acme/small"]
    for s in doc["siblings"]:
        data = (folder / s["rfilename"]).read_bytes()
        assert s["size"] == len(data)
        if s["rfilename"] == "model.safetensors":
            pointer = ("version https://git-lfs.github.com/spec/v1\n"
                       f"oid sha256:{hashlib.sha256(data).hexdigest()}\nsize {len(data)}\n").encode()
            assert s["lfs"] == {"sha256": hashlib.sha256(data).hexdigest(),
                                "size": len(data), "pointerSize": len(pointer)}
            assert s["blobId"] == git_blob(pointer)
        else:
            assert "lfs" not in s and s["blobId"] == git_blob(data)


def test_datasets_and_one_segment_names(shared):
    doc = shared.get("/api/datasets/acme/rows").json
    assert doc["id"] == "acme/rows" and doc["sha"] == shared.sha["datasets/acme/rows"]
    assert shared.get("/api/datasets/acme/rows/tree/main").status == 200
    assert shared.ask("HEAD", "/datasets/acme/rows/resolve/main/w.bin").status == 200
    assert shared.get("/api/models/acme/rows").status == 404
    doc = shared.get("/api/models/solo").json
    assert doc["id"] == "solo" and doc["sha"] == shared.sha["solo"]
    for url in ("/api/models/solo/revision/main", "/api/models/solo/tree/main",
                "/api/models/solo/refs", "/solo/resolve/main/w.bin"):
        assert shared.get(url).status == 200, url


# --- tree ---------------------------------------------------------------------


def test_tree(shared):
    folder = shared.folder["acme/small"]
    entries = shared.get("/api/models/acme/small/tree/main?recursive=true&expand=false").json
    files = {e["path"]: e for e in entries if e["type"] == "file"}
    assert set(files) == set(tree_of(folder))
    assert {e["path"] for e in entries if e["type"] == "directory"} == {"sub", "sub/deeper"}
    for path, e in files.items():
        data = (folder / path).read_bytes()
        assert e["size"] == len(data) and re.fullmatch("[0-9a-f]{40}", e["oid"])
        if path == "model.safetensors":
            assert e["lfs"]["oid"] == hashlib.sha256(data).hexdigest()
            assert e["lfs"]["size"] == len(data) and e["lfs"]["pointerSize"] > 100
        else:
            assert "lfs" not in e and e["oid"] == git_blob(data)
    for e in entries:
        if e["type"] == "directory":
            assert e["size"] == 0 and re.fullmatch("[0-9a-f]{40}", e["oid"])


def test_tree_of_a_folder(shared):
    for sub in ("sub", "sub%2Fdeeper", "sub/deeper"):
        entries = shared.get(f"/api/models/acme/small/tree/main/{sub}").json
        prefix = urllib.parse.unquote(sub) + "/"
        assert entries and all(e["path"].startswith(prefix) for e in entries)
        assert all("/" not in e["path"][len(prefix):] for e in entries)
    a = shared.get("/api/models/acme/small/tree/main/none")
    assert a.status == 404 and a["X-Error-Code"] == "EntryNotFound"


def test_tree_expanded_names_the_last_commit(shared):
    for e in shared.get("/api/models/acme/small/tree/main?expand=true").json:
        assert e["lastCommit"]["id"] == shared.sha["acme/small"]
        assert DATE.fullmatch(e["lastCommit"]["date"]) and e["lastCommit"]["title"]


def test_tree_in_pages_by_an_absolute_link(shared):
    url, pages, paths = "/api/models/acme/small/tree/main?recursive=true&limit=3", 0, []
    while url:
        a = shared.get(url)
        page = a.json
        assert len(page) <= 3
        paths += [e["path"] for e in page]
        pages += 1
        if not a["Link"]:
            break
        # exactly one blank behind the ';', absolute, on the host that was asked
        m = re.fullmatch(rf'<{re.escape(shared.url)}(/\S+)>; rel="next"', a["Link"])
        assert m, a["Link"]
        url = m[1]
    whole = [e["path"] for e in shared.get(
        "/api/models/acme/small/tree/main?recursive=true").json]
    assert paths == whole and pages == -(-len(whole) // 3)


def test_tree_page_is_1000_entries(house, tmp):
    models.write(tmp / "m", {f"f{i:04}.txt": b"%d" % i for i in range(1001)})
    house.add(tmp / "m", "acme/many")
    a = house.get("/api/models/acme/many/tree/main?recursive=true")
    assert len(a.json) == 1000 and a["Link"]
    rest = house.get(a["Link"].split(">")[0].removeprefix("<" + house.url))
    assert [e["path"] for e in rest.json] == ["f1000.txt"] and rest["Link"] is None


def test_link_uses_the_host_of_the_request(shared):
    a = shared.talk(b"GET /api/models/acme/small/tree/main?limit=1 HTTP/1.1\r\n"
                    b"Host: mirror.example:99\r\nConnection: close\r\n\r\n")
    assert b"<http://mirror.example:99/api/models/acme/small/tree/main?" in a


# --- refs, whoami, unknown ----------------------------------------------------


def test_refs(shared):
    doc = shared.get("/api/models/acme/small/refs").json
    assert doc["branches"] == [{"name": "main", "ref": "refs/heads/main",
                                "targetCommit": shared.sha["acme/small"]}]
    assert doc["converts"] == [] and doc["tags"] == []
    assert shared.get("/api/models/acme/small/refs?include_prs=1").json["pullRequests"] == []


def test_whoami_without_a_token(shared):
    a = shared.get("/api/whoami-v2")
    assert a.status == 401 and a.json["error"]


def test_a_bad_token_has_the_exact_words(shared):
    a = shared.get("/api/whoami-v2", Authorization="Bearer hf_" + "x" * 34)
    assert a.status == 401
    assert a["X-Error-Message"] == "Invalid credentials in Authorization header"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("url", ["/api/agent-harnesses", "/api/telemetry/x/y", "/api/none", "/api"])
def test_unknown_api_paths_are_a_fast_404(shared, method, url):
    a = shared.ask(method, url, body=b"{}" if method == "POST" else None)
    assert a.status == 404, a
    if method != "HEAD":
        assert a.json["error"]


@pytest.mark.parametrize("url, code", [
    ("/api/models/acme/none", "RepoNotFound"),
    ("/api/models/none", "RepoNotFound"),
    ("/api/models/acme/none/tree/main", "RepoNotFound"),
    ("/api/models/acme/none/refs", "RepoNotFound"),
    ("/acme/none/resolve/main/config.json", "RepoNotFound"),
    ("/api/models/acme/small/revision/none", "RevisionNotFound"),
    ("/api/models/acme/small/tree/none", "RevisionNotFound"),
    ("/acme/small/resolve/none/config.json", "RevisionNotFound"),
    ("/acme/small/resolve/" + "0" * 40 + "/config.json", "RevisionNotFound"),
    ("/acme/small/resolve/main/none.json", "EntryNotFound"),
    ("/acme/small/resolve/main/sub", "EntryNotFound"),
    ("/api/models/acme/small/tree/main/none", "EntryNotFound"),
])
def test_not_found_has_the_hubs_code(shared, url, code):
    a = shared.get(url)
    assert a.status == 404 and a["X-Error-Code"] == code, a
    doc = a.json
    assert doc["error"] == a["X-Error-Message"] and set(doc["weigh"]) >= {"code", "what", "why", "fix"}
    head = shared.ask("HEAD", url)
    assert head.status == 404 and head["X-Error-Code"] == code and head.body == b""
    assert head["Content-Length"] == a["Content-Length"]
    if "/resolve/" in url and code == "EntryNotFound":  # or transformers asks again each time
        assert a["X-Repo-Commit"] == shared.sha["acme/small"]


def test_an_error_page_does_not_echo_what_it_was_sent(shared):
    a = shared.get("/acme/small/resolve/main/%3Cscript%3Ealert(1)%3C/script%3E")
    assert a.status in (400, 404) and a["X-Content-Type-Options"] == "nosniff"
    assert a["Content-Type"].startswith("application/json")


def test_two_slashes_in_front_are_tolerated(shared):
    assert shared.get("//api/models/acme/small").status == 200  # HF_ENDPOINT ends in '/'


def test_another_case_leads_to_the_name_or_nowhere(shared):
    a = shared.get("/api/models/ACME/Small")
    assert a.status in (307, 404), a
    if a.status == 307:  # by a relative path, as renames
        assert a["Location"].startswith("/api/models/acme/small")


def test_a_client_reads_one_connection_for_many_files(shared):
    data = {p: (shared.folder["acme/small"] / p).read_bytes() for p in ("config.json", "README.md")}
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as s:
        for path in ("config.json", "README.md") * 5:
            s.sendall(f"GET /acme/small/resolve/main/{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            got = b""
            while not got.partition(b"\r\n\r\n")[2].endswith(data[path]):
                got += s.recv(65536)
            assert got.startswith(b"HTTP/1.1 200 ")


def test_snapshot_the_way_the_python_client_does(shared):
    """revision, tree, then HEAD and GET of each file: 1.28's sequence."""
    sha = shared.get("/api/models/acme/sharded/revision/main").json["sha"]
    tree = shared.get(f"/api/models/acme/sharded/tree/{sha}?recursive=true&expand=false").json
    got = {}
    for e in tree:
        url = f"/acme/sharded/resolve/{sha}/{urllib.parse.quote(e['path'])}"
        head = shared.ask("HEAD", url, Accept_Encoding="identity")
        assert head["X-Repo-Commit"] == sha
        etag = head["X-Linked-ETag"] or head["ETag"]
        a = shared.get(url)
        assert len(a.body) == int(head["X-Linked-Size"] or head["Content-Length"])
        if head["X-Linked-ETag"]:
            assert hashlib.sha256(a.body).hexdigest() == etag.strip('"')
        else:
            assert git_blob(a.body) == etag.strip('"')
        got[e["path"]] = hashlib.sha256(a.body).hexdigest()
    assert got == tree_of(shared.folder["acme/sharded"])
    assert sha256_of(shared.folder["acme/sharded"] / "config.json") == got["config.json"]
