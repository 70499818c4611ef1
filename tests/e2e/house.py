"""A running weighd, the weigh beside it, and a client that sends raw bytes.

Everything listens on 127.0.0.1 only.  The programs come from the folder that
WEIGH_BUILD names (default: build).
"""
import atexit
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("WEIGH_BUILD", "build")).resolve()
UNDER = shlex.split(os.environ.get("WEIGH_UNDER", ""))  # what runs weigh: valgrind, say
READY = re.compile(r"^weighd: ready on http://127\.0\.0\.1:(\d+)(?:, http://\S+)* \(data (.*)\)$")
PATIENCE = 20  # seconds until something that never takes one is called hung
REPORTS = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:")


def clean_env(home, **more):
    """The environment programs run in: no proxy, nobody's configuration."""
    env = {k: v for k, v in os.environ.items()
           if not k.lower().endswith("_proxy")
           and not k.startswith(("WEIGH", "HF_", "XDG_", "NOTIFY_", "LISTEN_", "STATE_"))}
    env.update(HOME=str(home), LC_ALL="C.UTF-8", TZ="UTC", NO_COLOR="1")
    env.setdefault("ASAN_OPTIONS", "abort_on_error=0:exitcode=99")
    env.setdefault("TSAN_OPTIONS", "exitcode=99")
    env.update(more)
    return env


