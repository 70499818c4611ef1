"""Stories of what a stranger found in weigh, so that it stays found."""
import fcntl
import hashlib
import os
import pty
import shutil
import signal
import struct
import subprocess
import termios

import pytest

import models
from house import BUILD, clean_env, run


@pytest.fixture
def pulled(house, tmp):
    house.add(models.write(tmp / "m", {"w.bin": models.noise(1 << 20, 1), "README.md": b"hi\n"}),
              "acme/m")
    house.weigh("pull", "acme/m", "--to", tmp / "out")
    return tmp / "out"


def forge(folder):
    """Change a byte, and the SHA-256 that the manifest has of it."""
    data = bytearray((folder / "w.bin").read_bytes())
    old = hashlib.sha256(data).hexdigest()
    data[1000] ^= 1
    (folder / "w.bin").write_bytes(data)
    text = (folder / ".weigh/manifest").read_text()
    assert old in text
    (folder / ".weigh/manifest").write_text(text.replace(old, hashlib.sha256(data).hexdigest()))


def test_a_forged_manifest_is_refused(house, pulled):
    forge(pulled)
    r = house.weigh("verify", "--dir", pulled, code=5)
    assert ".weigh/manifest" in r.err, r
    assert "every byte" not in r.out


@pytest.mark.parametrize("note", ["manifest", "revision"])
def test_a_broken_note_is_a_failed_verification(house, pulled, note):
    with open(pulled / ".weigh" / note, "a", encoding="utf-8") as f:
        f.write("what is this\n")
    house.weigh("verify", "--dir", pulled, code=5)


def test_a_broken_line_under_a_right_seal_is_one_too(house, pulled):
    text = (pulled / ".weigh/manifest").read_text() + "what is this\n"
    old = hashlib.sha256((pulled / ".weigh/manifest").read_bytes()).hexdigest()
    (pulled / ".weigh/manifest").write_text(text)
    seal = (pulled / ".weigh/revision").read_text()
    (pulled / ".weigh/revision").write_text(
        seal.replace(old, hashlib.sha256(text.encode()).hexdigest()))
    house.weigh("verify", "--dir", pulled, code=5)


def test_the_digest_to_compare_is_the_one_of_show(house, pulled):
    shown = house.weigh("show", "acme/m", "--json").json["manifest"]
    d = house.weigh("verify", "--dir", pulled, "--json").json
    assert d["manifest"] == shown and "part_of" not in d
    assert shown in house.weigh("verify", "--dir", pulled).out


def test_a_part_names_its_own_digest_and_the_whole(house, pulled, tmp):
    house.weigh("pull", "acme/m", "--to", tmp / "part", "--include", "*.bin")
    d = house.weigh("verify", "--dir", tmp / "part", "--json").json
    assert d["part_of"] == house.weigh("show", "acme/m", "--json").json["manifest"]
    text = (tmp / "part/.weigh/manifest").read_bytes()
    assert d["manifest"] == hashlib.sha256(text).hexdigest() != d["part_of"]


def test_other_files_are_mentioned(house, pulled):
    assert house.weigh("verify", "--dir", pulled, "--json").json["extra"] == 0
    (pulled / "sub").mkdir()
    (pulled / "sub/notes.txt").write_text("mine\n")
    (pulled / "link").symlink_to("/etc")
    r = house.weigh("verify", "--dir", str(pulled) + "/", "--json")
    assert r.json["extra"] == 2, r
    assert "2 files here are not part of it" in house.weigh("verify", "--dir", pulled).err


NOBODY = 65534  # a user on every machine, who owns nothing of ours


