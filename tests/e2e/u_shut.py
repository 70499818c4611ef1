"""What upstream shows to our token alone is not shown to everybody here: fetch/fetch.h (7)
and gate/mirror.h (16)."""
import pytest

import mirroring
from upstream import Hub

W = "model.safetensors"
FILES = {"README.md": b"---\nlicense: mit\n---\n", "config.json": b"{}", W: b"secret" * 50000}
DOORS = ("/api/models/acme/m", "/api/models/acme/m/tree/main", f"/acme/m/resolve/main/{W}",
         "/acme/m/resolve/main/config.json", "/acme/m/raw/main/README.md",
         "/acme/m.git/info/refs?service=git-upload-pack", "/api/models/acme/m/commits/main")


@pytest.fixture
def near(tmp):
    """A weighd that knows a token of each of these hubs."""
    started = []

    def begin(*hubs, git=False, **settings):
        tokens = tmp / "tokens"
        tokens.write_text("".join(f"{hub.url} hf_ours\n" for hub in hubs))
        tokens.chmod(0o600)
        started.append(mirroring.mirror_house(
            tmp / f"house{len(started)}", mirror_tokens=tokens,
            **{"mirror_upstream": " ".join(("git+" if git else "") + hub.url for hub in hubs),
               **settings}).start())
        return started[-1]
    yield begin
    for house in started:
        mirroring.sound(house)
        house.stop()


def shut(house, doors=DOORS):
    for door in doors:
        a = house.get(door)
        assert a.status in (401, 403, 404), (door, a)
        assert b"secret" not in a.body


def hidden(house):
    shut(house)
    assert not any(m["id"] == "acme/m" for m in house.get("/api/models").json)


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
@pytest.mark.parametrize("git", [True, False], ids=["git", "listing"])
def test_private_there_private_here(near, tmp, git, told):
    """Whoever asks first, and whether or not the Hub says that it is."""
    with Hub(tmp / "hub") as hub:
        hub.add("acme/m", FILES, tokens=["hf_ours"], git=git)
        hub.tells_private = told
        house = near(hub, mirror_pull_through="any")
        for _ in range(2):
            hidden(house)
        house.weigh("mirror", "acme/m")
        assert mirroring.held(house, hub["acme/m"].files[W])
        hidden(house)
        hidden(house.restart())


def test_gated_there_gated_here(near, tmp):
    with Hub(tmp / "hub") as hub:
        hub.add("acme/m", FILES, tokens=["hf_ours"], gated=True)
        house = near(hub, mirror_pull_through="any")
        for _ in range(2):
            assert house.get(DOORS[0]).status == 200, "what it has can be seen, as there"
            assert house.get(DOORS[2]).status == house.get(DOORS[3]).status == 401
        assert hub.file_bytes() == 0


def test_a_forge_that_wants_our_token(near, tmp):
    with Hub(tmp / "hub") as hub:
        hub.add("acme/m", FILES, tokens=["hf_ours"])
        house = near(hub, git=True, mirror_pull_through="any")
        hidden(house)
        house.weigh("mirror", "acme/m")
        hidden(house)


@pytest.mark.parametrize("gated", [True, False], ids=["gated", "private"])
@pytest.mark.parametrize("how", ["job", "asked"])
def test_shut_behind_us(near, tmp, gated, how):
    """(16) What was open is shut with the first revision that is not for everybody."""
    with Hub(tmp / "hub") as hub:
        repo = hub.add("acme/m", {**FILES, W: b"open" * 50000})
        house = near(hub, mirror_pull_through="any")
        house.weigh("mirror", "acme/m")
        assert house.get(DOORS[2]).status == 200
        repo.tokens, repo.gated = ["hf_ours"], gated
        new = repo.commit(FILES)
        if how == "job":
            house.weigh("mirror", "acme/m")
        at = f"/acme/m/resolve/{new}/"
        for _ in range(2):
            shut(house, [at + W, at + "config.json"])
        house.restart()
        shut(house, [at + W, at + "config.json"])


