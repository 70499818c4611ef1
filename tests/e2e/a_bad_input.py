"""Bad input: a clear what, why and fix, the right exit status, and the store as
it was before."""
import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time

import pytest

import models
from house import House, read_answers, run, sha256_of, tree_of, until

MiB = 1 << 20


@pytest.fixture
def held(house, tmp):
    """A house that holds something, and a picture of it."""
    house.add(models.tiny(tmp / "held"), "acme/held")
    house.before = picture(house)
    yield house
    assert house.get("/acme/held/resolve/main/w.bin").status == 200


def picture(house):
    names = [m["name"] for m in house.weigh("ls", "--json").json["models"]]
    return (names, sorted(house.blobs()), house.weigh("status", "--json").json["bytes"],
            house.get("/api/models/acme/held").json["sha"],
            sorted(str(p) for p in (house.data / "repos").rglob("*.git")))


def refused(house, folder, name="acme/new", code=1, words=(), wrap=()):
    """Adding fails with this exit status and words, and nothing has changed."""
    r = house.weigh("add", folder, name, code=code, wrap=wrap)
    for word in words:
        assert word in r.err, r
    r = house.weigh("add", folder, name, "--json", code=code, wrap=wrap)
    assert picture(house) == house.before
    assert house.leftovers() == []
    return r


# --- the folder ---------------------------------------------------------------


@pytest.mark.parametrize("target", ["../outside", "/etc/passwd", "sub/../../outside"])
def test_a_link_that_leaves_the_folder(held, tmp, target):
    folder = models.tiny(tmp / "m")
    (tmp / "outside").write_bytes(b"secret")
    (folder / "sub").mkdir()
    (folder / "leaving").symlink_to(target)
    refused(held, folder, words=["leaving"])


def test_a_folder_link_that_leaves(held, tmp):
    folder = models.tiny(tmp / "m")
    (folder / "home").symlink_to("/etc")
    refused(held, folder, words=["home"])


def test_a_fifo_does_not_hang(held, tmp):
    folder = models.tiny(tmp / "m")
    os.mkfifo(folder / "pipe")
    refused(held, folder, words=["pipe"])


def test_a_device(held, tmp):
    folder = models.tiny(tmp / "m")
    try:
        os.mknod(folder / "null", 0o666 | 0o020000, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("making a device needs root")
    refused(held, folder, words=["null"])


def test_a_socket(held, tmp):
    import socket
    folder = models.tiny(tmp / "m")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(folder / "sock"))
        refused(held, folder, words=["sock"])


def test_an_unreadable_file(held, tmp):
    folder = models.tiny(tmp / "m")
    (folder / "locked.bin").write_bytes(b"x")
    (folder / "locked.bin").chmod(0)
    # root reads everything: take that right away from weigh
    wrap = []
    if os.geteuid() == 0:
        wrap = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    refused(held, folder, words=["locked.bin"], wrap=wrap)


def test_a_name_that_is_not_utf8(held, tmp):
    folder = models.tiny(tmp / "m")
    with open(os.path.join(os.fsencode(folder), b"caf\xe9.txt"), "wb") as f:
        f.write(b"x")
    r = refused(held, folder, words=["UTF-8"])
    r.err.encode("utf-8")  # the message itself is clean


@pytest.mark.parametrize("name", ["a\\b", "a\nb", "tab\tname", "bell\x07", "del\x7f"])
def test_names_with_backslash_or_controls(held, tmp, name):
    folder = models.tiny(tmp / "m")
    (folder / name).write_bytes(b"x")
    r = refused(held, folder)
    assert "\x07" not in r.err and "\x7f" not in r.err


def test_a_folder_named_git_in_another_case(held, tmp):
    folder = models.write(tmp / "m", {"sub/.GIT/config": b"x", "README.md": b"x"})
    refused(held, folder)


def test_an_empty_folder(held, tmp):
    (tmp / "empty").mkdir()
    refused(held, tmp / "empty", words=["empty"])
    (tmp / "empty/sub").mkdir()
    refused(held, tmp / "empty", words=["empty"])


