"""What Hub clients read beyond files and trees: paths-info, raw, commits, auth-check,
revisions with slashes, old names, gzip.  (house.ask refuses any mention of Xet.)"""
import gzip
import hashlib
import json
import re
import sqlite3
import time
import urllib.parse

import pytest

import models
from house import House, remove, short_tmp, tree_of

SMALL = "/api/models/acme/small"
FORM = "application/x-www-form-urlencoded"


def git_blob(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def paths_info(house, repo, paths, rev="main", expand=False, form=True, **headers):
    """POST …/paths-info as huggingface_hub (a form) or @huggingface/hub (JSON) does."""
    if form:
        body = urllib.parse.urlencode({"paths": paths, "expand": expand}, doseq=True)
        headers["Content_Type"] = FORM
    else:
        body = json.dumps({"paths": paths, "expand": expand})
        headers["Content_Type"] = "application/json"
    return house.ask("POST", f"/api/{repo}/paths-info/{rev}", body.encode(), **headers)


# --- paths-info ---------------------------------------------------------------


def test_paths_info_says_what_the_tree_says(shared):
    for repo, name in (("models/acme/small", "acme/small"), ("models/solo", "solo"),
                       ("datasets/acme/rows", "datasets/acme/rows")):
        for expand in (False, True):
            flag = str(expand).lower()
            tree = shared.get(f"/api/{repo}/tree/main?recursive=true&expand={flag}").json
            for form in (True, False):
                a = paths_info(shared, repo, [e["path"] for e in tree], expand=expand, form=form)
                assert a.status == 200 and a.json == tree, (repo, expand, form)
                assert a["X-Repo-Commit"] == shared.sha[name]
                assert a["Content-Type"] == "application/json; charset=utf-8"


def test_paths_info_leaves_out_what_is_not_there(shared):
    asked = ["none", "config.json", "", "/", "../x", "a//b", "config.json/", ".git/config", "x" * 5000,
             "model.safetensors"]
    for form in (True, False):
        a = paths_info(shared, "models/acme/small", asked, form=form)
        assert [e["path"] for e in a.json] == ["config.json", "model.safetensors"], form
    assert paths_info(shared, "models/acme/small", []).json == []
    assert shared.ask("POST", f"{SMALL}/paths-info/main", b"").json == []


def test_paths_info_expand(shared):
    a = paths_info(shared, "models/acme/small", ["config.json"], expand=True)
    entry = a.json[0]
    assert entry["lastCommit"]["id"] == shared.sha["acme/small"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["lastCommit"]["date"])
    assert entry["securityFileStatus"] == {"status": "unscanned", "avScan": None, "pickleImportScan": None}


def test_paths_info_of_what_does_not_exist(shared):
    for repo, rev, code in (("models/acme/none", "main", "RepoNotFound"),
                            ("models/acme/small", "none", "RevisionNotFound")):
        a = paths_info(shared, repo, ["config.json"], rev=rev)
        assert a["X-Error-Code"] == code and a.json["error"]


def test_paths_info_bodies_that_are_refused(shared):
    url = f"{SMALL}/paths-info/main"
    for body in (b"", b"[]", b'{"paths":[1]}', b'{"paths":{}}', b'{"paths":["a"', b"\xff"):
        a = shared.ask("POST", url, body, Content_Type="application/json")
        assert a.status == 400 and a.json["error"], body
    many = b"&".join(b"paths=%d" % i for i in range(10001))
    a = shared.ask("POST", url, many, Content_Type=FORM)
    assert a.status == 413 and "10000" in a.json["error"]
    a = shared.ask("POST", url, b"x" * (5 << 20), Content_Type=FORM)
    assert a.status == 413
    a = shared.get(url)
    assert a.status == 405 and a["Allow"] == "POST"


def test_paths_info_body_in_chunks_and_in_gzip(shared):
    body = b"paths=config.json&expand=False"
    head = f"POST {SMALL}/paths-info/main HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()
    chunked = b"".join(b"1\r\n%c\r\n" % c for c in body) + b"0\r\n\r\n"
    got = shared.talk(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked, half_close=False)
    assert b'"path":"config.json"' in got
    a = shared.ask("POST", f"{SMALL}/paths-info/main", gzip.compress(body), Content_Encoding="gzip")
    assert [e["path"] for e in a.json] == ["config.json"]
    a = shared.ask("POST", f"{SMALL}/paths-info/main", body, Content_Encoding="br")
    assert a.status == 415 and a["Accept-Encoding"] == "gzip"
    bomb = gzip.compress(b"paths=" + b"a" * (64 << 20))
    a = shared.ask("POST", f"{SMALL}/paths-info/main", bomb, Content_Encoding="gzip")
    assert a.status == 413


def test_paths_info_of_many_paths_is_fast(tmp):
    """2,000 files; 1,000 of them asked at once.  (tests/bench has 20,000.)"""
    folder = tmp / "many"
    models.write(folder, {f"d{i:02}/{j:03}.txt": b"%d" % (i * 20 + j) for i in range(100) for j in range(20)})
    h = House(tmp).start()
    h.add(folder, "acme/many")
    asked = [f"d{i % 100:02}/{i // 100:03}.txt" for i in range(1000)]
    times = []
    for _ in range(5):
        start = time.monotonic()
        a = paths_info(h, "models/acme/many", asked)
        times.append(time.monotonic() - start)
        assert len(a.json) == 1000
    assert min(times) < 1, times
    a = paths_info(h, "models/acme/many", ["d99", "d00/000.txt"])
    assert [e["type"] for e in a.json] == ["directory", "file"]
    h.stop()


# --- raw -----------------------------------------------------------------------


def test_raw_is_the_file_as_it_lies_in_git(shared):
    folder = shared.folder["acme/small"]
    for path in tree_of(folder):
        data = (folder / path).read_bytes()
        info = paths_info(shared, "models/acme/small", [path]).json[0]
        a = shared.get(f"/acme/small/raw/main/{urllib.parse.quote(path)}")
        assert a.status == 200 and a["Content-Type"] == "text/plain; charset=utf-8", path
        assert a["X-Repo-Commit"] == shared.sha["acme/small"] and a["X-Linked-Size"] is None
        assert a["ETag"] == f'"{info["oid"]}"' == f'"{git_blob(a.body)}"'
        if "lfs" in info:
            assert a.body == (b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
                              % (hashlib.sha256(data).hexdigest().encode(), len(data)))
        else:
            assert a.body == data
        h = shared.ask("HEAD", f"/acme/small/raw/main/{urllib.parse.quote(path)}")
        assert h.status == 200 and h["Content-Length"] == str(len(a.body)) and h["ETag"] == a["ETag"]


def test_raw_conditions_and_errors(shared):
    url = "/acme/small/raw/main/model.safetensors"
    etag = shared.get(url)["ETag"]
    assert shared.get(url, If_None_Match=etag).status == 304
    a = shared.get(url, Range="bytes=0-6", If_Range=etag)
    assert a.status == 206 and a.body == b"version"
    assert shared.get("/acme/small/raw/main/none")["X-Error-Code"] == "EntryNotFound"
    assert shared.get("/acme/small/raw/none/config.json")["X-Error-Code"] == "RevisionNotFound"


# --- commits --------------------------------------------------------------------


@pytest.fixture(scope="module")
def history():
    """A repository with five commits on main, and refs that are easily mistaken."""
    folder = short_tmp()
    h = House(folder).start()
    model = folder / "m"
    h.commits = []
    for i in range(5):
        models.write(model, {"config.json": b'{"n":%d}' % i, "sub/a.txt": b"a%d" % i})
        h.commits.append(h.add(model, "acme/old", "--message", f"step {i} & <more>\n\nwhy {i} <so>\n")["revision"])
    for branch in ("dev/feature-1", "dev/feature-1x"):
        models.write(model, {"config.json": branch.encode()})
        h.add(model, "acme/old", "--revision", branch)
    yield h
    h.stop()
    remove(folder)


def test_commits(history):
    a = history.get("/api/models/acme/old/commits/main")
    assert [c["id"] for c in a.json] == history.commits[::-1]
    assert a["X-Total-Count"] == "5" and a["Link"] is None
    first = a.json[-1]
    assert first["title"] == "step 0 & <more>" and first["message"] == "why 0 <so>"
    assert first["authors"][0]["user"] and "formatted" not in first
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["date"])
    a = history.get("/api/models/acme/old/commits/main?expand%5B%5D=formatted&expand=whatever")
    assert a.json[-1]["formatted"] == {"title": "step 0 &amp; &lt;more&gt;", "message": "why 0 &lt;so&gt;"}


