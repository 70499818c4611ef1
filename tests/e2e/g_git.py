"""git clone, git fetch and git ls-remote by the git program itself, and what strangers
might send to the same routes.  Figures in brackets are those of daemon/repo/fetch.h."""
import gzip
import hashlib
import json
import os
import re
import socket
import subprocess
import time
import zlib

import pytest

import models
from house import House, remove, run, short_tmp, tree_of, until

A = "a" * 40
FETCH = ("command=fetch", "agent=git/2.39.5", "object-format=sha1", "-")


class Git:
    """The git program with nobody's configuration, in a folder of its own."""

    def __init__(self, house, tmp):
        self.house, self.tmp = house, tmp
        self.env = {**house.env, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}

    def __call__(self, *args, code=0, **env):
        r = run("git", *args, env={**self.env, **env})
        assert r.code == code, r
        return r

    def url(self, name):
        return f"{self.house.url}/{name}.git"

    def clone(self, name, folder="clone", *args, **more):
        self("clone", "-q", *args, self.url(name), self.tmp / folder, **more)
        self.fsck(folder)
        return self.tmp / folder

    def fsck(self, folder):
        r = self("-C", self.tmp / folder, "fsck", "--strict", "--full", "--no-dangling")
        assert r.out == "", r

    def count(self, folder, *args):
        return int(self("-C", self.tmp / folder, "rev-list", "--count", *args).out)

    def received(self, folder, *args):
        """Fetch; how many objects came, and of how many bytes the pack was."""
        trace = self.tmp / "trace"
        trace.unlink(missing_ok=True)
        self("-C", self.tmp / folder, "-c", "fetch.unpackLimit=1", "fetch", *args,
             GIT_TRACE_PACKFILE=str(trace))
        pack = trace.read_bytes() if trace.exists() else b""
        return int.from_bytes(pack[8:12], "big"), len(pack)


@pytest.fixture(scope="module")
def house():
    """One for all tests here; each publishes under a name of its own."""
    folder = short_tmp()
    h = House(folder).start()
    yield h
    h.stop()
    remove(folder)


@pytest.fixture
def git(house, tmp):
    return Git(house, tmp)


def working_tree(folder):
    return {k: v for k, v in tree_of(folder).items() if not k.startswith(".git/")}


def publish(house, tmp, name, *versions):
    """Commits one behind another; each is a dict of paths, added to those before."""
    folder = tmp / name.replace("/", "-")
    shas = []
    for files in versions:
        models.write(folder, files)
        shas.append(house.add(folder, name)["revision"])
    return folder, shas


def versions(count):
    return [{"README.md": b"# v%d\n" % i, "a/b/c.txt": b"same\n", "a/n.txt": b"%d\n" % i}
            for i in range(count)]


@pytest.fixture(scope="module")
def five(house):
    """acme/five: a history of five commits, in folders."""
    return publish(house, house.tmp, "acme/five", *versions(5))[1]


# --- what people do ---------------------------------------------------------------


def test_clone_gives_every_file(house, tmp, git):
    folder = models.small(tmp / "small", weights=3 * models.MiB)
    (folder / ".gitattributes").write_text("*.safetensors filter=lfs -text\n")
    sha = house.add(folder, "acme/small")["revision"]
    clone = git.clone("acme/small")
    assert git("-C", clone, "rev-parse", "HEAD").out.strip() == sha
    assert git("-C", clone, "symbolic-ref", "HEAD").out.strip() == "refs/heads/main"
    want, got = tree_of(folder), working_tree(clone)
    weights = "model.safetensors"
    pointer = (clone / weights).read_text()
    assert f"oid sha256:{want.pop(weights)}\nsize " in pointer and got.pop(weights)
    assert got == want
    assert "every file checked against its SHA-256" in git(
        "clone", "--progress", git.url("acme/small"), tmp / "seen").err


def test_names_with_and_without_git_and_other_kinds(house, tmp, git):
    house.add(models.tiny(tmp / "t"), "datasets/acme/rows")
    house.add(models.tiny(tmp / "t", 1), "solo")
    for name in ("datasets/acme/rows", "solo"):
        for ending in ("", ".git", ".git/"):
            r = git("ls-remote", f"{house.url}/{name}{ending}")
            assert re.fullmatch(r"([0-9a-f]{40})\tHEAD\n\1\trefs/heads/main\n", r.out), r
    assert "not found" in git("ls-remote", git.url("acme/none"), code=128).err