def test_a_name_is_no_key(near, tmp):
    """Who knows only the SHA-256 of what is private here does not get it by having
    upstream name it: the bytes come from upstream, or not at all."""
    small = {"config.json": b'{"ours": 1}'}
    ours = tmp / "ours"
    ours.mkdir()
    (ours / W).write_bytes(FILES[W])
    (ours / "config.json").write_bytes(small["config.json"])
    with Hub(tmp / "hub", {"acme/lure": {**small, W: FILES[W]},
                           "acme/true": {**small, W: FILES[W]}}) as hub:
        hub.misbehave("missing", "acme/lure/resolve/")
        house = near(mirror_upstream=hub.url, mirror_pull_through="any")
        house.add(ours, "us/private")
        boss = house.weigh("token", "new", "boss", "--role", "admin").out.strip()
        assert house.ask("PUT", "/api/models/us/private/settings", b'{"private": true}',
                         Authorization=f"Bearer {boss}").status == 200
        house.weigh("mirror", "acme/lure", code=tuple(range(1, 12)))
        assert house.get(f"/acme/lure/resolve/main/{W}").status >= 400
        assert house.get(f"/us/private/resolve/main/{W}").status == 401
        hub.fresh()
        house.weigh("mirror", "acme/true")
        assert hub.file_bytes() >= len(FILES[W])
        assert house.get(f"/acme/true/resolve/main/{W}").body == FILES[W]
        assert house.get(f"/us/private/resolve/main/{W}").status == 401


def test_what_is_private_here_is_not_pulled_through(near, tmp):
    """Its bytes are here for others alone: a question says so, and whoever may order it
    brings them from upstream."""
    ours = tmp / "ours"
    ours.mkdir()
    (ours / W).write_bytes(FILES[W])
    with Hub(tmp / "hub", {"acme/true": FILES}) as hub:
        house = near(mirror_upstream=hub.url, mirror_pull_through="any")
        house.add(ours, "us/private")
        boss = house.weigh("token", "new", "boss", "--role", "admin").out.strip()
        assert house.ask("PUT", "/api/models/us/private/settings", b'{"private": true}',
                         Authorization=f"Bearer {boss}").status == 200
        for _ in range(2):
            a = house.get("/api/models/acme/true")
            assert a.status == 503 and a.json["weigh"]["code"] == "not_yet", a
            assert "weigh mirror acme/true" in a.json["weigh"]["fix"], a
        assert hub.calls("/api/") == 1, "it is not asked each time"
        house.weigh("mirror", "acme/true")
        assert house.get(f"/acme/true/resolve/main/{W}").body == FILES[W]


def test_a_private_mirror_is_no_key(near, tmp):
    """What was brought for a repository that is not for everybody is not another's, which
    only names its SHA-256; who really has the bytes brings them again."""
    with Hub(tmp / "hub", {"acme/lure": FILES, "acme/true": FILES}) as hub:
        hub.add("acme/m", FILES, tokens=["hf_ours"])
        hub.misbehave("missing", "acme/lure/resolve/")
        house = near(hub, mirror_pull_through="any")
        house.weigh("mirror", "acme/m")
        house.weigh("mirror", "acme/lure", code=tuple(range(1, 12)))
        assert house.get(f"/acme/lure/resolve/main/{W}").status >= 400
        hidden(house)
        hub.fresh()
        house.weigh("mirror", "acme/true")
        assert hub.file_bytes() >= len(FILES[W])
        assert house.get(f"/acme/true/resolve/main/{W}").body == FILES[W]
        house.weigh("mirror", "acme/m")
        hidden(house)


@pytest.mark.parametrize("gated", [True, False], ids=["gated", "private"])
def test_what_upstream_shut_comes_no_more(near, tmp, gated):
    """A revision was listed while it was open: what of it is not here does not come by
    our token for everybody, once upstream has shut it."""
    with Hub(tmp / "hub") as hub:
        repo = hub.add("acme/m", FILES)
        house = near(hub, mirror_pull_through="any")
        assert house.get(DOORS[0]).status == 200
        repo.tokens, repo.gated = ["hf_ours"], gated
        house.restart()  # what it was told a minute ago is forgotten
        for _ in range(3):
            a = house.get(DOORS[2])
            assert a.status in (401, 403), a
        assert house.get(DOORS[3]).body == FILES["config.json"], "what came stays"
        assert hub.file_bytes() == 0
        assert hub.calls("/api/models/acme/m/revision/") == 1, "it is not asked each time"
        house.weigh("mirror", "acme/m")
        shut(house, DOORS[2:5])


def test_shut_behind_half_of_it(near, tmp):
    """The rest of a revision that was taken in while it was open comes by our token: then
    it is shut."""
    with Hub(tmp / "hub") as hub:
        repo = hub.add("acme/m", FILES)
        house = near(hub)
        house.weigh("mirror", "acme/m", "--exclude", W)
        assert house.get(DOORS[3]).status == 200
        repo.tokens = ["hf_ours"]
        house.weigh("mirror", "acme/m")
        assert mirroring.held(house, repo.files[W])
        hidden(house)