def test_no_folder_at_all(held, tmp):
    refused(held, tmp / "none", code=3)
    (tmp / "file").write_bytes(b"x")
    refused(held, tmp / "file", words=["file"])


def test_a_folder_that_is_too_deep(held, tmp):
    models.write(tmp / "m", {"/".join(["d"] * 70) + "/f": b"x"})
    refused(held, tmp / "m")


# --- the name -----------------------------------------------------------------


@pytest.mark.parametrize("name", [
    "..", "../x", "a/..", "a/b/c", "", "/a", "a/", "a//b", "a b/c", "a/b@", "api/x", "datasets",
    "models/x", "v2/x", "-/x", "healthz", "acme/x.git", "acme/.x", "acme/-x", "acme/a--b",
    "acme/a..b", "acme/\u00e9", "acme/" + "x" * 97, "acme/a\nb", "acme/%2e%2e", "acme/a\\b"])
def test_names_outside_the_grammar(held, tmp, name):
    refused(held, models.tiny(tmp / "m"), name, code=2)


def test_a_name_that_is_taken_in_another_case(held, tmp):
    r = refused(held, models.tiny(tmp / "m", 7), "ACME/Held")
    assert "acme/held" in r.json["error"]["what"] + r.json["error"]["why"], r


@pytest.mark.parametrize("rev", ["a..b", "a b", "-x", "x~1", "x^", "x:y", "@{1}", "x.lock", "a//b",
                                 "/a", "a/", "", "refs/../x", "0" * 40])
def test_branches_outside_the_grammar(held, tmp, rev):
    r = held.weigh("add", models.tiny(tmp / "m", 7), "acme/new", f"--revision={rev}", code=2)
    assert r.err and picture(held) == held.before


# --- what happens meanwhile ---------------------------------------------------


def test_a_file_that_changes_while_it_is_read(held, tmp):
    folder = models.write(tmp / "m", {"w.bin": models.noise(96 * MiB)})
    stop = threading.Event()

    def scribble():
        with open(folder / "w.bin", "r+b", buffering=0) as f:
            i = 0
            while not stop.is_set():
                f.seek(90 * MiB)
                f.write(i.to_bytes(8, "big"))
                i += 1
                time.sleep(0.001)

    t = threading.Thread(target=scribble)
    t.start()
    try:
        refused(held, folder, words=["w.bin", "changed"])
    finally:
        stop.set()
        t.join()
    held.add(folder, "acme/new")  # quiet now: it goes through


def test_a_file_that_shrinks_while_it_is_read(held, tmp):
    folder = models.write(tmp / "m", {f"{i}.bin": models.noise(16 * MiB, i) for i in range(6)})
    p = subprocess.Popen(held.command("add", str(folder), "acme/new"), env=held.env,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for i in range(6):
        os.truncate(folder / f"{i}.bin", 5 * MiB + i)
    _, err = p.communicate(timeout=60)
    if p.returncode != 0:
        assert picture(held) == held.before, err
    else:  # it looked after the cut: then all of it is what the files are now
        held.weigh("pull", "acme/new", "--to", tmp / "out")
        assert tree_of(tmp / "out") == tree_of(folder)


def test_ctrl_c_leaves_nothing_half_done(held, tmp):
    folder = models.write(tmp / "m", {f"{i}.bin": models.noise(16 * MiB, i) for i in range(8)})
    p = subprocess.Popen(held.command("add", str(folder), "acme/new"), env=held.env,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until(lambda: held.leftovers() or p.poll() is not None)  # it is under way
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=60)
    if p.returncode == 0:
        pytest.skip("the machine was faster than Ctrl-C")
    assert p.returncode == 130, err
    until(lambda: picture(held) == held.before)
    held.restart()
    assert held.leftovers() == [] and picture(held) == held.before


# --- a disk that fills up -----------------------------------------------------


@contextlib.contextmanager
def small_disk(tmp, size):
    """A house whose data folder is a small tmpfs that nobody else sees."""
    (tmp / "data").mkdir()
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "t", str(tmp / "data")],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        pytest.skip("a private tmpfs needs root: " + probe.stderr.strip())
    mount = (f"mount -t tmpfs -o size={size},mode=0700 t {tmp}/data && exec \"$@\"")
    (tmp / "weighd.conf").write_text("[store]\nkeep_free = 0\n")
    house = House(tmp, "--config", tmp / "weighd.conf",
                  wrap=["unshare", "-m", "sh", "-c", mount, "sh"]).start()
    house.enter = ["nsenter", "-t", str(house.proc.pid), "-m", "--"]
    try:
        yield house
    finally:
        if house.proc:
            house.stop()