def test_another_spelling_is_led_to_the_right_one(house, five, git):
    a = house.get("/Acme/FIVE.git/info/refs?service=git-upload-pack", Git_Protocol="version=2")
    assert a.status == 307
    assert a["Location"] == "/acme/five.git/info/refs?service=git-upload-pack"
    clone = git.clone("Acme/FIVE")
    assert git("-C", clone, "rev-parse", "HEAD").out.strip() == five[-1]


def test_a_fetch_brings_only_what_is_new(house, tmp, git):
    files = {f"d{i % 20}/f{i}.txt": b"%d\n" % i for i in range(400)}
    folder, _ = publish(house, tmp, "acme/many", files)
    git.clone("acme/many")
    models.write(folder, {"d7/f7.txt": b"new\n"})
    house.add(folder, "acme/many")
    objects, size = git.received("clone", "origin")
    assert objects == 4, "a commit, two trees, a file"
    assert size < 500, "(3) trees come as differences to those the client has"
    git("-C", git.tmp / "clone", "merge", "-q", "--ff-only", "origin/main")
    git.fsck("clone")
    assert working_tree(git.tmp / "clone") == tree_of(folder)
    assert git.received("clone", "origin") == (0, 0), "there is nothing more"


def test_history_is_small_because_trees_are_differences(house, tmp, git):
    files = {f"f{i}.txt": b"%d\n" % (i % 7) for i in range(200)}
    publish(house, tmp, "acme/long", files, *({"f9.txt": b"new %d\n" % i} for i in range(9)))
    clone = git.clone("acme/long")
    assert git.count("clone", "HEAD") == 10
    pack = next((clone / ".git/objects/pack").glob("*.pack"))
    assert pack.stat().st_size < 8000, "ten trees of 7,000 bytes"


def test_shallow_and_back(five, git):
    git.clone("acme/five", "clone", "--depth", "1")
    assert git.count("clone", "HEAD") == 1
    git("-C", git.tmp / "clone", "fetch", "-q", "--deepen", "1")
    git.fsck("clone")
    assert git.count("clone", "HEAD") == 2
    git("-C", git.tmp / "clone", "fetch", "-q", "--depth", "4")
    assert git.count("clone", "HEAD") == 4
    git("-C", git.tmp / "clone", "fetch", "-q", "--depth", "2")
    assert git.count("clone", "HEAD") == 2
    git("-C", git.tmp / "clone", "fetch", "-q", "--unshallow")
    git.fsck("clone")
    assert git.count("clone", "HEAD") == 5
    assert not (git.tmp / "clone/.git/shallow").exists()


def test_a_shallow_clone_goes_on(house, tmp, git):
    publish(house, tmp, "acme/goes", *versions(4))
    clone = git.clone("acme/goes", "clone", "--depth", "2")
    publish(house, tmp, "acme/goes", {"a/n.txt": b"more\n"})
    objects, _ = git.received("clone", "origin")
    assert objects == 4, "a commit, two trees, a file; nothing behind the shallow end"
    git("-C", clone, "merge", "-q", "--ff-only", "origin/main")
    git.fsck("clone")
    assert git.count("clone", "HEAD") == 3


def test_shallow_by_time_and_by_name(five, git):
    git.clone("acme/five", "not", f"--shallow-exclude={five[2]}")
    assert git.count("not", "HEAD") == 2
    r = git("clone", "-q", "--shallow-since=2090-01-01", git.url("acme/five"),
            git.tmp / "none", code=128)
    assert "no commits selected for shallow requests" in r.err
    git.clone("acme/five", "since", "--shallow-since=2001-01-01")
    assert git.count("since", "HEAD") == 5
    r = git("clone", "-q", "--shallow-exclude=nothing", git.url("acme/five"),
            git.tmp / "no", code=128)
    assert "deepen-not" in r.err


