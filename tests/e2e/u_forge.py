"""weighd mirrors from a forge (git http-backend and LFS), from git repositories and from
folders of this machine; and gives on what it has by git, whose history ends where the
mirror's does."""
import subprocess

import pytest

import models
from house import House, until
from upstream import Hub
from upstream_repo import File

FILES = {"README.md": models.CARD, "w.safetensors": models.noise(300_000, 1),
         "sub/a.txt": b"a\n"}


@pytest.fixture
def forge(tmp):
    with Hub(tmp / "up", {"acme/m": FILES}) as h:
        h["acme/m"].commit({**FILES, "README.md": b"second\n"})
        yield h


def mirror_of(tmp, source, name="mirror", start=True, more=""):
    (tmp / name).mkdir()
    (tmp / name / "weighd.conf").write_text(f"[mirror]\nupstream = {source}\n{more}")
    return House(tmp / name, "--config", tmp / name / "weighd.conf").start()


@pytest.fixture
def house(forge, tmp):
    h = mirror_of(tmp, f"git+{forge.url}")
    h.weigh("mirror", "acme/m")
    yield h
    if h.proc:
        h.stop()


def git(tmp, *args, code=0):
    r = subprocess.run(["git", *map(str, args)], stdout=subprocess.PIPE, text=True,
                       stderr=subprocess.STDOUT, timeout=60,
                       env={"PATH": "/usr/bin:/bin", "HOME": str(tmp),
                            "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"})
    assert r.returncode == code, r.stdout
    return r.stdout


def clone(house, tmp, *options, to="clone"):
    git(tmp, "clone", "-q", "--bare", *options, f"{house.url}/acme/m", tmp / to)
    return tmp / to


def history(tmp, at, rev="main"):
    return git(tmp, "-C", at, "rev-list", rev).split()


def shallow(at):
    return (at / "shallow").read_text().split() if (at / "shallow").exists() else []


def whole(tmp, at):
    said = git(tmp, "-C", at, "fsck", "--strict", "--no-dangling")
    assert "missing" not in said and "broken" not in said, said


def test_a_large_file_that_is_not_lfs(tmp):
    """Up to 64 MiB it comes in, is served and cloned; what is larger is refused with what
    to do."""
    big, huge = models.noise(11 << 20, 7), bytes(65 << 20)
    with Hub(tmp / "up", {"acme/m": {**FILES, "big.bin": File("big.bin", big, lfs=False)}}) as hub:
        hub.add("acme/huge", {"huge.bin": File("huge.bin", huge, lfs=False)})
        house = mirror_of(tmp, f"git+{hub.url}")
        house.weigh("mirror", "acme/m", "--include", "big.bin")
        assert house.get("/acme/m/resolve/main/big.bin").body == big
        whole(tmp, clone(house, tmp))
        house.weigh("verify", "acme/m")
        refused = house.weigh("mirror", "acme/huge", code=tuple(range(1, 12)))
        assert "git lfs migrate import" in refused.err and "bytes" in refused.err, refused
        house.stop()


def answer_to(house, *lines):
    """Of a fetch: want and have lines as they are."""
    def packet(text):
        return f"{len(text) + 4:04x}{text}"
    body = packet("command=fetch\n") + "0001" + "".join(map(packet, lines)) + packet("done\n")
    return house.ask("POST", "/acme/m/git-upload-pack", (body + "0000").encode(),
                     **{"Content-Type": "application/x-git-upload-pack-request"}).body


# --- coming in ----------------------------------------------------------------------


def test_from_a_forge(house, forge, tmp):
    repo = forge["acme/m"]
    shown = house.weigh("files", "acme/m", "--json").json
    assert repo.head in str(shown)
    assert house.get("/acme/m/resolve/main/w.safetensors").body == FILES["w.safetensors"]
    assert house.get("/acme/m/resolve/main/README.md").body == b"second\n"
    house.weigh("verify", "acme/m")
    assert forge.calls("upload-pack", "POST") == 2 and forge.calls("objects/batch") == 1