def test_commits_in_pages(history):
    url, seen = "/api/models/acme/old/commits/main?limit=2&expand[]=formatted", []
    while url:
        a = history.get(url)
        assert len(a.json) <= 2 and a["X-Total-Count"] == "5"
        assert all("formatted" in c for c in a.json)
        seen += [c["id"] for c in a.json]
        link = a["Link"]
        if link is None:
            break
        m = re.fullmatch(rf'<http://127\.0\.0\.1:{history.port}(/[^>]*)>; rel="next"', link)
        url = m[1]
    assert seen == history.commits[::-1]
    assert history.get("/api/models/acme/old/commits/main?p=3&limit=2").json == []
    for query in ("limit=0", "limit=-1", "limit=x", "p=x", "limit=99999999999999999999", "p=99999999"):
        assert history.get(f"/api/models/acme/old/commits/main?{query}").status == 200, query


def test_commits_of_a_commit(history):
    a = history.get(f"/api/models/acme/old/commits/{history.commits[1]}")
    assert [c["id"] for c in a.json] == history.commits[1::-1]
    assert history.get("/api/models/acme/old/commits/none")["X-Error-Code"] == "RevisionNotFound"


# --- revisions with slashes ---------------------------------------------------------


def test_a_slash_in_a_revision_encoded_or_not(history):
    want = {}
    for branch in ("dev/feature-1", "dev/feature-1x"):
        for rev in (branch, urllib.parse.quote(branch, ""), "refs/heads/" + branch,
                    urllib.parse.quote("refs/heads/" + branch, "")):
            base = "/api/models/acme/old"
            sha = history.get(f"{base}/revision/{rev}").json["sha"]
            assert want.setdefault(branch, sha) == sha, rev
            assert history.get(f"{base}/tree/{rev}")["X-Repo-Commit"] == sha, rev
            assert [e["path"] for e in history.get(f"{base}/tree/{rev}/sub").json] == ["sub/a.txt"], rev
            assert history.get(f"{base}/commits/{rev}").json[0]["id"] == sha, rev
            assert paths_info(history, "models/acme/old", ["config.json"], rev=rev)["X-Repo-Commit"] == sha
            for verb in ("resolve", "raw"):
                a = history.get(f"/acme/old/{verb}/{rev}/config.json")
                assert a.status == 200 and a.body == branch.encode(), (verb, rev)
                a = history.ask("HEAD", f"/acme/old/{verb}/{rev}/sub/a.txt")
                assert a.status == 200 and a["X-Repo-Commit"] == sha, (verb, rev)
    assert len(set(want.values())) == 2
    a = history.get("/acme/old/resolve/dev/none/config.json")
    assert a.status == 404 and a["X-Error-Code"] == "RevisionNotFound"
    a = history.get("/acme/old/resolve/dev/feature-1/none.json")
    assert a.status == 404 and a["X-Error-Code"] == "EntryNotFound" and a["X-Repo-Commit"]