def test_a_commit_by_its_id(five, git):
    clone = git.clone("acme/five", "clone", "--depth", "1")
    git("-C", clone, "fetch", "-q", "--depth", "1", "origin", five[1])
    assert git("-C", clone, "show", "FETCH_HEAD:README.md").out == "# v1\n"
    r = git("-C", clone, "fetch", "-q", "origin", A, code=128)
    assert f"upload-pack: not our ref {A}" in r.err


def test_a_client_that_is_ahead_gets_what_it_lacks(house, tmp, git):
    """It has commits that nobody here knows: negotiation goes on past them."""
    publish(house, tmp, "acme/ahead", *versions(2))
    clone = git.clone("acme/ahead")
    me = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    for i in range(40):
        git("-C", clone, *me, "commit", "-q", "--allow-empty", "-m", f"mine {i}")
    publish(house, tmp, "acme/ahead", {"README.md": b"# later\n"})
    objects, _ = git.received("clone", "origin")
    assert objects == 3, "a commit, a tree, a file"
    git.fsck("clone")


def test_requests_too_long_for_one_piece(house, tmp, git):
    """git asks whether it may (a lone flush, without its version), then sends chunks."""
    folder, _ = publish(house, tmp, "acme/pieces", *versions(1))
    clone = git.clone("acme/pieces")
    commits = "".join(f"commit refs/heads/main\ncommitter m <m@x> {2_000_000_000 + i} +0000\n"
                      + "data 1\nx\n" + "from refs/remotes/origin/main\n" * (i == 0)
                      for i in range(5000))
    subprocess.run(["git", "-C", clone, "fast-import", "--force", "--quiet"], check=True,
                   input=commits.encode(), env=git.env)
    publish(house, tmp, "acme/pieces", {"README.md": b"# later\n"})
    r = git("-C", clone, "-c", "http.postBuffer=65536", "fetch", "origin", GIT_TRACE_CURL="1",
            GIT_TRACE_CURL_NO_DATA="1")
    assert "Transfer-Encoding: chunked" in r.err
    assert git("-C", clone, "show", "origin/main:README.md").out == "# later\n"


def test_2500_files(house, tmp, git):
    folder, _ = publish(house, tmp, "acme/2500",
                        {f"d{i % 50}/f{i}.json": b'{"n":%d}' % i for i in range(2500)})
    assert working_tree(git.clone("acme/2500")) == tree_of(folder)


def test_twenty_clones_at_once(house, tmp, git):
    folder, _ = publish(house, tmp, "acme/t", {"a.txt": b"a\n", "d/b.json": b"{}\n"})
    jobs = [subprocess.Popen(["git", "clone", "-q", git.url("acme/t"), tmp / f"c{i}"],
                             env=git.env, stderr=subprocess.PIPE) for i in range(20)]
    for i, job in enumerate(jobs):
        _, err = job.communicate(timeout=60)
        assert job.returncode == 0 and err == b"", err
        assert working_tree(tmp / f"c{i}") == tree_of(folder)


# --- refs, made by the Hub's routes --------------------------------------------------------


@pytest.fixture(scope="module")
def token(house):
    return house.weigh("token", "new", "git", "--role", "publish", "--json").json["token"]


def hub(house, token, method, path, body=None):
    a = house.ask(method, path, json.dumps(body or {}).encode(),
                  Authorization=f"Bearer {token}", Content_Type="application/json")
    assert a.status in (200, 201), a
    return a