def test_again_and_moved(house, forge):
    forge.fresh()
    house.weigh("mirror", "acme/m")
    assert forge.file_bytes() == 0, "what is here was fetched again"
    forge["acme/m"].commit({**FILES, "new.bin": b"new"})
    house.weigh("mirror", "acme/m")
    assert house.get("/acme/m/resolve/main/new.bin").body == b"new"
    assert forge.file_bytes() == 3


def test_a_tag_and_an_older_commit(house, forge):
    repo = forge["acme/m"]
    first = repo.parents[repo.head]
    repo.tag("v1", first)
    house.weigh("mirror", "acme/m", "--revision", "v1")
    assert house.get("/acme/m/resolve/v1/README.md").body == models.CARD
    assert house.get(f"/acme/m/resolve/{first}/README.md").body == models.CARD


def test_wrong_bytes_of_a_large_file(forge, tmp):
    forge.misbehave("wrong_bytes", r"GET .*\.git/lfs/")
    h = mirror_of(tmp, f"git+{forge.url}")
    h.weigh("mirror", "acme/m", "--detach")
    until(lambda: forge.calls(r"\.git/lfs/[0-9a-f]{64}", "GET") > 1)
    assert h.get("/acme/m/resolve/main/w.safetensors").status == 404
    assert not h.blobs()
    forge.behave()
    h.weigh("mirror", "acme/m")
    assert h.get("/acme/m/resolve/main/w.safetensors").body == FILES["w.safetensors"]
    h.stop()


def test_a_token_for_a_forge(forge, tmp):
    forge["acme/m"].tokens = {"s3cret"}
    keys = tmp / "tokens"
    keys.write_text(f"{forge.url} s3cret\n")
    keys.chmod(0o600)
    h = mirror_of(tmp, f"git+{forge.url}", more=f"tokens = {keys}\n")
    h.weigh("mirror", "acme/m")
    # It was shown to our token: then here, too, only to who may see what is private.
    path = "/acme/m/resolve/main/w.safetensors"
    assert h.get(path).status == 401
    token = h.weigh("token", "new", "reader", "--role", "admin", "--json").json["token"]
    assert h.get(path, Authorization=f"Bearer {token}").body == FILES["w.safetensors"]
    h.stop()
    assert not any("s3cret" in line for line in h.log)


def test_from_git_of_this_machine(forge, tmp):
    repo = forge["acme/m"]
    for f in repo.files.values():
        if f.lfs:
            place = repo.folder / "lfs/objects" / f.sha256[:2] / f.sha256[2:4]
            place.mkdir(parents=True)
            (place / f.sha256).write_bytes(f.data)
    h = mirror_of(tmp, f"git+file:{repo.folder.parent.parent}")
    h.weigh("mirror", "acme/m")
    assert h.get(f"/acme/m/resolve/{repo.head}/w.safetensors").body == FILES["w.safetensors"]
    h.stop()
    assert forge.asked == []


def test_from_a_folder(tmp):
    at = tmp / "models/acme/m"
    for path, data in FILES.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_bytes(data)
    h = mirror_of(tmp, f"dir:{tmp}/models")
    h.weigh("mirror", "acme/m")
    for path, data in FILES.items():
        assert h.get(f"/acme/m/resolve/main/{path}").body == data
    (at / "README.md").write_bytes(b"another\n")
    h.weigh("mirror", "acme/m")
    assert h.get("/acme/m/resolve/main/README.md").body == b"another\n"
    h.weigh("verify", "acme/m")
    whole(tmp, clone(h, tmp))
    h.stop()


def test_a_client_that_asks_first(forge, tmp):
    h = mirror_of(tmp, f"git+{forge.url}", more="pull_through = any\n")
    assert h.get("/acme/m/resolve/main/w.safetensors").body == FILES["w.safetensors"]
    assert h.get("/acme/m/resolve/main/README.md").body == b"second\n"
    assert history(tmp, clone(h, tmp)) == [forge["acme/m"].head]
    assert h.get("/api/models/no/such").status == 404
    h.stop()


