"""git and git-lfs, as Debian has them: clone, fetch, shallow, fsck."""
import subprocess

import pytest

import models
from clients import Client
from house import House, sha256_of, tree_of


@pytest.fixture
def git(held, tmp):
    return at(held.url, tmp)


def at(url, tmp):
    client = Client(tmp / "home", url, GIT_TERMINAL_PROMPT="0", GIT_CONFIG_NOSYSTEM="1",
                    GIT_ASKPASS="/bin/false")
    client.run("git", "lfs", "install", "--skip-repo")
    client.run("git", "config", "--global", "user.email", "a@example.org")
    client.run("git", "config", "--global", "user.name", "a")
    return client


def checked_out(folder):
    """tree_of a working copy without .git and what git needs."""
    return {p: sha for p, sha in tree_of(folder).items()
            if not p.startswith(".git/")}


@pytest.mark.parametrize("name", ["acme/small", "acme/odd", "datasets/acme/rows",
                                  "spaces/acme/app", "solo", "acme/small.git"])
def test_clone(git, held, name):
    git.run("git", "clone", "-q", f"{git.url}/{name}", "got")
    got = git.home / "got"
    assert checked_out(got) == tree_of(held.folder[name.removesuffix(".git")])
    sha = git.run("git", "rev-parse", "HEAD", cwd=got).out.strip()
    assert sha == held.sha[name.removesuffix(".git")]
    git.run("git", "fsck", "--full", "--strict", cwd=got)
    git.run("git", "lfs", "fsck", cwd=got)


def test_clone_then_lfs_pull(git, held):
    git.env["GIT_LFS_SKIP_SMUDGE"] = "1"
    git.run("git", "clone", "-q", f"{git.url}/acme/small", "got")
    got = git.home / "got"
    pointer = (got / "model.safetensors").read_text()
    assert pointer.startswith("version https://git-lfs.github.com/spec/v1\n")
    del git.env["GIT_LFS_SKIP_SMUDGE"]
    git.run("git", "lfs", "pull", cwd=got)
    assert checked_out(got) == tree_of(held.folder["acme/small"])
    git.run("git", "lfs", "fsck", cwd=got)


def test_a_folder_that_came_without_rules(git, held):
    """git knows no rule by which it would fetch; `git lfs pull` does."""
    git.run("git", "clone", "-q", f"{git.url}/acme/sharded", "got")
    got = git.home / "got"
    git.run("git", "lfs", "pull", cwd=got)
    assert checked_out(got) == tree_of(held.folder["acme/sharded"])


def test_lfs_pull_goes_on(held, relay, tmp):
    git = at(relay.url, tmp)
    git.env["GIT_LFS_SKIP_SMUDGE"] = "1"
    git.run("git", "clone", "-q", f"{git.url}/acme/big", "got")
    del git.env["GIT_LFS_SKIP_SMUDGE"]
    relay.stall_after = 10 << 20
    p = subprocess.Popen(["git", "lfs", "pull"], env=git.env, cwd=git.home / "got",
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert relay.stalled.wait(30)
    p.kill()
    p.wait()
    relay.stall_after = None
    relay.go.set()
    git.run("git", "lfs", "pull", cwd=git.home / "got")
    assert sha256_of(git.home / "got/w.bin") == sha256_of(held.folder["acme/big"] / "w.bin")


def test_ls_remote(git, held):
    out = git.run("git", "ls-remote", "--symref", f"{git.url}/acme/small").out
    assert "ref: refs/heads/main\tHEAD" in out
    assert f"{held.sha['acme/small']}\trefs/heads/main" in out
    assert f"{held.sha['acme/small', 'dev/feature-1']}\trefs/heads/dev/feature-1" in out


def test_a_branch(git, held):
    git.run("git", "clone", "-q", "-b", "dev/feature-1", "--single-branch",
            f"{git.url}/acme/small", "got")
    assert checked_out(git.home / "got").keys() == {"README.md", "other.txt"}


def test_fetch_shallow_and_deepen(tmp):
    house = House(tmp / "house").start()
    try:
        folder = models.tiny(tmp / "m")
        shas = []
        for i in range(5):
            (folder / "n.txt").write_text(f"{i}\n")
            shas.append(house.add(folder, "acme/m")["revision"])
        git = at(house.url, tmp)
        git.run("git", "clone", "-q", "--depth", "1", f"{git.url}/acme/m", "got")
        got = git.home / "got"
        count = ["git", "rev-list", "--count", "HEAD"]
        assert git.run(*count, cwd=got).out == "1\n"
        git.run("git", "fsck", cwd=got)
        git.run("git", "fetch", "-q", "--deepen", "2", cwd=got)
        assert git.run(*count, cwd=got).out == "3\n"
        git.run("git", "fetch", "-q", "--unshallow", cwd=got)
        assert git.run(*count, cwd=got).out == "5\n"
        (folder / "n.txt").write_text("new\n")
        last = house.add(folder, "acme/m")["revision"]
        git.run("git", "pull", "-q", cwd=got)
        assert git.run("git", "rev-parse", "HEAD", cwd=got).out.strip() == last
        git.run("git", "checkout", "-q", shas[0], cwd=got)
        assert (got / "n.txt").read_text() == "0\n"
        git.run("git", "fsck", "--full", cwd=got)
    finally:
        house.stop()


def test_two_thousand_five_hundred_files(git, held):
    git.run("git", "clone", "-q", f"{git.url}/acme/many", "got")
    assert checked_out(git.home / "got") == tree_of(held.folder["acme/many"])


def test_without_protocol_v2_it_says_so_or_works(git):
    r = git.run("git", "-c", "protocol.version=0", "ls-remote", f"{git.url}/acme/small", code=None)
    assert r.code == 0 or r.err.strip(), r


def test_an_unknown_repository(git):
    r = git.run("git", "clone", "-q", f"{git.url}/acme/none", "got", code=None)
    assert r.code == 128 and r.err, r


def test_push_is_refused(git):
    git.run("git", "clone", "-q", f"{git.url}/acme/small", "got")
    got = git.home / "got"
    (got / "x").write_text("x")
    git.run("git", "add", "x", cwd=got)
    git.run("git", "commit", "-qm", "x", cwd=got)
    r = git.run("git", "push", cwd=got, code=None)
    assert r.code != 0 and r.err, r