def test_branches_and_tags_of_both_kinds(house, tmp, git, token):
    _, shas = publish(house, tmp, "acme/refs", *versions(3))
    api = "/api/models/acme/refs"
    hub(house, token, "POST", f"{api}/branch/dev%2Fone", {"startingPoint": shas[1]})
    hub(house, token, "POST", f"{api}/tag/{shas[0]}", {"tag": "light"})
    hub(house, token, "POST", f"{api}/tag/{shas[1]}", {"tag": "v1", "message": "the first one"})
    clone = git.clone("acme/refs")
    refs = dict(reversed(line.split("\t"))
                for line in git("ls-remote", git.url("acme/refs")).out.splitlines())
    tag = refs.pop("refs/tags/v1")
    assert refs == {"HEAD": shas[2], "refs/heads/main": shas[2], "refs/heads/dev/one": shas[1],
                    "refs/tags/light": shas[0], "refs/tags/v1^{}": shas[1]}
    assert git("-C", clone, "cat-file", "-t", tag).out == "tag\n"
    assert "the first one" in git("-C", clone, "cat-file", "-p", "v1").out
    assert git("-C", clone, "rev-parse", "v1^{commit}").out.strip() == shas[1]

    at_tag = git.clone("acme/refs", "tag", "--depth", "1", "--branch", "v1")
    assert git("-C", at_tag, "rev-parse", "HEAD").out.strip() == shas[1]
    assert git.count("tag", "HEAD") == 1
    single = git.clone("acme/refs", "single", "--single-branch", "--branch", "dev/one")
    assert git("-C", single, "branch", "-r").out.split() == ["origin/dev/one"]
    git("-C", single, "fetch", "-q", "origin", "main", "--no-tags")
    git.fsck("single")
    hub(house, token, "DELETE", f"{api}/branch/dev%2Fone")
    git("-C", clone, "fetch", "-q", "--prune")
    assert git("-C", clone, "branch", "-r").out.split() == ["origin/HEAD", "->", "origin/main",
                                                            "origin/main"]


def test_a_tag_of_what_the_client_has(house, tmp, git, token):
    """Only the tag object comes."""
    _, shas = publish(house, tmp, "acme/late", *versions(2))
    clone = git.clone("acme/late")
    hub(house, token, "POST", f"/api/models/acme/late/tag/{shas[0]}",
        {"tag": "late", "message": "later"})
    assert git.received("clone", "origin")[0] == 1
    git.fsck("clone")
    assert git("-C", clone, "rev-parse", "late^{commit}").out.strip() == shas[0]


def test_pull_requests_can_be_fetched(house, tmp, git, token):
    publish(house, tmp, "acme/pr", *versions(1))
    lines = [{"key": "header", "value": {"summary": "please", "description": ""}},
             {"key": "file", "value": {"path": "new.txt", "encoding": "base64",
                                       "content": "aGVsbG8K"}}]
    a = house.ask("POST", "/api/models/acme/pr/commit/main?create_pr=1",
                  "\n".join(map(json.dumps, lines)).encode(),
                  Authorization=f"Bearer {token}", Content_Type="application/x-ndjson")
    assert a.status == 200, a
    clone = git.clone("acme/pr")
    assert not (clone / "new.txt").exists()
    git("-C", clone, "fetch", "-q", "origin", "refs/pr/1")
    assert git("-C", clone, "show", "FETCH_HEAD:new.txt").out == "hello\n"
    assert "refs/pr/1" in git("ls-remote", git.url("acme/pr")).out


def test_private_and_renamed_repositories(house, tmp, git, token):
    hub(house, token, "POST", "/api/repos/create",
        {"name": "hidden", "organization": "acme", "type": "model", "private": True})
    assert "could not read Username" in git("ls-remote", git.url("acme/hidden"), code=128).err
    known = git.url("acme/hidden").replace("http://", f"http://any:{token}@")
    git("clone", "-q", known, tmp / "hidden")
    assert (tmp / "hidden/.gitattributes").exists()

    _, shas = publish(house, tmp, "acme/old-name", *versions(1))
    hub(house, token, "POST", "/api/repos/move",
        {"fromRepo": "acme/old-name", "toRepo": "acme/new-name", "type": "model"})
    assert git("-C", git.clone("acme/old-name"), "rev-parse", "HEAD").out.strip() == shas[0]


def test_many_refs(house, tmp, git, token):
    _, shas = publish(house, tmp, "acme/manyrefs", *versions(2))
    for i in range(60):
        hub(house, token, "POST", f"/api/models/acme/manyrefs/branch/b{i:03}",
            {"startingPoint": shas[i % 2]})
    git.clone("acme/manyrefs")
    assert len(git("-C", tmp / "clone", "branch", "-r").out.splitlines()) == 62


# --- who is refused, and how ----------------------------------------------------------


@pytest.mark.parametrize("version", ["0", "1"])
def test_old_protocols_are_told_what_to_do(five, git, version):
    r = git("-c", f"protocol.version={version}", "ls-remote", git.url("acme/five"), code=128)
    assert "remote error: this mirror speaks version 2 of git's protocol only" in r.err
    assert "git config --global protocol.version 2" in r.err


