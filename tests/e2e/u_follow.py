"""What is followed: upstream moves, vanishes, closes its doors, changes its license; each
is an event, and nothing that was admitted goes away.  The numbers are those of
fetch/follow.h."""
import time

import pytest

import models
from house import House, remove, short_tmp, until
from upstream import Hub

LICENSE = b"You may.\n"
CARD = b"---\nlicense: apache-2.0\n---\n# A model\n"
FILES = {"README.md": CARD, "LICENSE": LICENSE, "w.safetensors": models.noise(200_000, 1)}
MOVED = dict(FILES, **{"w.safetensors": models.noise(200_000, 2)})
SOON = {"WEIGHD_MIRROR_FOLLOW_SECONDS": "1"}
LATE = {"WEIGHD_MIRROR_FOLLOW_SECONDS": "86400"}  # only when it is asked for
DENIED = 4  # exit status: policy says no


class Followed:
    """One repository of the scripted Hub, and the house that follows it."""

    def __init__(self, house, hub, name):
        self.house, self.hub, self.name = house, hub, name
        self.repo = hub.add(name, FILES)
        house.weigh("mirror", name, "--follow")

    def sync(self, code=0):
        return self.house.weigh("mirror", "sync", self.name, "--json", code=code).json

    def events(self):
        return self.house.weigh("events", self.name, "--json").json["events"]

    def kinds(self):
        return [e["kind"] for e in self.events()]

    def last(self, kind):
        events = [e for e in self.events() if e["kind"] == kind]
        assert events, f"no event '{kind}': {self.kinds()}"
        return events[-1]

    @property
    def row(self):
        rows = self.house.weigh("mirror", "ls", "--json").json["mirrors"]
        return next(m for m in rows if m["name"] == self.name)

    def revision(self):
        return self.house.weigh("show", self.name, "--json").json["revision"]


@pytest.fixture(scope="module")
def place():
    folder = short_tmp()
    with Hub(folder / "hub") as hub:
        house = House(folder, env=dict(LATE, WEIGHD_MIRROR_UPSTREAM=hub.url)).start()
        yield house, hub
        house.stop()
    remove(folder)


@pytest.fixture
def m(place, request):
    place[1].behave()
    return Followed(*place, f"acme/m{len(place[1].repos)}")


@pytest.fixture
def own(tmp):
    """A house of its own that looks by itself, every second."""
    with Hub(tmp / "hub") as hub:
        house = House(tmp, env=dict(SOON, WEIGHD_MIRROR_UPSTREAM=hub.url)).start()
        yield Followed(house, hub, "acme/m")
        house.stop()


# --- upstream moves ----------------------------------------------------------------


def test_what_moves_is_brought_and_what_was_here_stays(m, tmp):
    """(2)"""
    old, new = m.repo.head, m.repo.commit(MOVED)
    d = m.sync()
    assert (d["revision"], d["state"]) == (new, "done")
    moved = m.last("moved")
    assert moved["more"] == {"before": old, "after": new} and old[:12] in moved["what"]
    assert m.revision() == new and m.kinds() == ["mirrored", "moved", "mirrored"]
    a = m.house.get(f"/{m.name}/resolve/{old}/w.safetensors")
    assert a.body == FILES["w.safetensors"]
    m.house.weigh("pull", f"{m.name}@{old}", "--to", tmp / "old")
    assert (tmp / "old/w.safetensors").read_bytes() == FILES["w.safetensors"]


def test_what_has_not_moved_costs_one_request(m):
    """(1)"""
    m.sync()
    m.hub.fresh()
    d = m.sync()
    assert d["state"] == "unchanged" and d["revision"] == m.repo.head
    assert m.hub.calls() == 1 and m.kinds() == ["mirrored"]


def test_it_is_looked_at_by_itself(own):
    """(3)"""
    new = own.repo.commit(MOVED)
    until(lambda: own.revision() == new)
    assert "moved" in own.kinds()
    own.house.weigh("mirror", "rm", own.name)
    assert not own.row["follow"]
    own.hub.fresh()
    time.sleep(2.5)
    assert own.hub.calls() == 0, "it is looked at still"


def test_it_is_not_gone_because_nobody_is_asked(own):
    """An upstream taken out of weighd.conf deletes nothing, nor does one that never had it
    while the one that has it is down."""
    own.sync()
    url = own.house.env.pop("WEIGHD_MIRROR_UPSTREAM")
    try:
        own.house.restart()
        assert own.sync(code=2)["error"]["why"] == "no upstream is configured"
        assert own.row["upstream"] == "there" and "deleted" not in own.kinds()
        assert own.row["error"] == "no upstream is configured"
        with Hub(own.house.tmp / "other") as other:
            own.house.env["WEIGHD_MIRROR_UPSTREAM"] = f"http://127.0.0.1:1 {other.url}"
            own.house.restart()
            assert own.sync(code=7)["error"]["code"] == "network"
            assert own.row["upstream"] == "there" and "deleted" not in own.kinds()
            assert "127.0.0.1" in own.row["error"]
    finally:
        own.house.env["WEIGHD_MIRROR_UPSTREAM"] = url


