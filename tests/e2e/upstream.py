"""A Hub that does as it is told: serves repositories the way the Hub does, counts what it
is asked, and misbehaves from a table (upstream_wrong.py).

    hub = Hub(tmp, {"acme/m": {"README.md": b"...", "w.safetensors": b"..."}})
    hub.url                                   # for [mirror] upstream or --from
    hub["acme/m"].commit({...})               # it moves
    hub.misbehave("wrong_bytes", r"resolve/.*/w\\.", times=1)
    hub.calls("resolve/"), hub.sent("w.safetensors")   # requests, bytes of bodies

Beside the Hub's JSON there is git itself (`git http-backend`, so commit ids are true) and
the LFS batch.  With `cdn`, another Hub, large files are a 302 to that one, as on the Hub.
Each connection has a thread; nothing leaves 127.0.0.0/8."""
import base64
import hashlib
import json
import os
import re
import select
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse
from datetime import datetime, timezone
from pathlib import Path

from upstream_repo import Repo
from upstream_wrong import MISDEEDS

BACKEND = "/usr/lib/git-core/git-http-backend"
LFS = "application/vnd.git-lfs+json"
JSON = "application/json; charset=utf-8"
PIECE = 256 << 10
REASONS = {200: "OK", 206: "Partial Content", 302: "Found", 304: "Not Modified",
           307: "Temporary Redirect", 404: "Not Found", 429: "Too Many Requests"}


class Asked:
    """One request, and what it was answered."""

    def __init__(self, method, target, fields, body):
        self.method, self.target, self.fields, self.body = method, target, fields, body
        self.path, _, query = target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.when, self.status, self.sent, self.wrong = time.monotonic(), None, 0, []

    def __getitem__(self, name):
        return self.fields.get(name.lower())

    @property
    def line(self):
        return f"{self.method} {self.target}"

    def range(self, size):
        """(first, last) of the one range that is asked for, or None."""
        m = re.fullmatch(r"bytes=(\d*)-(\d*)", self["Range"] or "")
        if not m or m[1] == m[2] == "":
            return None
        if m[1] == "":
            return max(0, size - int(m[2])), size - 1
        return int(m[1]), min(int(m[2]) if m[2] else size - 1, size - 1)

    def __repr__(self):
        note = f" ({', '.join(self.wrong)})" if self.wrong else ""
        return f"{self.line} {self['Range'] or ''} -> {self.status}, {self.sent} bytes{note}"


class Reply:
    """An answer before it is sent, for who wants to spoil it.

    `body` is bytes or the path of a file; of it go the bytes `first` to `first + length`.
    Those at `flips` are sent turned over."""

    def __init__(self, status, body=b"", **fields):
        self.status, self.body, self.first = status, body, 0
        self.length = body.stat().st_size if isinstance(body, Path) else len(body)
        self.fields = {k.replace("_", "-"): str(v) for k, v in fields.items() if v is not None}
        self.reason = None
        self.flips = set()      # places in `body`
        self.wait = 0           # seconds before the head
        self.stop_after = None  # bytes of the body; then:
        self.stop = None        # "reset", "close", or seconds of silence
        self.more = b""         # behind the last byte
        self.endless = False    # chunked, and no last chunk
        self.rate = None        # bytes a second
        self.raw = None         # these bytes and nothing else, then close

    @property
    def json(self):
        return json.loads(self.body)

    @json.setter
    def json(self, doc):
        self.set_body(json.dumps(doc).encode())

    def set_body(self, data):
        self.body, self.first, self.length = data, 0, len(data)

    def slice(self, first, last):
        self.first, self.length = first, last + 1 - first


def refusal(status, code, text, **fields):
    return Reply(status, json.dumps({"error": text}).encode(), Content_Type=JSON,
                 X_Error_Code=code, X_Error_Message=text, **fields)


class Rule:
    """One line of what goes wrong: this deed, for requests whose line has `part`."""

    def __init__(self, deed, part, times, skip, options):
        self.deed, self.part, self.options = deed, re.compile(part), options
        self.left, self.skip, self.done = times, skip, 0

    def applies(self, asked):
        """Called under the Hub's lock: counts."""
        if not self.part.search(asked.line):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None and self.done >= self.left:
            return False
        self.done += 1
        return True