class Result:
    """What a finished program left: exit status, stdout, stderr."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


def run(*argv, env=None, timeout=PATIENCE * 3, cwd=None):
    if argv[0] == BUILD / "weigh":
        argv = [*UNDER, *argv]
    try:
        p = subprocess.run([str(a) if not isinstance(a, bytes) else a for a in argv],
                           env=env, cwd=cwd, timeout=timeout, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired as e:
        raise AssertionError(f"no end after {timeout} s: {argv}: {e.stdout} {e.stderr}") from e
    result = Result(p.returncode, p.stdout.decode("utf-8", "surrogateescape"),
                    p.stderr.decode("utf-8", "surrogateescape"))
    assert not REPORTS.search(result.err), result
    return result


class Answer:
    """One HTTP answer: status, headers in order, body; `rest` came behind it."""

    def __init__(self, status, headers, body, rest=b""):
        self.status, self.headers, self.body, self.rest = status, headers, body, rest

    def __getitem__(self, name):
        found = [v for k, v in self.headers if k.lower() == name.lower()]
        assert len(found) <= 1, f"{name} given {len(found)} times"
        return found[0] if found else None

    @property
    def json(self):
        assert self["Content-Type"] == "application/json; charset=utf-8", self
        return json.loads(self.body)

    def __repr__(self):
        heads = "".join(f"{k}: {v}\n" for k, v in self.headers)
        return f"{self.status}\n{heads}\n{self.body[:300]!r} ({len(self.body)} bytes)"


def read_answers(data, heads=()):
    """Split what a server sent into answers.  heads[i] says that request i was
    a HEAD, so that answer i has no body."""
    answers = []
    while data:
        head, end, rest = data.partition(b"\r\n\r\n")
        assert end, f"a head without end: {data[:200]!r}"
        first, *lines = head.decode("latin-1").split("\r\n")
        m = re.fullmatch(r"HTTP/1\.1 (\d{3}) [ -~]*", first)
        assert m, f"not a status line: {first!r}"
        headers = []
        for line in lines:
            name, colon, value = line.partition(":")
            assert colon and re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name), line
            headers.append((name, value.strip(" \t")))
        a = Answer(int(m[1]), headers, b"")
        bodiless = (a.status in (204, 304) or a.status < 200
                    or (len(answers) < len(heads) and heads[len(answers)]))
        if bodiless:
            a.body, data = b"", rest
        elif a["Transfer-Encoding"] == "chunked":
            a.body, data = dechunk(rest)
        elif a["Content-Length"] is not None:
            n = int(a["Content-Length"])
            a.body, data = rest[:n], rest[n:]
        else:
            a.body, data = rest, b""
        answers.append(a)
    return answers


def dechunk(data):
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        n = int(size, 16)
        body, data = body + data[:n], data[n + 2:]
        if n == 0:
            return body, data


class House:
    """One data folder and the weighd on it."""

    def __init__(self, tmp, *options, wrap=(), enter=(), env=None):
        self.tmp = Path(tmp)
        self.data = self.tmp / "data"
        self.options, self.wrap, self.enter = options, list(wrap), list(enter)
        self.env = clean_env(self.tmp, **(env or {}))
        self.proc = None
        self.log = []

    # --- life ---------------------------------------------------------------

    def start(self):
        self.log = []
        self.proc = subprocess.Popen(
            [*self.wrap, str(BUILD / "weighd"), "--data", str(self.data),
             "--listen", "127.0.0.1:0", *map(str, self.options)],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace")
        atexit.register(self.proc.kill)  # whatever a failing test forgets
        ready = threading.Event()

        def listen(pipe):
            for line in pipe:
                self.log.append(line.rstrip("\n"))
                m = READY.match(self.log[-1])
                if m:
                    self.port = int(m[1])
                    self.said_data = m[2]
                    ready.set()
            ready.set()

        self.reader = threading.Thread(target=listen, args=(self.proc.stderr,), daemon=True)
        self.reader.start()
        assert waited(ready.is_set), f"weighd is not ready: {self.log}"
        assert any(READY.match(line) for line in self.log), f"weighd ended: {self.log}"
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ended(self):
        try:
            code = self.proc.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            code = f"none within {PATIENCE} s"
        atexit.unregister(self.proc.kill)
        self.reader.join(PATIENCE)
        self.proc.stderr.close()
        self.proc = None
        text = "\n".join(self.log)
        assert not REPORTS.search(text), text
        return code

    def stop(self):
        """SIGTERM, and the promise that goes with it: exit 0."""
        self.proc.send_signal(signal.SIGTERM)
        code = self.ended()
        assert code == 0, f"exit {code}: {self.log}"

    def kill9(self):
        self.proc.kill()
        assert self.ended() == -signal.SIGKILL

    def restart(self):
        if self.proc:
            self.stop()
        return self.start()

    # --- weigh --------------------------------------------------------------

    def command(self, *args, server=None):
        if server is None:
            server = f"unix:{self.data}/control.sock"
        return [*self.enter, *UNDER, str(BUILD / "weigh"), "--server", server, *args]

    def weigh(self, *args, server=None, code=0, wrap=()):
        """Run weigh, expect its exit status (or one of them), answer what it said."""
        r = run(*wrap, *self.command(*args, server=server), env=self.env)
        assert r.code in (code if isinstance(code, tuple) else (code,)), r
        if r.code:
            check_sentences(r, "--json" in args)
        return r

    def add(self, folder, name, *args, code=0):
        return self.weigh("add", folder, name, "--json", *args, code=code).json

    # --- HTTP ---------------------------------------------------------------

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def talk(self, request, pieces=None, half_close=True):
        """Send raw bytes (in pieces of a size), answer all bytes that came back
        until the other side closed."""
        with self.connect() as s:
            try:
                if pieces:
                    for i in range(0, len(request), pieces):
                        s.sendall(request[i:i + pieces])
                else:
                    s.sendall(request)
                if half_close:
                    s.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before the last byte was sent
            return read_all(s)

    def ask(self, method, target, body=None, **headers):
        """One request, its answer.  Header names: Accept_Encoding='identity'."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}",
                 "Connection: close"]
        lines += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        data = self.talk("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b""),
                         half_close=False)
        answers = read_answers(data, [method == "HEAD"])
        assert len(answers) == 1, answers
        for name, value in answers[0].headers:
            assert "xet" not in name.lower() and "xet" not in value.lower(), answers[0]
        if (answers[0]["Content-Type"] or "").startswith("application/json"):
            assert b"xet" not in answers[0].body.lower(), answers[0]
        return answers[0]

    def get(self, target, **headers):
        return self.ask("GET", target, **headers)

    def metric(self, name):
        for line in self.get("/metrics").body.decode().splitlines():
            if line.split(" ")[0].split("{")[0] == name:
                return float(line.split(" ")[-1])
        raise AssertionError(f"no metric {name}")

    def unread(self):
        """Bytes that were sent to weighd and that it has not read, and connections that it
        has not taken."""
        return bytes_unread(self.port)

    # --- the data folder ------------------------------------------------------

    def blobs(self):
        """SHA-256 -> path of every blob on disk, by its name."""
        return {p.name: p for p in (self.data / "blobs/sha256").glob("??/*")
                if not p.name.endswith(".mid")}

    def bad_blobs(self):
        """Those whose bytes are not what the name promises, hashed here."""
        return [name for name, path in self.blobs().items() if sha256_of(path) != name]

    def leftovers(self):
        """What a killed run left behind and the next start must have removed."""
        # What fetch goes on with stays, each in a folder of its own.
        found = [p for p in (self.data / "incoming").glob("*")
                 if p.name not in ("parts", "stages")]
        for pattern in ("*.lock", "tmp_obj_*", "tmp_pack_*", "tmp_idx_*"):
            found += (self.data / "repos").rglob(pattern)
        return found


