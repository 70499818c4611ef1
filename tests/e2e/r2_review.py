"""Stories of what a hostile reader of issue 2 found, so that it stays found."""

import array
import json
import os
import socket
import subprocess
import time

import models
from house import BUILD, clean_env, run


def control(house):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(20)
    s.connect(str(house.data / "control.sock"))
    return s


def ask(s, method, path, body=None, fds=()):
    """One request on an open control connection: (status, JSON)."""
    text = json.dumps(body).encode() if body is not None else b""
    claim = b"Weigh-Descriptor: 1\r\n" if fds else b""
    head = b"%s /-/v1/%s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n" % (
        method.encode(), path.encode(), claim, len(text))
    anc = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    s.sendmsg([head + text], anc)
    got = b""
    while b"\r\n\r\n" not in got:
        got += s.recv(65536)
    head, got = got.split(b"\r\n\r\n", 1)
    length = int([l for l in head.split(b"\r\n") if l.lower().startswith(b"content-length:")][0].split(b":")[1])
    while len(got) < length:
        got += s.recv(65536)
    return int(head.split()[1]), json.loads(got)


def finish(s, answer):
    """The job of a commit, when it is over."""
    for _ in range(400):
        status, job = ask(s, "GET", "jobs/" + answer["job"])
        if job["state"] != "running":
            return job
        time.sleep(0.02)
    raise AssertionError(job)


def begin(s, name):
    status, answer = ask(s, "POST", "add", {"name": name})
    assert status == 200, answer
    return answer["session"]


def send(s, session, path, file):
    fd = os.open(file, os.O_RDONLY)
    try:
        return ask(s, "POST", f"add/{session}/files", {"path": path}, [fd])
    finally:
        os.close(fd)


def test_two_requests_never_share_an_answer(house, tmp):
    house.add(models.write(tmp / "m", {"a/b/c.txt": b"1", "d.txt": b"2"}), "acme/m")
    path = "/api/models/acme/m/tree/main"
    for _ in range(24):  # every loop's cache
        house.talk(b"GET %s HTTP/1.1\r\nHost: recursive=true\r\nX-Forwarded-Proto: 127.0.0.1:%d\r\n"
                   b"Connection: close\r\n\r\n" % (path.encode(), house.port))
    for _ in range(8):
        entries = json.loads(house.get(path + "?recursive=true").body)
        assert len(entries) == 4, entries


def test_a_session_takes_nothing_after_its_commit(house, tmp):
    (tmp / "README.md").write_text("one\n")
    with control(house) as s:
        session = begin(s, "acme/m")
        assert send(s, session, "README.md", tmp / "README.md")[0] == 202
        status, answer = ask(s, "POST", f"add/{session}/commit", {"files": 1})
        assert status == 202 and finish(s, answer)["state"] == "done"
        assert ask(s, "POST", f"add/{session}/commit", {"files": 1})[0] == 409
        assert send(s, session, "b", tmp / "README.md")[0] == 409
    assert house.get("/healthz").status == 200


def test_a_descriptor_belongs_to_its_request(house, tmp):
    (tmp / "a").write_text("bytes of a\n")
    (tmp / "b").write_text("bytes of b\n")
    with control(house) as s:
        session = begin(s, "acme/m")
        assert send(s, "0" * 32, "a", tmp / "a")[0] == 404
        assert send(s, session, "b", tmp / "b")[0] == 202
        status, answer = ask(s, "POST", f"add/{session}/commit", {"files": 1})
        assert finish(s, answer)["state"] == "done"
    assert house.get("/acme/m/resolve/main/b").body == b"bytes of b\n"