def test_pushes_are_told_what_to_do(five, git):
    clone = git.clone("acme/five")
    r = git("-C", clone, "push", "origin", "HEAD:new", code=128)
    assert "remote: this mirror takes no pushes: publish by `hf upload`" in r.err


def test_a_bad_file_is_refused(house, tmp, git):
    folder, _ = publish(house, tmp, "acme/bad", {"a.txt": b"first\n", "b.txt": b"good\n"},
                        {"a.txt": b"second\n"})
    bad = house.blobs()[hashlib.sha256(b"second\n").hexdigest()]
    bad.chmod(0o600)
    bad.write_bytes(b"secone\n")
    house.weigh("verify", "acme/bad", code=5)
    r = git("clone", git.url("acme/bad"), tmp / "c", code=128)
    assert "remote error: 'a.txt': the bytes held here do not have the promised SHA-256" in r.err
    house.add(folder, "acme/bad")
    git.clone("acme/bad", "mended")


def test_bytes_in_git_are_hashed_as_they_leave(house, tmp, git):
    """(2): the store's copy is good, git's own is another file, well-formed."""
    folder, _ = publish(house, tmp, "acme/rot", {"a.txt": b"right\n"})
    path = blob_path(house, "acme/rot", b"right\n")
    path.chmod(0o600)
    path.write_bytes(zlib.compress(b"blob 6\0wrong\n"))
    r = git("clone", git.url("acme/rot"), tmp / "c", code=128)
    assert "remote error" in r.err or "remote: " in r.err, r
    assert not (tmp / "c").exists()
    until(lambda: any("git-pack-cut" in line for line in house.log), 5)


def blob_path(house, name, data):
    sha = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    return house.data / f"repos/models/{name}.git/objects/{sha[:2]}/{sha[2:]}"


# --- strangers -------------------------------------------------------------------------------


def packets(*lines):
    out = b""
    for line in lines:
        data = line.encode() + b"\n"
        out += {"-": b"0001", ".": b"0000"}.get(line) or b"%04x" % (len(data) + 4) + data
    return out


def post(house, body, name="acme/five", **headers):
    headers = {"Content_Type": "application/x-git-upload-pack-request",
               "Git_Protocol": "version=2", **headers}
    return house.ask("POST", f"/{name}.git/git-upload-pack", body, **headers)


def test_heads_of_answers(house, five):
    a = house.get("/acme/five.git/info/refs?service=git-upload-pack", Git_Protocol="version=2")
    assert a.status == 200 and a["Cache-Control"] == "no-cache"
    assert a["Content-Type"] == "application/x-git-upload-pack-advertisement"
    assert a.body.startswith(b"000eversion 2\n") and a.body.endswith(b"0000")
    old = house.get("/acme/five.git/info/refs?service=git-upload-pack")
    assert old.body.startswith(b"001e# service=git-upload-pack\n0000") and b"ERR " in old.body
    for listed in ("version=1:version=2", "version=2:key"):
        a = house.get("/acme/five/info/refs?service=git-upload-pack", Git_Protocol=listed)
        assert a.body.startswith(b"000eversion 2\n")
    for service in ("", "?service=git-receive-pack", "?service=x"):
        a = house.get(f"/acme/five.git/info/refs{service}", Git_Protocol="version=2")
        assert a.status == 403 and a["Content-Type"].startswith("text/plain")
    a = post(house, packets("command=ls-refs", "-", "."))
    assert a.status == 200 and a["Content-Type"] == "application/x-git-upload-pack-result"
    assert a["Cache-Control"] == "no-cache"


def test_refs_as_they_were_asked_for(house, five):
    sha = five[-1]
    a = post(house, packets("command=ls-refs", "-", "peel", "symrefs", "ref-prefix HEAD", "."))
    assert a.body == packets(f"{sha} HEAD symref-target:refs/heads/main", ".")
    a = post(house, packets("command=ls-refs", "-", "ref-prefix refs/heads/", "."))
    assert a.body == packets(f"{sha} refs/heads/main", ".")
    zipped = gzip.compress(packets("command=ls-refs", "-", "ref-prefix HEAD", "."))
    assert post(house, zipped, Content_Encoding="gzip").body == packets(f"{sha} HEAD", ".")
    assert post(house, b"0000").body == b"", "a client that asks whether we are there"