@pytest.mark.parametrize("source", ["git+file:/srv", "dir:/srv"])
def test_nobody_orders_a_folder(house, source):
    said = house.weigh("mirror", "acme/m", "--from", source, code=(1, 2, 64))
    assert "configuration" in said.err or "configured" in said.err, said


# --- going out -------------------------------------------------------------------------


def test_a_clone_ends_where_the_mirror_does(house, forge, tmp):
    repo = forge["acme/m"]
    at = clone(house, tmp)
    assert history(tmp, at) == [repo.head] and shallow(at) == [repo.head]
    whole(tmp, at)


def test_history_grows_with_the_mirror(house, forge, tmp):
    repo = forge["acme/m"]
    second, at = repo.head, clone(house, tmp)
    third = repo.commit({**FILES, "new": b"x"})
    house.weigh("mirror", "acme/m")
    git(tmp, "-C", at, "fetch", "-q", "origin", "main:main")
    assert history(tmp, at) == [third, second] and shallow(at) == [second]
    whole(tmp, at)
    fresh = clone(house, tmp, to="fresh")
    assert history(tmp, fresh) == [third, second] and shallow(fresh) == [second]
    whole(tmp, fresh)


def test_depths(house, forge, tmp):
    repo = forge["acme/m"]
    second = repo.head
    third = repo.commit({**FILES, "new": b"x"})
    house.weigh("mirror", "acme/m")
    at = clone(house, tmp, "--depth", "1")
    assert history(tmp, at) == [third] and shallow(at) == [third]
    for option in ("--deepen=1", "--deepen=1", "--depth=5", "--unshallow",
                   "--shallow-since=2020-01-01"):
        git(tmp, "-C", at, "fetch", "-q", option, "origin", "main:main")
        assert history(tmp, at) == [third, second], option
        assert shallow(at) == [second], option
        whole(tmp, at)
    since = clone(house, tmp, "--shallow-since=2020-01-01", to="since")
    assert history(tmp, since) == [third, second] and shallow(since) == [second]
    whole(tmp, since)


def test_who_has_all_of_it_already(house, forge, tmp):
    """A clone of the forge itself goes on from the mirror, and keeps its history."""
    repo = forge["acme/m"]
    git(tmp, "clone", "-q", "--bare", f"{forge.url}/acme/m.git", tmp / "all")
    second, first = repo.head, repo.parents[repo.head]
    third = repo.commit({**FILES, "new": b"x"})
    house.weigh("mirror", "acme/m")
    git(tmp, "-C", tmp / "all", "fetch", "-q", f"{house.url}/acme/m", "main:main")
    assert history(tmp, tmp / "all") == [third, second, first]
    assert shallow(tmp / "all") == []
    assert b"shallow" in answer_to(house, f"want {third}\n")
    assert b"shallow" not in answer_to(house, f"want {third}\n", f"have {second}\n")
    whole(tmp, tmp / "all")


def test_a_mirror_of_the_mirror(house, forge, tmp):
    repo = forge["acme/m"]
    second = repo.head
    third = repo.commit({**FILES, "new": b"x"})
    house.weigh("mirror", "acme/m")
    for name, source in (("hub", house.url), ("git", f"git+{house.url}")):
        h = mirror_of(tmp, source, name)
        h.weigh("mirror", "acme/m")
        assert h.get(f"/acme/m/resolve/{third}/w.safetensors").body == FILES["w.safetensors"]
        at = clone(h, tmp, to=f"of-{name}")
        assert history(tmp, at) == [third] and shallow(at) == [third]
        whole(tmp, at)
        h.stop()
    assert second != third


def test_upkeep_of_a_shallow_repository(house, forge, tmp):
    repo = forge["acme/m"]
    house.weigh("gc")
    house.weigh("verify", "acme/m")
    house.stop()
    for f in house.data.glob("catalog.db*"):
        f.unlink()
    house.start()
    assert house.get(f"/acme/m/resolve/{repo.head}/README.md").body == b"second\n"
    at = clone(house, tmp)
    assert shallow(at) == [repo.head]
    whole(tmp, at)