def read_all(s):
    data = b""
    while True:
        try:
            piece = s.recv(1 << 20)
        except ConnectionResetError:
            return data
        except socket.timeout:
            raise AssertionError(f"neither closed nor answered; so far {data[:300]!r}") from None
        if not piece:
            return data
        data += piece


def sha256_of(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while piece := f.read(1 << 20):
            h.update(piece)
    return h.hexdigest()


def check_sentences(result, as_json):
    """Every failure says what, why and fix, in the form that was asked for."""
    if as_json:
        doc = result.json
        if doc["schema"] != "weigh.error/1":  # a verb's document with its findings
            return
        assert set(doc["error"]) >= {"code", "what", "why", "fix"}, result
        assert all(doc["error"][k] for k in ("code", "what", "fix")), result
    else:
        assert re.match(r"weigh: \S", result.err.split("\n")[0]) or "\nweigh: " in result.err, result
        assert "\n  fix: " in result.err, result
    for line in result.err.splitlines():
        assert not line.startswith("Traceback"), result


def tree_of(folder):
    """Relative path -> SHA-256 of every file below a folder, except what weigh pull
    notes down for itself in .weigh/."""
    folder = Path(folder)
    paths = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink()]
    return {str(p.relative_to(folder)): sha256_of(p)
            for p in paths if p.relative_to(folder).parts[0] != ".weigh"}


def short_tmp():
    """A folder with a path short enough for a Unix socket's 108 bytes."""
    return Path(tempfile.mkdtemp(prefix="wh-"))


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)


def bytes_unread(port):
    """What waits at the sockets of a local port, as proc_net_tcp tells (of one that listens:
    how many wait to be taken)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[4].partition(":")[2], 16) for row in rows
               if int(row[1].partition(":")[2], 16) == port)


def steady(look, seconds=0.5):
    """What `look` answers, once it has been the same for so long."""
    found, since, end = look(), time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() - since < seconds:
        assert time.monotonic() < end, f"never the same for {seconds} s: {found}"
        time.sleep(0.02)
        if (now := look()) != found:
            found, since = now, time.monotonic()
    return found


def waited(condition, seconds=PATIENCE):
    """Did it come true in time?  No look counts more than a second, so that a machine
    that stood still meanwhile is not taken for something that hangs."""
    last = time.monotonic()
    while not condition():
        now = time.monotonic()
        seconds, last = seconds - min(now - last, 1), now
        if seconds < 0:
            return False
        time.sleep(0.02)
    return True


def until(condition, seconds=PATIENCE):
    assert waited(condition, seconds), "waited in vain"