def test_a_conversation_by_hand(house, five):
    """What is known is acknowledged; the pack follows when it is enough, or on `done`."""
    want = f"want {five[-1]}"
    a = post(house, packets(*FETCH, want, f"have {A}", "."))
    assert a.body == packets("acknowledgments", "NAK", ".")
    a = post(house, packets(*FETCH, want, f"have {A}", f"have {five[1]}", "."))
    assert a.body.startswith(packets("acknowledgments", f"ACK {five[1]}", "ready", "-",
                                     "packfile"))
    a = post(house, packets(*FETCH, want, "wait-for-done", f"have {five[1]}", "."))
    assert a.body == packets("acknowledgments", f"ACK {five[1]}", ".")
    a = post(house, packets(*FETCH, want, "no-progress", f"have {five[4]}", "done", "."))
    assert a.body.startswith(packets("packfile")) and b"PACK\0\0\0\2\0\0\0\0" in a.body
    assert post(house, packets(*FETCH, "done", ".")).body == b""


@pytest.mark.parametrize("body,words", [
    (b"", b"empty request"),
    (b"0003", b"not made of packets"),
    (b"fff1", b"not made of packets"),
    (packets("command=push", "."), b"unknown command 'push'"[:15]),
    (packets("command=fetch", "-", "filter blob:none", "."), b"unknown argument"),
    (packets("command=fetch", "-", "want \x1b[31m", "."), b"40 hex"),
    (packets("command=fetch", "-", f"want {A}", "done", "."), b"not our ref"),
    (packets("command=fetch", "-", f"want {A}", "done"), b"cut"),
], ids=range(8))
def test_requests_that_are_none(house, five, body, words):
    a = post(house, body)
    assert a.status == 200 and b"ERR " in a.body and words in a.body, a


def test_what_is_not_for_this_route(house, five):
    assert post(house, b"0000", Content_Type="text/plain").status == 400
    old = post(house, b"0032want " + A.encode() + b"\n00000009done\n", Git_Protocol="version=1")
    assert b"ERR unknown capability 'want" in old.body
    assert post(house, b"x" * (4 << 20) + b"y").status == 413
    bomb = gzip.compress(b"0" * (64 << 20))
    assert post(house, bomb, Content_Encoding="gzip").status == 413
    assert house.ask("POST", "/acme/five.git/git-receive-pack", b"0000").status == 403
    assert house.get("/acme/five.git/HEAD").status == 404


def test_many_wants_and_haves(house, five):
    """A megabyte of each costs a moment and is answered."""
    begun = time.monotonic()
    garbage = [f"have {hashlib.sha1(b'%d' % i).hexdigest()}" for i in range(20_000)]
    a = post(house, packets(*FETCH, *[f"want {five[-1]}"] * 20_000, "."))
    assert b"PACK" in a.body
    a = post(house, packets(*FETCH, f"want {five[-1]}", *garbage, "."))
    assert a.body == packets("acknowledgments", "NAK", ".")
    for _ in range(5):  # rounds without end: each is a question like another
        a = post(house, packets(*FETCH, f"want {five[-1]}", *garbage[:1000], "."))
        assert a.body == packets("acknowledgments", "NAK", ".")
    assert time.monotonic() - begun < 10


def test_a_client_that_leaves_or_sleeps(house, tmp, git):
    """One is killed in the middle of a pack, one does not read: others are served."""
    folder, shas = publish(house, tmp, "acme/fat", {
        f"f{i}.dat": models.noise(900_000, i) for i in range(9)})
    body = packets(*FETCH, f"want {shas[0]}", "done", ".")
    head = ("POST /acme/fat.git/git-upload-pack HTTP/1.1\r\nHost: x\r\n"
            "Content-Type: application/x-git-upload-pack-request\r\n"
            f"Git-Protocol: version=2\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    sleeper, leaver = house.connect(), house.connect()
    for s in (sleeper, leaver):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(head + body)
        assert s.recv(1000).startswith(b"HTTP/1.1 200")
    leaver.close()
    assert working_tree(git.clone("acme/fat")) == tree_of(folder)
    sleeper.close()
    git.clone("acme/fat", "again")