def test_head_of_bad_bytes_is_refused_like_get(house, tmp):
    house.add(models.write(tmp / "m", {"w.bin": models.noise(3 << 20, 1)}), "acme/m")
    blob = max((house.data / "blobs").rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    os.chmod(blob, 0o644)
    with open(blob, "r+b") as f:
        f.seek(12345)
        byte = f.read(1)
        f.seek(12345)
        f.write(bytes([byte[0] ^ 1]))
    assert house.get("/acme/m/resolve/main/w.bin").status == 503
    assert house.ask("HEAD", "/acme/m/resolve/main/w.bin").status == 503


def cpu(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_client_that_never_reads_costs_no_processor(house):
    with socket.create_connection(("127.0.0.1", house.port)) as s:
        s.setblocking(False)
        request = b"GET /-/v1/status HTTP/1.1\r\nHost: x\r\n\r\n" * 2000
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            try:
                s.send(request)
            except BlockingIOError:
                time.sleep(0.02)
        before = cpu(house.proc.pid)
        time.sleep(2)
        assert cpu(house.proc.pid) - before < 0.5
        assert house.get("/healthz").status == 200


def test_a_link_made_by_a_backup_is_no_damage(house, tmp):
    house.add(models.write(tmp / "m", {"w.bin": models.noise(3 << 20, 1)}), "acme/m")
    blob = max((house.data / "blobs").rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    os.link(blob, tmp / "backup")
    assert house.get("/acme/m/resolve/main/w.bin").body == models.noise(3 << 20, 1)
    house.weigh("verify", "acme/m")


def test_what_lies_in_a_blobs_place_is_replaced_by_adding_again(house, tmp):
    folder = models.write(tmp / "m", {"w.bin": models.noise(3 << 20, 1)})
    house.add(folder, "acme/m")
    blob = max((house.data / "blobs").rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    for thing in ("symlink", "fifo", "folder"):
        blob.unlink()
        if thing == "symlink":
            blob.symlink_to("/etc/passwd")
        elif thing == "fifo":
            os.mkfifo(blob)
        else:
            blob.mkdir()
        assert house.get("/acme/m/resolve/main/w.bin").status == 503, thing
        house.add(folder, "acme/m")
        assert house.get("/acme/m/resolve/main/w.bin").body == models.noise(3 << 20, 1), thing


def test_stopping_does_not_wait_for_long_checks(house, tmp):
    (tmp / "m").mkdir()
    with open(tmp / "m/w.bin", "wb") as f:
        f.truncate(2 << 30)
    house.add(tmp / "m", "acme/m")
    began = time.monotonic()
    house.weigh("verify", "acme/m")
    one = time.monotonic() - began
    with control(house) as s:
        for _ in range(2):  # as many as run at once
            assert ask(s, "POST", "verify", {"name": "acme/m"})[0] == 202
    began = time.monotonic()
    house.stop()
    took = time.monotonic() - began
    house.start()
    assert took < one, (one, took)


def test_what_was_found_is_told_again(house, tmp):
    house.add(models.write(tmp / "m", {"w.bin": models.noise(9 << 20, 1)}), "acme/m")
    blob = max((house.data / "blobs").rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    os.chmod(blob, 0o644)
    with open(blob, "r+b") as f:
        f.seek(5 << 20)
        byte = f.read(1)
        f.seek(5 << 20)
        f.write(bytes([byte[0] ^ 1]))
    assert house.get("/acme/m/resolve/main/w.bin").status == 503
    for _ in range(2):
        bad = house.weigh("verify", "acme/m", "--json", code=5).json["bad"]
        assert len(bad) == 1 and "segment 1 of 3" in bad[0]["problem"], bad
    journal = (house.data / "audit/journal.ndjson").read_text()
    assert journal.count('"quarantine"') == 1


def check_config(**env):
    return run(BUILD / "weighd", "--check-config", env=clean_env("/", **env))


def test_a_setting_that_does_not_exist_is_refused_from_the_environment_too():
    r = check_config(WEIGHD_STORE_KEEPFREE="1")
    assert r.code == 2 and "WEIGHD_STORE_KEEP_FREE" in r.err, r


def test_a_value_out_of_bounds_is_told_its_bounds():
    r = check_config(WEIGHD_HTTP_IDLE_SECONDS="0")
    assert r.code == 2 and "from 1 to 86400" in r.err, r


def test_an_address_that_is_no_number_is_refused_before_the_start():
    r = check_config(WEIGHD_LISTEN_ADDRESS="localhost:80")
    assert r.code == 2 and "localhost:80" in r.err, r


def test_both_families_share_a_port_in_any_order(tmp):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    for first, second in (("127.0.0.1", "[::1]"), ("[::1]", "127.0.0.1")):
        p = subprocess.Popen([BUILD / "weighd", "--data", tmp / "data", "--listen", f"{first}:{port}",
                              "--listen", f"{second}:{port}"], env=clean_env(tmp), stderr=subprocess.PIPE,
                             text=True)
        line = p.stderr.readline()
        p.terminate()
        p.communicate(timeout=20)
        assert "ready on" in line and p.returncode == 0, line
