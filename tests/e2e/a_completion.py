"""weigh completion: the scripts, sourced by the shells they are for.

bash is always there; zsh and fish only where somebody installed them.
"""
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time

import pytest

import models
from house import BUILD, clean_env, run

WEIGH = BUILD / "weigh"


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Every shell's script, in a folder that also holds things to complete."""
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        r = run(WEIGH, "completion", shell, env=clean_env(folder))
        assert r.code == 0 and r.out.endswith("\n"), r
        (folder / f"weigh.{shell}").write_text(r.out)
    (folder / "weigh").symlink_to(WEIGH)
    (folder / "models").mkdir()
    (folder / "moved.txt").write_text("a file\n")
    return folder


def environment(scripts, server):
    path = f"{scripts}:{os.environ['PATH']}"
    return clean_env(scripts, WEIGH_SERVER=server, PATH=path, TERM="dumb")


BASH = """source weigh.bash
COMP_LINE=$1 COMP_POINT=${#1}
read -ra COMP_WORDS <<<"$1"
[[ $1 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_weigh weigh "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(scripts, line, server):
    r = run("bash", "--norc", "--noprofile", "-c", BASH, "bash", line,
            env=environment(scripts, server), cwd=scripts)
    assert r.code == 0 and r.err == "", r
    return set(r.out.split())


def fish(scripts, line, server):
    r = run("fish", "-N", "-c", "source weigh.fish; complete -C $argv[1]", line,
            env=environment(scripts, server), cwd=scripts)
    assert r.code == 0 and r.err == "", r
    return {word.split("\t")[0].rstrip("/") for word in r.out.splitlines()}


def until_said(master, pattern, seconds=20):
    """What a terminal shows until it matches."""
    text, end = "", time.monotonic() + seconds
    while not re.search(pattern, text):
        assert time.monotonic() < end, f"no {pattern!r} in {text!r}"
        if select.select([master], [], [], 0.2)[0]:
            text += os.read(master, 65536).decode("utf-8", "replace")
    return text


def zsh(scripts, line, server):
    """zsh completes only where somebody types: type the line, then Control-D, which
    lists; the list stands between the line and the next prompt."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 100, 200, 0, 0))
    p = subprocess.Popen(["zsh", "-f", "-i"], env=environment(scripts, server), cwd=scripts,
                         stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    try:
        os.write(master, b"PS1='%% '; unsetopt prompt_sp; autoload -U compinit; compinit -u -D;"
                         b" zstyle ':completion:*' list-grouped false; setopt list_rows_first;"
                         b" LISTMAX=1000; source ./weigh.zsh; echo rea''dy\n")
        until_said(master, r"ready\r\n.*% ")
        os.write(master, line.encode())
        until_said(master, re.escape(line))
        os.write(master, b"\x04")
        time.sleep(0.7)
        os.write(master, b"\x15echo ov''er\n")
        text = until_said(master, r"over\r")
    finally:
        p.kill()
        p.wait()
        os.close(master)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    return {word.rstrip("/") for word in text.split()}


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


@pytest.fixture(params=SHELLS)
def shell(request):
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed here")
    return SHELLS[request.param]


NOBODY = "unix:/nonexistent"


# What must be offered, and what must not.
@pytest.mark.parametrize("line,offered,others", [
    ("weigh ", {"add", "pull", "diff", "key"}, {"export", "moved.txt"}),
    ("weigh ke", {"key"}, {"pull"}),
    ("weigh key ", {"export"}, {"pull"}),
    ("weigh token new ci --role ", {"read", "publish", "approve", "admin"}, {"pull"}),
    ("weigh token rm ", set(), {"ID", "WHO", "NAME"}),
    ("weigh license ", {"scan", "diff", "terms", "learn"}, {"MIT", "moved.txt"}),
    ("weigh license scan m", {"models", "moved.txt"}, {"MIT"}),
    ("weigh license terms M", {"MIT"}, {"Apache-2.0", "models"}),
    ("weigh help ", {"add", "pull"}, {"moved.txt"}),
    ("weigh completion ", {"bash", "zsh", "fish"}, {"pull"}),
    ("weigh ls --format ", {"human", "tsv", "json", "quiet"}, {"pull"}),
    ("weigh add ", {"models"}, {"moved.txt", "pull"}),
    ("weigh add --message add m", {"models"}, {"moved.txt"}),
    ("weigh pull x/y --", {"--to", "--include", "--json"}, {"--revision", "--message"}),
    ("weigh add --", {"--revision", "--message", "--jobs"}, {"--to"}),
], ids=lambda v: v if isinstance(v, str) else "")
def test_each_place_of_the_line(scripts, shell, line, offered, others):
    got = shell(scripts, line, NOBODY)
    if shell is zsh and len(offered) == 1:  # a single one is put into the line
        got |= {word for word in offered if any(g.startswith(word) for g in got)}
    if any(word.startswith("--") for word in offered):  # zsh shows where a value follows
        got = {word.rstrip("=") for word in got}
    assert offered <= got and not others & got, got


def test_names_come_from_the_server(scripts, shell, house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/one")
    house.add(models.tiny(tmp / "m"), "datasets/acme/two")
    server = f"unix:{house.data}/control.sock"
    assert {"acme/one", "datasets/acme/two"} <= shell(scripts, "weigh show ", server)


def test_a_server_that_does_not_answer_costs_little(scripts, tmp):
    """One that takes the connection and says nothing."""
    import socket
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(tmp / "mute.sock"))
        s.listen()
        begun = time.monotonic()
        assert bash(scripts, "weigh show ", f"unix:{tmp}/mute.sock") == set()
        assert time.monotonic() - begun < 15  # 200 ms, and a busy machine


def test_every_verb_and_option_of_help_is_in_every_script(scripts):
    tables = run(WEIGH, "help", "--json", env=clean_env(scripts)).json
    for name in ("bash", "zsh", "fish"):
        text = (scripts / f"weigh.{name}").read_text()
        dashes = "-l " if name == "fish" else "--"
        for verb in tables["verbs"]:
            for word in verb["verb"].split():
                assert re.search(rf"\b{word}\b", text), (name, word)
            for option in verb["options"]:
                assert dashes + option["name"] in text, (name, option)
        for option in tables["options"]:
            assert dashes + option["name"] in text, (name, option)


def test_what_is_no_shell(house):
    r = house.weigh("completion", "csh", code=2)
    assert "bash, zsh, fish" in r.err
    assert house.weigh("completion", "fish", "--json").json["shell"] == "fish"