def test_unknown_folders_and_heads_of_the_api(history):
    a = history.get("/api/models/acme/old/tree/main/none?recursive=true")
    assert a.status == 404 and a["X-Error-Code"] == "EntryNotFound"
    for path in ("", "/revision/main", "/tree/main", "/commits/main", "/refs", "/auth-check"):
        a = history.ask("HEAD", "/api/models/acme/old" + path)
        assert a.status == 200 and a.body == b"", path
        b = history.get("//api/models/acme/old" + path)
        assert b.status == 200, path
    a = history.ask("HEAD", "/api/models/acme/none")
    assert a.status == 404 and a["X-Error-Code"] == "RepoNotFound"


def test_auth_check(history):
    assert history.get("/api/models/acme/old/auth-check").status == 200
    a = history.get("/api/models/acme/none/auth-check")
    assert a["X-Error-Code"] == "RepoNotFound"


# --- other names ---------------------------------------------------------------------


def moves(house, method, path, to, body=None, **headers):
    a = house.ask(method, path, body, **headers)
    assert a.status == 307 and a["Location"] == to, (path, a)


def check_moves(house, name):
    for query in ("", "?recursive=true&expand=false"):
        moves(house, "GET", f"/api/models/{name}/tree/main{query}", f"/api/models/acme/old/tree/main{query}")
    moves(house, "HEAD", f"/{name}/resolve/main/a%20b.txt", "/acme/old/resolve/main/a%20b.txt")
    moves(house, "GET", f"//api/models/{name}", "/api/models/acme/old")
    moves(house, "GET", f"/api/models/{name}/revision/refs%2Fpr%2F1", "/api/models/acme/old/revision/refs%2Fpr%2F1")
    moves(house, "POST", f"/api/models/{name}/paths-info/main", "/api/models/acme/old/paths-info/main",
          b"paths=config.json", Content_Type=FORM)
    moves(house, "GET", f"/{name}.git/info/refs?service=git-upload-pack",
          "/acme/old.git/info/refs?service=git-upload-pack")
    moves(house, "GET", f"/{name}/info/refs?service=git-upload-pack",
          "/acme/old/info/refs?service=git-upload-pack")