def test_a_disk_that_fills_up(tmp):
    with small_disk(tmp, "24m") as house:
        small = models.tiny(tmp / "small")
        house.add(small, "acme/held")
        before = house.weigh("status", "--json").json
        folder = models.write(tmp / "m", {f"{i}.bin": models.noise(8 * MiB, i) for i in range(6)})
        for _ in range(2):
            r = house.weigh("add", folder, "acme/new", code=1)
            assert "space" in r.err or "room" in r.err or "full" in r.err, r
            after = house.weigh("status", "--json").json
            assert (after["blobs"], after["bytes"]) == (before["blobs"], before["bytes"])
            house.weigh("files", "acme/new", code=3)
        left = run(*house.enter, "find", tmp / "data/incoming", "-type", "f").out
        assert left == ""
        # reading goes on, and writing too, once there is room
        assert house.get("/acme/held/resolve/main/w.bin").body == (small / "w.bin").read_bytes()
        shutil.rmtree(folder)
        house.add(models.write(tmp / "n", {"w.bin": models.noise(4 * MiB, 9)}), "acme/new")
        house.weigh("verify", "acme/new")


def test_pull_onto_a_full_disk(shared, tmp):
    (tmp / "out").mkdir()
    script = f"mount -t tmpfs -o size=2m t {tmp}/out && exec \"$@\""
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "t", str(tmp / "out")],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        pytest.skip("a private tmpfs needs root: " + probe.stderr.strip())
    r = shared.weigh("pull", "acme/small", "--to", tmp / "out", code=1,
                     wrap=["unshare", "-m", "sh", "-c", script, "sh"])
    assert "space" in r.err or "room" in r.err or "full" in r.err, r


# --- the control API ----------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"name":1}', b'{"name":"../x"}',
                                  b'{"name":"acme/held","name":"x"}', b"\xff\xfe",
                                  b"[" * 10000, b'{"name":"' + b"x" * 70000 + b'"}'])
def test_nonsense_over_the_socket_is_an_error_object(held, body):
    import socket
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(str(held.data / "control.sock"))
        s.sendall(b"POST /-/v1/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                  b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        got = b""
        while piece := s.recv(65536):
            got += piece
    a = read_answers(got)[0]
    assert 400 <= a.status < 500, a
    assert set(a.json["weigh"]) >= {"code", "what", "why", "fix"}
    assert picture(held) == held.before


def test_tcp_may_only_read(held):
    for route in ("verify", "add", "none"):
        a = held.ask("POST", f"/-/v1/{route}", body=b"{}", Content_Type="application/json")
        assert a.status in (401, 404, 405), a
    assert held.ask("POST", "/-/v1/verify", body=b'{"name":"acme/held"}').status == 401
    assert held.get("/-/v1/status").json["schema"] == "weigh.status/1"
    assert held.get("/-/v1/files?name=acme/held").json["files"]
    assert held.get("/-/v1/files?name=../held").status == 400
    assert held.get("/-/v1/midstates/../../keys").status in (400, 404)
    sha = sha256_of(next(iter(held.blobs().values())))
    for wrong in (sha.upper(), sha[:-1], sha + "0", "..", sha[:62] + "%00", "g" * 64):
        assert held.get(f"/-/v1/midstates/{wrong}").status in (400, 404), wrong