def as_nobody(*argv, env):
    """Run as another user, who may not touch the house's files."""
    return run("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *argv, env=env)


@pytest.fixture
def stranger(tmp):
    """A program another user can run, and that user's empty home."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    os.chmod(tmp, 0o755)
    shutil.copy(BUILD / "weigh", tmp / "weigh")
    (tmp / "home").mkdir(mode=0o755)
    (tmp / "home/f").write_text("x\n")
    return tmp


@pytest.mark.parametrize("verb", [["ls"], ["add", "home", "a/m"]], ids=["ls", "add"])
def test_no_permission_is_not_absence(house, stranger, verb):
    os.chmod(house.data, 0o700)
    env = dict(house.env, WEIGH_SERVER=f"unix:{house.data}/control.sock")
    verb = [str(stranger / v) if v == "home" else v for v in verb]
    r = as_nobody(stranger / "weigh", *verb, env=env)
    assert r.code == 6 and "you may not use" in r.err and "member of its group" in r.err, r


def test_no_permission_at_the_default_socket(stranger):
    (stranger / "share/weighhouse").mkdir(parents=True)
    os.chmod(stranger / "share/weighhouse", 0o700)
    env = clean_env(stranger / "home", XDG_DATA_HOME=str(stranger / "share"))
    r = as_nobody(stranger / "weigh", "add", stranger / "home", "a/m", env=env)
    assert r.code == 6 and "member of its group" in r.err, r


def on_terminal(argv, env, columns=80):
    """What a program writes to a terminal that wide."""
    try:
        master, slave = pty.openpty()
    except OSError as e:
        pytest.skip(f"no terminal can be made here: {e}")
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen(argv, env=env, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(master)
    assert p.wait(20) == 0, text
    return text.decode("utf-8", "replace")


def test_a_narrow_terminal_cuts_no_digest(house, tmp):
    house.add(models.write(tmp / "m", {"long/" + "x" * 70 + ".bin": b"12"}), "acme/m")
    text = on_terminal(house.command("files", "acme/m"), house.env)
    assert hashlib.sha256(b"12").hexdigest() in text, text


def test_next_names_the_branch(house, tmp):
    folder = models.tiny(tmp / "m")
    assert "weigh pull acme/m@v1\n" in house.weigh("add", folder, "acme/m@v1").err
    assert "weigh pull acme/m@dev\n" in house.weigh("add", folder, "acme/m", "--revision", "dev").err
    assert "weigh pull acme/m\n" in house.weigh("add", folder, "acme/m").err


def test_a_fix_fits_the_folder(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    (tmp / "file").write_text("x\n")
    for args in (["pull", "acme/m", "--to", "/proc/x"], ["pull", "acme/m", "--to", tmp / "file"],
                 ["verify", "--dir", tmp / "nowhere"]):
        r = house.weigh(*args, code=(1, 3))
        assert "\n  fix: name a folder" in r.err, r


def test_a_reader_that_leaves_is_no_failure(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    r, w = os.pipe()
    os.close(r)
    p = subprocess.run(house.command("files", "acme/m"), env=house.env, stdout=w,
                       stderr=subprocess.PIPE, timeout=20)
    os.close(w)
    assert p.stderr == b"" and p.returncode == -signal.SIGPIPE, p


def test_pull_says_why_it_waits(house, tmp):
    house.add(models.write(tmp / "m", {"w.bin": models.noise(3 << 20, 1)}), "acme/m")
    blob = max(house.blobs().values(), key=lambda p: p.stat().st_size)
    os.chmod(blob, 0o644)
    with open(blob, "r+b") as f:
        f.write(b"other bytes")
    p = subprocess.Popen(house.command("pull", "acme/m", "--to", str(tmp / "out")),
                         env=house.env, stderr=subprocess.PIPE, text=True)
    line = p.stderr.readline()
    p.terminate()
    p.communicate(timeout=20)
    assert line.startswith("'w.bin': trying again: "), line


def test_small_words(house, tmp):
    house.add(models.write(tmp / "m", {"a.txt": b"1"}), "acme/m")
    r = house.weigh("pull", "acme/m", "--to", tmp / "o", "--include", "x", code=3)
    assert "of its 1 file," in r.err, r
    house.weigh("pull", "acme/m", "--to", tmp / "out")
    (tmp / "out/a.txt").write_text("2")
    assert "1 of 1 file is not" in house.weigh("verify", "--dir", tmp / "out", code=5).err
    assert "'key' has only: weigh key export" in house.weigh("key", "import", code=2).err


@pytest.mark.parametrize("option", [["-j", "900"], ["-j", "0"], ["--jobs=x"], ["--timeout", "0"]],
                         ids=" ".join)
def test_a_number_out_of_bounds_is_refused_by_every_verb(house, option):
    r = house.weigh("ls", *option, code=2)
    assert "takes a number from 1 to" in r.err, r


@pytest.mark.parametrize("name,why", [
    ("ac#me/m", "'#', byte 3 of 'ac#me', is no letter, digit, '-', '_' or '.'"),
    ("acme/m@a..b", "what follows '@': '.', byte 3 of 'a..b', cannot stand twice in a row"),
    ("acme/\x1b[2Jm", "byte 1 of '?[2Jm' (0x1b) is no letter"),
    ("acme/m.git", "'m.git' ends in '.git'")], ids=["letter", "dots", "escape", "git"])
def test_a_bad_name_says_which_byte(house, name, why):
    assert why in house.weigh("show", name, code=2).err