def test_another_case_leads_to_the_name(history):
    check_moves(history, "Acme/OLD")
    assert history.get("/api/datasets/Acme/OLD").status == 404


def test_a_former_name_leads_to_the_new_one(history):
    history.stop()
    with sqlite3.connect(history.data / "catalog.db") as db:
        db.execute("INSERT OR IGNORE INTO renames SELECT kind, 'first', id FROM repositories")
        db.execute("INSERT OR IGNORE INTO renames SELECT kind, 'other/first', id FROM repositories")
    history.start()
    check_moves(history, "first")
    check_moves(history, "Other/First")


def test_pull_requests_are_revisions(history):
    history.stop()
    with sqlite3.connect(history.data / "catalog.db") as db:
        db.execute("INSERT OR REPLACE INTO refs SELECT repo, 2, '12', id FROM revisions WHERE hex(git) = ?",
                   (history.commits[2].upper(),))
    history.start()
    refs = history.get("/api/models/acme/old/refs?include_prs=1").json
    assert refs["pullRequests"] == [
        {"name": "12", "ref": "refs/pr/12", "targetCommit": history.commits[2]}]
    assert "pullRequests" not in history.get("/api/models/acme/old/refs").json
    for rev in ("refs/pr/12", "refs%2Fpr%2F12", "refs%2fpr/12"):
        assert history.get(f"/api/models/acme/old/revision/{rev}").json["sha"] == history.commits[2]
        assert history.get(f"/acme/old/resolve/{rev}/config.json").body == b'{"n":2}'
        assert [e["path"] for e in history.get(f"/api/models/acme/old/tree/{rev}/sub").json] == ["sub/a.txt"]
    assert history.get("/api/models/acme/old/revision/12")["X-Error-Code"] == "RevisionNotFound"


# --- gzip ---------------------------------------------------------------------------


def test_json_is_gzipped_where_asked(shared):
    folder_url = "/api/models/acme/sharded?blobs=true"
    plain = shared.get(folder_url)
    assert plain["Content-Encoding"] is None and len(plain.body) >= 1024
    assert plain["Vary"] == "Accept-Encoding"
    for accept, coded in (("gzip", True), ("gzip, deflate", True), ("deflate, GZIP;q=0.5", True), ("*", True),
                          ("x-gzip", True), ("identity", False), ("gzip;q=0", False), ("gzip;q=0.000, *", False),
                          ("br", False), ("", False), ("*;q=0", False), ("gzip;q=2", False)):
        for _ in range(2):  # made, and from the cache
            a = shared.get(folder_url, Accept_Encoding=accept)
            assert (a["Content-Encoding"] == "gzip") == coded, accept
            body = gzip.decompress(a.body) if coded else a.body
            assert body == plain.body and a["Vary"] == "Accept-Encoding", accept
            h = shared.ask("HEAD", folder_url, Accept_Encoding=accept)
            assert h["Content-Length"] == a["Content-Length"] and h["Content-Encoding"] == a["Content-Encoding"]


def test_bytes_of_files_are_never_gzipped(shared):
    for path in ("resolve/main/model.safetensors", "resolve/main/config.json", "raw/main/README.md"):
        for method in ("GET", "HEAD"):
            a = shared.ask(method, f"/acme/small/{path}", Accept_Encoding="gzip")
            assert a.status == 200 and a["Content-Encoding"] is None, path
    a = shared.get(f"{SMALL}/auth-check", Accept_Encoding="gzip")  # too small to be worth it
    assert a["Content-Encoding"] is None
