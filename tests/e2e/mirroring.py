"""weighd's side of the stories about upstreams: orders, jobs, and what must hold after
them whatever the upstream did."""
import hashlib
import re
import time
import urllib.parse

from house import PATIENCE, House, sha256_of

OVER = ("done", "failed", "canceled")
SHORT = {  # seconds that a story can wait for
    "WAN_SILENT_SECONDS": 1, "WAN_CONNECT_SECONDS": 2,
}


def mirror_house(tmp, env=None, **settings):
    """A weighd that is quick to lose patience.  Settings as in mirror_upstream=URL."""
    told = {**SHORT, **{k.upper(): v for k, v in settings.items()}}
    tmp.mkdir(parents=True, exist_ok=True)
    return House(tmp, env={**{f"WEIGHD_{k}": str(v) for k, v in told.items()}, **(env or {})})


def order(house, name, url=None, *args):
    """Begin a job, do not wait for it."""
    source = ("--from", url) if url else ()
    house.weigh("mirror", name, *source, *args, "--detach")


def jobs(house):
    """The newest job of each repository, by its name."""
    found = {}
    for job in house.weigh("mirror", "ls", "--json").json["jobs"]:
        if job["name"] not in found or job["id"] > found[job["name"]]["id"]:
            found[job["name"]] = job
    return found


def rests(job):
    """It is over, or it waits for something that it told."""
    return job["state"] in OVER or job["state"] == "waiting" and job["error"]


def wait_for(house, names, settled=rests, seconds=PATIENCE):
    """Those jobs, once all of them are so."""
    end = time.monotonic() + seconds
    while True:
        now = jobs(house)
        late = [n for n in names if n not in now or not settled(now[n])]
        if not late:
            return {n: now[n] for n in names}
        assert time.monotonic() < end, [now.get(n, n) for n in late]
        time.sleep(0.05)


def is_over(job):
    return job["state"] in OVER


def done(house, name, seconds=PATIENCE):
    job = wait_for(house, [name], is_over, seconds)[name]
    assert job["state"] == "done", job
    return job


def say(job):
    """What a person is told: one text."""
    e = job["error"]
    assert e and e["code"] and e["what"] and e["fix"], job
    return f"{e['code']}: {e['what']}: {e['why']}; {e['fix']}"


def same_files(house, name, repo, commit=None):
    """Every file of a revision is served, byte for byte, by its upstream commit."""
    commit = commit or repo.head
    for f in repo.revisions[commit].values():
        a = house.get(f"/{name}/resolve/{commit}/{urllib.parse.quote(f.path)}")
        data = f.data if isinstance(f.data, bytes) else f.data.read_bytes()
        assert a.status == 200 and a.body == data, (f.path, a)
        assert a["X-Repo-Commit"] == commit or not repo.git


def serves_nothing(house, name, repo):
    """Of what never came whole no byte is to be had."""
    for f in repo.files.values():
        for rev in ("main", repo.head):
            for extra in ({}, {"Range": "bytes=0-9"}):
                a = house.get(f"/{name}/resolve/{rev}/{f.path}", **extra)
                assert a.status in (401, 404), (f.path, a)
    assert name not in {m["name"] for m in house.weigh("ls", "--json").json["models"]}


def sound(house):
    """Nothing bad under a blob's name, and nobody's token in the log."""
    assert house.bad_blobs() == []
    assert not re.search(r"hf_[a-z]", "\n".join(house.log)), house.log


def held(house, f):
    path = house.blobs().get(f.sha256)
    return path is not None and sha256_of(path) == f.sha256


def unique(base, text):
    """The same noise, but its first bytes: so that no two repositories share a blob."""
    return hashlib.sha256(text.encode()).digest() + base[32:]