class Hub:
    """`repos`: {name: files}, or another Hub's, which are then the same.  `tls`: a Certs;
    `cert` which of its kinds.  `cdn`: the Hub that gives out large files.  `page`: tree
    entries a page.  `rate`: bytes a second of all bodies.  `limit`: (requests, seconds) of
    resolver calls, then 429.  `server`: a socket that listens already."""

    def __init__(self, tmp, repos=(), host="127.0.0.1", port=0, tls=None, cert="good",
                 cdn=None, page=1000, rate=None, limit=None, xet=True, server=None):
        self.tmp, self.cdn, self.page = Path(tmp), cdn, page
        self.rate, self.limit, self.xet = rate, limit, xet
        self.asked, self.rules, self.links, self.listings = [], [], set(), {}
        self.moved = {}              # old name -> new one: 307
        self.tells_private = True
        self.git_two = True          # git's protocol in version 2
        self.link_seconds = None     # a cdn link works so long
        self.handshakes_failed = self.connected = 0
        self.spent, self.window = 0, time.monotonic()
        self.next = 0.0              # when the next byte may go, by `rate`
        self.lock, self.over = threading.RLock(), threading.Event()
        self.repos = repos.repos if isinstance(repos, Hub) else {}
        if not isinstance(repos, Hub):
            for name, files in dict(repos).items():
                self.add(name, files)
        self.tls = None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.set_ciphers("DEFAULT:@SECLEVEL=0")  # bad ones shall be refused there
            self.tls.load_cert_chain(*tls[cert])
        self.server = server or socket.create_server((host, port), backlog=256)
        self.host, self.port = self.server.getsockname()
        self.url = f"http{'s' if tls else ''}://{self.host}:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    # --- for stories ------------------------------------------------------------

    def add(self, name, files, **options):
        """Another repository; `datasets/a/b` is one of its kind."""
        kind, _, rest = name.partition("/")
        if kind not in ("datasets", "spaces"):
            kind, rest = "models", name
        self.repos[kind, rest] = Repo(self.tmp / "git", rest, files, kind, **options)
        return self.repos[kind, rest]

    def __getitem__(self, name):
        kind, _, rest = name.partition("/")
        return self.repos.get((kind, rest)) or self.repos["models", name]

    def misbehave(self, deed, part="", times=None, skip=0, **options):
        """From now on: `times` requests whose line has `part` (a regular expression, the
        line is "GET /target"), the first `skip` of them excepted, go wrong."""
        assert deed in MISDEEDS, f"{deed}: the deeds are {' '.join(sorted(MISDEEDS))}"
        rule = Rule(deed, part, times, skip, options)
        with self.lock:
            self.rules.append(rule)
        return rule

    def behave(self):
        with self.lock:
            self.rules = []

    def fresh(self):
        """Count from here on."""
        with self.lock:
            self.asked = []

    def of(self, part="", method=""):
        with self.lock:
            return [a for a in self.asked if re.search(part, a.target) and method in a.method]

    def calls(self, part="", method=""):
        return len(self.of(part, method))

    def sent(self, part="", method=""):
        """Bytes of bodies that were handed to the kernel."""
        return sum(a.sent for a in self.of(part, method))

    def file_bytes(self):
        """Of large files, by whichever road."""
        return self.sent(r"/resolve/|/cdn/|\.git/lfs/", "GET")

    def hang_up(self):
        """Cut every connection, as a router that starts again does."""
        with self.lock:
            links = list(self.links)
        for link in links:
            reset(link)

    def close(self):
        self.over.set()
        try:  # close() alone leaves a thread that waits in accept()
            self.server.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.server.close()
        self.hang_up()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- connections ------------------------------------------------------------

    def accept(self):
        while not self.over.is_set():
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            self.connected += 1
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        link.settimeout(60)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls:
                link = self.tls.wrap_socket(link, server_side=True)
        except (OSError, ValueError):
            self.handshakes_failed += 1
            link.close()
            return
        with self.lock:
            self.links.add(link)
        try:
            stream = link.makefile("rb")
            while not self.over.is_set() and self.one(link, stream):
                pass
        except (OSError, ValueError):
            pass  # it hung up, was killed, or we did it
        finally:
            with self.lock:
                self.links.discard(link)
            hang_up(link)

    def one(self, link, stream):
        asked = read_request(stream)
        if asked is None:
            return False
        with self.lock:
            self.asked.append(asked)
        if asked["Expect"]:
            link.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if asked.body is None:
            asked.body = read_body(stream, asked)
        reply = self.answer(asked)
        with self.lock:
            rules = [r for r in self.rules if r.applies(asked)]
        for rule in rules:
            asked.wrong.append(rule.deed)
            MISDEEDS[rule.deed](self, asked, reply, **rule.options)
        return self.send(link, asked, reply)

    # --- sending ----------------------------------------------------------------

    def send(self, link, asked, reply):
        """False: this connection has ended."""
        if reply.wait:
            self.over.wait(reply.wait)
        if reply.raw is not None:
            link.sendall(reply.raw)
            return False
        asked.status = reply.status
        bodiless = asked.method == "HEAD" or reply.status == 304
        if reply.endless:
            reply.fields["Transfer-Encoding"] = "chunked"
        elif reply.status != 304:
            reply.fields.setdefault("Content-Length", str(reply.length))
        reason = reply.reason or REASONS.get(reply.status, "Other")
        head = f"HTTP/1.1 {reply.status} {reason}\r\n" + "".join(
            f"{k}: {v}\r\n" for k, v in reply.fields.items()) + "\r\n"
        link.sendall(head.encode("latin-1"))
        if bodiless:
            return True
        if reply.endless:
            return self.send_endless(link, asked)
        whole = reply.length if reply.stop_after is None else min(reply.stop_after, reply.length)
        self.send_bytes(link, asked, reply, whole)
        if reply.stop_after is not None:
            if reply.stop == "reset":
                reset(link)
            elif reply.stop != "close":
                self.over.wait(reply.stop)
            return False
        if reply.more:
            link.sendall(reply.more)
            asked.sent += len(reply.more)
        return asked["Connection"] != "close" and reply.fields.get("Connection") != "close"

    def send_bytes(self, link, asked, reply, count):
        piece = PIECE if reply.rate is None else max(1, min(PIECE, reply.rate // 10))
        place, end = reply.first, reply.first + count
        file = open(reply.body, "rb") if isinstance(reply.body, Path) else None
        try:
            while place < end:
                n = min(piece, end - place)
                self.pace(n, reply.rate)
                if file and not self.tls and not reply.flips:
                    n = send_file(link, file, place, n)
                else:
                    link.sendall(read_piece(file, reply, place, n))
                place += n
                asked.sent += n
        finally:
            if file:
                file.close()

    def send_endless(self, link, asked):
        """At most 256 MiB, or the test would be what never ends."""
        piece = b"x" * 65536
        for _ in range(4096):
            link.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            asked.sent += len(piece)
            if self.over.is_set():
                break
        return False

    def pace(self, n, rate):
        """Wait until so many bytes may go."""
        wait = n / rate if rate else 0
        if self.rate:
            with self.lock:
                now = time.monotonic()
                self.next = max(now, self.next) + n / self.rate
                wait = max(wait, self.next - now)
        if wait:
            self.over.wait(wait)

    # --- answering --------------------------------------------------------------

    def answer(self, asked):
        if self.limit and "/resolve/" in asked.path and not self.allowed():
            left = max(1, round(self.window + self.limit[1] - time.monotonic()))
            return refusal(429, None, "too many requests", Retry_After=left,
                           RateLimit=f'"resolvers";r=0;t={left}')
        segments = [urllib.parse.unquote(s) for s in asked.path.strip("/").split("/")]
        if segments[0] == "cdn":
            return self.object(asked, segments[-1], asked.query.get("until"))
        api = segments[0] == "api"
        kind, rest = ("models", segments) if not api else (segments[1], segments[2:])
        if not api and segments[0] in ("datasets", "spaces"):
            kind, rest = segments[0], segments[1:]
        for count in (2, 1):
            name = "/".join(rest[:count]).removesuffix(".git")
            if (kind, name) in self.repos:
                return self.of_repo(asked, self.repos[kind, name], api, rest[count:])
            if name in self.moved:
                new = asked.target.replace(name, self.moved[name], 1)
                return Reply(307, Location=new)
        return refusal(404, "RepoNotFound", "Repository not found")

    def allowed(self):
        with self.lock:
            if time.monotonic() > self.window + self.limit[1]:
                self.spent, self.window = 0, time.monotonic()
            self.spent += 1
            return self.spent <= self.limit[0]

    def of_repo(self, asked, repo, api, rest):
        if repo.gone:
            return refusal(404, "RepoNotFound", "Repository not found")
        verb = rest[0] if rest else ""
        git = not api and verb in ("info", "git-upload-pack", "lfs")
        if not (api and repo.gated):  # what a gated repository lists can be read
            refused = self.refused(asked, repo, git)
            if refused:
                return refused
        handler = (self.API if api else self.FILES).get(verb)
        return handler(self, asked, repo, rest[1:]) if handler else \
            refusal(404, None, "no such route")

    def refused(self, asked, repo, git):
        token = shown_token(asked["Authorization"])
        if repo.tokens is None or token in repo.tokens:
            return None
        if git:
            return refusal(401, "GatedRepo", "Password required",
                           WWW_Authenticate='Basic realm="hub"')
        if repo.gated:
            return refusal(403 if token else 401, "GatedRepo",
                           f"Access to {repo.name} is restricted: ask for it first")
        return refusal(401, "RepoNotFound", "Repository not found")

    def revision(self, repo, rev):
        commit = repo.find(rev)
        return commit, None if commit else refusal(404, "RevisionNotFound", "Invalid rev id")

    def info(self, asked, repo, rest):
        commit, failure = self.revision(repo, rest[0] if rest else "HEAD")
        if failure:
            return failure
        named = repo.name.rpartition("/")
        doc = {
            "_id": "0" * 24, "id": repo.name, "modelId": repo.name, "author": named[0] or None,
            "sha": commit, "lastModified": stamp(repo.dates[commit]),
            "createdAt": stamp(min(repo.dates.values())),
            "private": repo.tokens is not None and not repo.gated,
            "gated": "manual" if repo.gated else False, "disabled": False, "downloads": 7,
            "likes": 1, "tags": [], "cardData": {}, "usedStorage": 1, "spaces": [],
            "siblings": [self.sibling(f, "blobs" in asked.query)
                         for f in repo.revisions[commit].values()]}
        if self.xet:
            doc["xetEnabled"] = True
        if not self.tells_private:
            del doc["private"]
        body = json.dumps(doc).encode()
        etag = f'"{hashlib.sha1(body).hexdigest()}"'
        if asked["If-None-Match"] in (etag, f"W/{etag}"):
            return Reply(304, ETag=etag)
        return Reply(200, body, Content_Type=JSON, ETag=etag, X_Repo_Commit=commit)

    @staticmethod
    def sibling(f, blobs):
        one = {"rfilename": f.path}
        if blobs:
            one.update(size=f.size, blobId=f.git.hex())
            if f.lfs:
                one["lfs"] = {"sha256": f.sha256, "size": f.size, "pointerSize": len(f.pointer)}
        return one

    def tree(self, asked, repo, rest):
        commit, failure = self.revision(repo, rest[0] if rest else "HEAD")
        if failure:
            return failure
        at, deep = "/".join(rest[1:]), asked.query.get("recursive", "") in ("true", "True", "1")
        entries = self.listing(repo, commit, at, deep)
        if not entries and at:
            return refusal(404, "EntryNotFound", f"{at} does not exist on {commit}")
        first = int(base64.b64decode(asked.query.get("cursor", "")) or b"0")
        size = min(int(asked.query.get("limit", self.page)), self.page)
        reply = Reply(200, json.dumps(entries[first:first + size]).encode(), Content_Type=JSON)
        if first + size < len(entries):
            cursor = base64.b64encode(b"%d" % (first + size)).decode()
            query = urllib.parse.urlencode({**asked.query, "cursor": cursor})
            reply.fields["Link"] = f'<{self.url}{asked.path}?{query}>; rel="next"'
        return reply

    def listing(self, repo, commit, at, deep):
        key = repo.kind, repo.name, commit, at, deep
        if key not in self.listings:
            under = at + "/" if at else ""
            found = [self.entry(f) for f in repo.revisions[commit].values()
                     if f.path.startswith(under) and (deep or "/" not in f.path[len(under):])]
            found += [{"type": "directory", "oid": oid.hex(), "size": 0, "path": path}
                      for path, oid in repo.trees[commit].items()
                      if path and path.startswith(under)
                      and (deep or "/" not in path[len(under):])]
            self.listings[key] = sorted(found, key=lambda e: e["path"].encode())
        return self.listings[key]

    def entry(self, f):
        one = {"type": "file", "oid": f.git.hex(), "size": f.size, "path": f.path}
        if f.lfs:
            one["lfs"] = {"oid": f.sha256, "size": f.size, "pointerSize": len(f.pointer)}
            if self.xet:
                one["xetHash"] = f.sha256[::-1]
        return one

    def paths_info(self, asked, repo, rest):
        commit, failure = self.revision(repo, rest[0])
        if failure:
            return failure
        if (asked["Content-Type"] or "").startswith("application/json"):
            paths = json.loads(asked.body)["paths"]
        else:
            paths = urllib.parse.parse_qs(asked.body.decode())["paths"]
        every = {e["path"]: e for e in self.listing(repo, commit, "", True)}
        doc = [every[p] for p in paths if p in every]
        return Reply(200, json.dumps(doc).encode(), Content_Type=JSON)

    def refs(self, asked, repo, _rest):
        def rows(refs, folder):
            return [{"name": n, "ref": f"refs/{folder}/{n}", "targetCommit": c}
                    for n, c in refs.items()]
        doc = {"branches": rows(repo.branches, "heads"), "converts": [],
               "tags": rows(repo.tags, "tags"), "pullRequests": []}
        return Reply(200, json.dumps(doc).encode(), Content_Type=JSON)

    def commits(self, asked, repo, rest):
        commit, failure = self.revision(repo, rest[0] if rest else "HEAD")
        if failure:
            return failure
        doc = []
        while commit:
            doc.append({"id": commit, "title": "as it is", "message": "",
                        "authors": [{"user": "ada"}], "date": stamp(repo.dates[commit])})
            commit = repo.parents[commit]
        return Reply(200, json.dumps(doc).encode(), Content_Type=JSON)

    def auth_check(self, asked, repo, _rest):
        return self.refused(asked, repo, False) or Reply(200, b"{}", Content_Type=JSON)

    def resolve(self, asked, repo, rest):
        commit, failure = self.revision(repo, rest[0])
        if failure:
            return failure
        f = repo.revisions[commit].get("/".join(rest[1:]))
        if f is None:
            return refusal(404, "EntryNotFound", "Entry not found", X_Repo_Commit=commit)
        linked = dict(X_Linked_ETag=f.etag, X_Linked_Size=f.size) if f.lfs else {}
        if f.lfs and self.xet:
            linked["X_Xet_Hash"] = f.sha256[::-1]
        if f.lfs and self.cdn:
            return Reply(302, b"Found", X_Repo_Commit=commit, **linked,
                         Location=self.link(self.cdn, repo, f.sha256))
        return self.file(asked, f, X_Repo_Commit=commit, **linked)

    def link(self, hub, repo, oid):
        until = "" if self.link_seconds is None else time.time() + self.link_seconds
        return f"{hub.url}/cdn/{repo.kind}/{repo.name}/{oid}?until={until}&sig=0a1b"

    def object(self, asked, oid, until):
        """A large file by its SHA-256, from a link that may have grown old."""
        if until and time.time() > float(until):
            return Reply(403, b"<Error>Request has expired</Error>",
                         Content_Type="application/xml")
        for repo in list(self.repos.values()):
            f = repo.lfs_object(oid)
            if f:
                return self.file(asked, f)
        return Reply(404, b"<Error>NoSuchKey</Error>", Content_Type="application/xml")

    @staticmethod
    def file(asked, f, **fields):
        if asked["If-None-Match"] == f.etag:
            return Reply(304, ETag=f.etag, **fields)
        reply = Reply(200, f.data, Content_Type="application/octet-stream", ETag=f.etag,
                      Accept_Ranges="bytes", **fields)
        wanted = asked.range(f.size) if asked.method == "GET" else None
        if wanted and asked["If-Range"] in (None, f.etag):
            if wanted[0] >= f.size:
                return Reply(416, Content_Range=f"bytes */{f.size}", **fields)
            reply.status = 206
            reply.slice(*wanted)
            reply.fields["Content-Range"] = f"bytes {wanted[0]}-{wanted[1]}/{f.size}"
        return reply

    def raw(self, asked, repo, rest):
        commit, failure = self.revision(repo, rest[0])
        if failure:
            return failure
        f = repo.revisions[commit].get("/".join(rest[1:]))
        if f is None:
            return refusal(404, "EntryNotFound", "Entry not found", X_Repo_Commit=commit)
        return Reply(200, f.in_git(), Content_Type="text/plain; charset=utf-8")

    # --- git --------------------------------------------------------------------

    def git_info(self, asked, repo, rest):
        if rest == ["refs"]:
            return self.backend(asked, repo, "info/refs")
        if rest == ["lfs", "objects", "batch"]:
            return self.batch(asked, repo)
        return refusal(404, None, "no such route")

    def git_pack(self, asked, repo, _rest):
        return self.backend(asked, repo, "git-upload-pack")

    def backend(self, asked, repo, rest):
        """RFC 3875, as git's http-backend wants it."""
        if not repo.git:
            return refusal(404, None, "no such route")
        env = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(repo.folder),
               "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": f"/{rest}", "HOME": str(self.tmp),
               "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": "1",
               "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
               "REQUEST_METHOD": asked.method, "REMOTE_ADDR": "127.0.0.1",
               "QUERY_STRING": asked.target.partition("?")[2],
               "CONTENT_TYPE": asked["Content-Type"] or "",
               "CONTENT_LENGTH": str(len(asked.body)),
               "HTTP_CONTENT_ENCODING": asked["Content-Encoding"] or "",
               "GIT_PROTOCOL": asked["Git-Protocol"] or "" if self.git_two else ""}
        r = subprocess.run([BACKEND], env=env, input=asked.body, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=120)
        head, _, body = r.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        reply = Reply(int(fields.pop("Status", "200").split(" ")[0]), body)
        reply.fields = fields
        return reply

    def batch(self, asked, repo):
        answers = []
        for wanted in json.loads(asked.body)["objects"]:
            one, f = {**wanted}, repo.lfs_object(wanted["oid"])
            if f is None:
                one["error"] = {"code": 404, "message": "Object does not exist"}
            else:
                href = (self.link(self.cdn, repo, f.sha256) if self.cdn else
                        f"{self.url}{'' if repo.kind == 'models' else '/' + repo.kind}"
                        f"/{repo.name}.git/lfs/{f.sha256}")
                one["actions"] = {"download": {"href": href, "header": {}}}
            answers.append(one)
        return Reply(200, json.dumps({"transfer": "basic", "objects": answers}).encode(),
                     Content_Type=LFS)

    def lfs_file(self, asked, repo, rest):
        f = repo.lfs_object(rest[0]) if rest else None
        return self.file(asked, f) if f else Reply(404)

    API = {"": info, "revision": info, "tree": tree, "paths-info": paths_info, "refs": refs,
           "commits": commits, "auth-check": auth_check}
    FILES = {"resolve": resolve, "raw": raw, "info": git_info, "git-upload-pack": git_pack,
             "lfs": lfs_file}


# --- bytes ----------------------------------------------------------------------


def read_request(stream):
    line = stream.readline(65536).decode("latin-1")
    if not line.strip():
        return None
    method, target, _ = line.split(" ", 2)
    fields = {}
    while (text := stream.readline(65536).decode("latin-1").strip()):
        name, _, value = text.partition(":")
        fields[name.lower()] = value.strip()
    return Asked(method, target, fields, None)


def read_body(stream, asked):
    if (asked["Transfer-Encoding"] or "").lower() == "chunked":
        body = b""
        while (n := int(stream.readline(100).split(b";")[0], 16)):
            body += stream.read(n)
            stream.readline(10)
        stream.readline(10)
        return body
    return stream.read(int(asked["Content-Length"] or 0))


def send_file(link, file, place, n):
    """sendfile(2) on a socket with a time-out, which is one that does not block."""
    ready = select.poll()
    ready.register(link, select.POLLOUT)
    while ready.poll(60_000):
        try:
            sent = os.sendfile(link.fileno(), file.fileno(), place, n)
        except BlockingIOError:
            continue
        if sent:
            return sent
        raise OSError("the file has become shorter")
    raise TimeoutError("nobody reads")


def read_piece(file, reply, place, n):
    data = os.pread(file.fileno(), n, place) if file else reply.body[place:place + n]
    for flip in reply.flips:
        if place <= flip < place + n:
            data = bytearray(data)
            data[flip - place] ^= 0x20
    return data


def shown_token(field):
    """Bearer's, or the password of Basic."""
    scheme, _, value = (field or "").partition(" ")
    if scheme.lower() == "basic":
        return base64.b64decode(value).decode("latin-1").partition(":")[2]
    return value or None


def stamp(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def reset(link):
    """RST instead of FIN."""
    try:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        socket.socket.shutdown(link, socket.SHUT_RD)  # a thread that reads wakes up
        link.close()
    except OSError:
        pass


def hang_up(link):
    try:
        link.shutdown(socket.SHUT_RDWR)
    except (OSError, ValueError):
        pass
    link.close()