def test_offline_nothing_is_looked_at_and_nothing_noted(own):
    """(4)"""
    own.sync()
    own.house.env["WEIGHD_MIRROR_OFFLINE"] = "yes"
    own.house.restart()
    own.hub.fresh()
    row, kinds = own.row, own.kinds()
    assert "offline" in own.sync(code=DENIED)["error"]["why"]
    assert (own.row, own.kinds(), own.hub.calls()) == (row, kinds, 0)


def test_it_is_followed_after_a_kill_without_its_catalog(own):
    own.house.kill9()
    (own.house.data / "catalog.db").unlink()  # made again from what lies there
    own.house.start()
    assert own.row["follow"]
    new = own.repo.commit(MOVED)
    until(lambda: own.revision() == new)


def test_a_commit_is_followed_nowhere(m):
    """A mirror of one commit keeps that commit, however often it is looked at."""
    old = m.repo.head
    m.house.weigh("mirror", f"{m.name}@{old}", "--follow")
    m.repo.commit(MOVED)
    assert m.sync()["state"] == "unchanged" and "moved" not in m.kinds()


# --- upstream closes its doors --------------------------------------------------------


def test_what_is_deleted_there_stays_here(m):
    """(2)"""
    m.repo.gone = True
    assert m.sync(code=3)["error"]["code"] == "not_found"
    assert "stays" in m.last("deleted")["what"] and m.row["upstream"] == "gone"
    a = m.house.get(f"/{m.name}/resolve/main/w.safetensors")
    assert a.body == FILES["w.safetensors"]
    m.sync(code=3)
    assert m.kinds().count("deleted") == 1, "it is told once"
    m.repo.gone = False
    m.sync()
    assert m.kinds()[-1] == "back" and m.row["upstream"] == "there"


@pytest.mark.parametrize("gated, state, events, code", [
    (True, "gated", ["gated", "opened"], 0),
    (False, "gone", ["deleted", "back"], 3),
], ids=["gated", "private"])
def test_what_is_closed_there_stays_here(m, gated, state, events, code):
    """A Hub tells of what is gated, and denies what is private."""
    m.repo.tokens, m.repo.gated = ["hf_somebody_else"], gated
    m.sync(code=code)
    assert m.row["upstream"] == state and m.kinds()[-1] == events[0]
    assert m.house.get(f"/{m.name}/resolve/main/LICENSE").body == LICENSE
    m.repo.tokens, m.repo.gated = None, False
    m.sync()
    assert m.kinds()[-1] == events[1]


def test_nobody_answers_for_a_while(m):
    m.hub.misbehave("broken", r"/api/", status=503)
    m.sync(code=(7, 75))
    assert m.kinds()[-1] == "lost" and m.row["upstream"] == "there" and m.row["error"]
    m.hub.behave()
    m.sync()
    assert m.kinds()[-1] == "found" and m.row["error"] == ""


# --- what it says of itself -------------------------------------------------------------


@pytest.mark.parametrize("change, kind, words", [
    ({"README.md": CARD.replace(b"apache-2.0", b"other")}, "license", "it declares other"),
    ({"LICENSE": b"You may not.\n"}, "license", "'LICENSE' changed"),
    ({"README.md": CARD + b"More words.\n"}, "card", "README.md, changed"),
    ({"LICENSE": None}, "license", "'LICENSE' is gone"),
], ids=["declared", "text", "card", "gone"])
def test_another_license_another_card(m, change, kind, words):
    old, files = m.repo.head, {**FILES, **change}
    m.repo.commit({k: v for k, v in files.items() if v is not None})
    m.sync()
    event = m.last(kind)
    assert words in event["what"] and event["more"] == {"before": old, "after": m.repo.head}


def test_what_changed_in_words(m):
    old = m.repo.head
    m.repo.commit(dict(FILES, LICENSE=b"You may not.\n"))
    m.sync()
    r = m.house.weigh("diff", m.name, old, "main")
    assert "-You may.\n+You may not.\n" in r.out, r


def test_what_is_followed_is_not_published_on(place, tmp_path):
    house, hub = place
    followed = Followed(house, hub, "acme/followed-only")
    models.write(tmp_path, {"README.md": b"# Mine\n"})
    said = house.weigh("add", tmp_path, followed.name, code=(1, 2, 3, 4, 5, 6, 7))
    assert "follows" in said.err and "weigh mirror rm" in said.err, said
    ops = b'{"key":"header","value":{"summary":"mine"}}\n' \
          b'{"key":"file","value":{"path":"x","content":"eA==","encoding":"base64"}}\n'
    token = house.weigh("token", "new", "me", "--role", "publish", "--json").json["token"]
    answer = house.ask("POST", f"/api/models/{followed.name}/commit/main", ops,
                       Authorization=f"Bearer {token}", Content_Type="application/x-ndjson")
    assert answer.status == 409, answer
    house.weigh("mirror", "rm", followed.name)
    house.weigh("add", tmp_path, followed.name)
