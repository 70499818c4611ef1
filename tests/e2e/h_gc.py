"""weigh gc: what nobody names goes, and nothing else; whatever happens meanwhile."""
import hashlib
import os
import random
import subprocess
import threading
import time

import pytest

import models
from house import sha256_of, tree_of

MiB = 1 << 20
NOW = ("--older", "0")


def git(house, repo, *args, stdin=None):
    path = house.data / f"repos/models/{repo}.git"
    r = subprocess.run(["git", "-c", f"safe.directory={path}", "-C", path, *args], input=stdin,
                       capture_output=True, env=house.env)
    assert r.returncode == 0, r
    return r.stdout.decode().strip()


def plant_blob(house, data, listed=False):
    """A blob that no revision names, as a backup that was laid back leaves them."""
    sha = hashlib.sha256(data).hexdigest()
    path = house.data / "blobs/sha256" / sha[:2] / sha
    path.write_bytes(data)
    if listed:
        path.with_name(sha + ".mid").write_bytes(bytes(32 * ((len(data) - 1) // (4 * MiB))))
    return sha


def plant_objects(house, repo, n=10):
    """Git objects that no ref leads to, as a publication taken back leaves them."""
    return [git(house, repo, "hash-object", "-w", "--stdin", stdin=b"nobody's %d\n" % i)
            for i in range(n)]


def objects_of(house, repo):
    out = git(house, repo, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    return set(out.split())


def picture(house):
    """Every file below the data folder that lasts, with its bytes; not SQLite's own."""
    return {str(p.relative_to(house.data)): sha256_of(p) for p in sorted(house.data.rglob("*"))
            if p.is_file() and not p.name.startswith("catalog.db")}


def check_whole(house, *names):
    """Nothing live was taken: bytes, git and catalog agree."""
    assert house.bad_blobs() == []
    for name in names:
        assert house.weigh("verify", name, "--json").json["bad"] == []
        git(house, name, "fsck", "--strict", "--full")
    assert house.weigh("status", "--json").json["blobs"] == len(house.blobs())


@pytest.fixture
def littered(house, tmp):
    """Two models, and litter of every kind beside them."""
    house.add(models.small(tmp / "m"), "acme/m")
    house.add(models.tiny(tmp / "n"), "acme/n")
    house.live = set(house.blobs())
    house.litter = {plant_blob(house, b"nobody's\n"), plant_blob(house, models.noise(5 * MiB), True)}
    lone = house.data / "blobs/sha256/ab" / ("ab" * 32 + ".mid")
    lone.write_bytes(bytes(32))
    house.objects = objects_of(house, "acme/m")
    plant_objects(house, "acme/m")
    return house


def test_a_clean_house_has_nothing_to_take(house, tmp):
    house.add(models.small(tmp / "m"), "acme/m")
    before = picture(house)
    r = house.weigh("gc", *NOW, "--json").json
    assert r["schema"] == "weigh.gc/1" and r["items"] == [] and r["freed"] == 0, r
    assert picture(house) == before
    assert "took 0 blobs" in house.weigh("gc").out


def test_litter_goes_and_the_second_gc_takes_nothing(littered):
    house = littered
    r = house.weigh("gc", *NOW, "--json").json
    assert (r["blobs"], r["lists"], r["objects"]) == (2, 1, 10), r
    taken = {i["name"]: i["bytes"] for i in r["items"] if i["kind"] == "blob"}
    assert set(taken) == house.litter and sum(taken.values()) == 9 + 5 * MiB + 32
    assert set(house.blobs()) == house.live
    assert not (house.data / "blobs/sha256/ab" / ("ab" * 32 + ".mid")).exists()
    assert objects_of(house, "acme/m") == house.objects
    check_whole(house, "acme/m", "acme/n")
    again = house.weigh("gc", *NOW, "--json").json
    assert again["items"] == [] and again["freed"] == 0, again


def test_a_dry_run_says_the_same_and_changes_nothing(littered):
    house = littered
    before = picture(house)
    dry = house.weigh("gc", *NOW, "--dry-run", "--json").json
    assert picture(house) == before
    real = house.weigh("gc", *NOW, "--json").json
    for key in ("blobs", "lists", "rows", "objects", "freed"):
        assert dry[key] == real[key], key
    assert {i["fate"] for i in dry["items"]} == {"would be taken"}


def test_what_came_just_now_stays_for_a_day(littered):
    house = littered
    before = picture(house)
    r = house.weigh("gc", "--json").json
    assert picture(house) == before
    assert r["freed"] == 0 and r["waiting"] >= 13, r
    assert all(i["fate"] == "kept" and "long enough" in i["why"] for i in r["items"])


def test_people_read_a_table_and_a_sum(littered):
    out = littered.weigh("gc", *NOW).out
    assert "WHAT" in out and "acme/m" in out
    assert "took 2 blobs, 1 list, 0 rows, 10 git objects\n5.2 MB freed\n" in out


def test_a_pack_is_made_again_without_what_nobody_wants(house, tmp):
    """More than 64 objects at once become a pack; half of them lose their name."""
    files = {f"d{i % 7}/f{i}.txt": b"%d\n" % i for i in range(200)}
    house.add(models.write(tmp / "m", files), "acme/m")
    plant_objects(house, "acme/m", 50)
    git(house, "acme/m", "repack", "-a", "-d", "-k")  # into one pack, the litter too
    packs = house.data / "repos/models/acme/m.git/objects/pack"
    assert len(list(packs.glob("*.pack"))) == 1
    r = house.weigh("gc", *NOW, "--json").json
    assert r["objects"] == 50 and r["freed"] > 0, r
    assert len(list(packs.glob("*.pack"))) == 1
    assert git(house, "acme/m", "fsck", "--strict", "--full", "--unreachable", "--no-reflogs") == ""
    check_whole(house, "acme/m")
    assert house.weigh("gc", *NOW, "--json").json["items"] == []
    house.restart()
    assert house.add(models.write(tmp / "m", {"new.txt": b"new\n"}), "acme/m")["unchanged"] is False


def test_old_revisions_are_live(house, tmp):
    first = house.add(models.tiny(tmp / "a", 1), "acme/m")["revision"]
    house.add(models.tiny(tmp / "b", 2), "acme/m")
    house.add(models.tiny(tmp / "c", 3), "acme/m", "--revision", "dev")
    before = picture(house)
    assert house.weigh("gc", *NOW, "--json").json["items"] == []
    assert picture(house) == before
    house.weigh("pull", f"acme/m@{first}", "--to", tmp / "out")
    assert tree_of(tmp / "out") == tree_of(tmp / "a")


def test_a_revision_whose_branch_somebody_deleted_stays_whole(house, tmp):
    """The catalog still names it: its objects and blobs are no litter."""
    revision = house.add(models.tiny(tmp / "a", 1), "acme/m")["revision"]
    house.add(models.tiny(tmp / "b", 2), "acme/m", "--revision", "dev")
    git(house, "acme/m", "update-ref", "-d", "refs/heads/main")
    assert house.weigh("gc", *NOW, "--json").json["items"] == []
    assert git(house, "acme/m", "cat-file", "-t", revision) == "commit"
    house.weigh("verify", f"acme/m@{revision}")


# --- what gc cannot be sure of -------------------------------------------------------

def test_with_an_unreadable_repository_no_blob_goes(littered):
    house = littered
    head = house.data / "repos/models/acme/n.git/HEAD"
    text = head.read_bytes()
    head.unlink()
    r = house.weigh("gc", *NOW, "--json", code=8).json
    assert r["unsure"] and r["blobs"] == 0 and r["repositories"] == 1, r
    assert house.litter <= set(house.blobs())
    assert [i["name"] for i in r["items"] if i["kind"] == "repository"] == ["acme/n"]
    head.write_bytes(text)
    assert house.weigh("gc", *NOW, "--json").json["blobs"] == 2


def test_a_ref_that_the_catalog_does_not_know_keeps_all_blobs(littered):
    house = littered
    tip = git(house, "acme/m", "rev-parse", "main")
    tree = git(house, "acme/m", "rev-parse", "main^{tree}")
    env = dict(house.env, **{f"GIT_{w}_{k}": v for w in ("AUTHOR", "COMMITTER")
                             for k, v in (("NAME", "x"), ("EMAIL", "x@x"))})
    house.env = env
    commit = git(house, "acme/m", "commit-tree", tree, "-p", tip, "-m", "by hand")
    git(house, "acme/m", "update-ref", "refs/heads/side", commit)
    r = house.weigh("gc", *NOW, "--json", code=8).json
    assert r["unsure"] and r["blobs"] == 0, r
    assert "refs/heads/side" in [i["why"] for i in r["items"] if i["kind"] == "repository"][0]


def plant_commit(house, repo, *parents, data=b"parquet" * 1000):
    """A commit by hand that has one LFS file; its blob, which is held, and its id."""
    sha = plant_blob(house, data)
    pointer = (f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha}\n"
               f"size {len(data)}\n").encode()
    blob = git(house, repo, "hash-object", "-w", "--stdin", stdin=pointer)
    tree = git(house, repo, "mktree", stdin=f"100644 blob {blob}\tx.parquet\n".encode())
    return sha, commit_tree(house, repo, tree, *parents)


def commit_tree(house, repo, tree, *parents):
    return git(house, repo, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree",
               "-m", "by hand", *(a for p in parents for a in ("-p", p)), tree)


@pytest.mark.parametrize("ref", ["refs/pr/1", "refs/convert/parquet", "HEAD"])
def test_refs_that_are_no_branches_keep_what_they_lead_to(house, tmp, ref):
    house.add(models.tiny(tmp / "m"), "acme/m")
    sha, commit = plant_commit(house, "acme/m")
    path = house.data / "repos/models/acme/m.git" / ref
    path.parent.mkdir(exist_ok=True)
    path.write_text(commit + "\n")
    r = house.weigh("gc", *NOW, "--json", code=8).json
    assert r["unsure"] and r["blobs"] == r["objects"] == 0, r
    assert sha in house.blobs()
    why = [i["why"] for i in r["items"] if i["kind"] == "repository"][0]
    assert commit in why or ref == "refs/pr/1" and ref in why, why


def test_what_was_merged_keeps_its_blobs(house, tmp):
    """A catalog that is made again follows first parents only."""
    house.add(models.tiny(tmp / "m"), "acme/m")
    tip = git(house, "acme/m", "rev-parse", "main")
    sha, other = plant_commit(house, "acme/m")
    merge = commit_tree(house, "acme/m", f"{tip}^{{tree}}", tip, other)
    git(house, "acme/m", "update-ref", "refs/heads/main", merge)
    house.weigh("rebuild")
    r = house.weigh("gc", *NOW, "--json", code=8).json
    assert r["unsure"] and r["blobs"] == r["objects"] == 0, r
    assert sha in house.blobs()


@pytest.mark.parametrize("lost", ["ref", "name"])
def test_a_branch_that_cannot_be_read_keeps_its_objects(house, tmp, lost):
    """Neither git nor a catalog that was made again knows the name, but the journal does:
    what it led to is held, and the name is told."""
    house.add(models.tiny(tmp / "a", 1), "acme/m")
    dev = house.add(models.tiny(tmp / "b", 2), "acme/m", "--revision", "dev")["revision"]
    plant_objects(house, "acme/m")
    ref = house.data / "repos/models/acme/m.git/refs/heads/dev"
    if lost == "ref":
        ref.write_bytes(b"")
    else:
        ref.unlink()
    r = house.weigh("rebuild", code=8)
    assert "acme/m@refs/heads/dev" in r.out and dev in r.out, r
    house.weigh("show", f"acme/m@{dev}")
    before = picture(house)
    r = house.weigh("gc", *NOW, "--json", code=8 if lost == "ref" else 0).json
    if lost == "ref":
        assert r["unsure"] and r["freed"] == r["objects"] == 0 and picture(house) == before, r
    else:
        assert r["objects"] == 10, r
    house.weigh("verify", f"acme/m@{dev}")
    ref.write_text(dev + "\n")
    house.weigh("rebuild")
    assert house.weigh("show", "acme/m@dev", "--json").json["revision"] == dev
    check_whole(house, "acme/m")


def test_an_unread_ref_alone_keeps_git_objects(house, tmp):
    """Of what nobody published here only its ref knows."""
    house.add(models.tiny(tmp / "m"), "acme/m")
    _, commit = plant_commit(house, "acme/m")
    (house.data / "repos/models/acme/m.git/refs/heads/side").write_bytes(b"")
    before = picture(house)
    r = house.weigh("gc", *NOW, "--json", code=8).json
    assert r["unsure"] and r["freed"] == 0, r
    assert picture(house) == before and git(house, "acme/m", "cat-file", "-t", commit) == "commit"


def test_an_annotated_tag_is_no_doubt(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    git(house, "acme/m", "-c", "user.name=x", "-c", "user.email=x@x", "tag", "-a", "-m", "v1", "v1",
        "main")
    plant_blob(house, b"nobody's\n")
    assert house.weigh("gc", *NOW, "--json").json["blobs"] == 1
    check_whole(house, "acme/m")


def test_a_repository_that_is_gone_keeps_its_blobs(littered):
    """The journal admitted it; perhaps only a disk is not mounted."""
    house = littered
    house.stop()
    (house.data / "repos/models/acme/n.git").rename(house.data / "away")
    for p in house.data.glob("catalog.db*"):
        p.unlink()
    house.start()
    r = house.weigh("gc", *NOW, "--json", code=8).json
    assert r["blobs"] == 0 and r["unsure"], r
    assert house.live <= set(house.blobs())


def test_strange_names_and_missing_files_are_told(littered):
    house = littered
    (house.data / "blobs/sha256/00/readme").write_bytes(b"mine")
    gone = next(iter(house.live))
    house.blobs()[gone].unlink()
    r = house.weigh("gc", *NOW, "--json").json
    odd = {(i["kind"], i["name"]) for i in r["items"] if i["fate"] == "odd"}
    assert odd == {("strange", "00/readme"), ("missing", gone)}, odd
    assert (house.data / "blobs/sha256/00/readme").exists()
    assert "next: weigh scrub --all" in house.weigh("gc").err
    r = house.weigh("scrub", "--all", code=5)
    assert gone in r.out and "USED BY" in r.out, r


def test_a_catalog_that_was_deleted_stops_it(littered):
    house = littered
    (house.data / "catalog.db").unlink()
    r = house.weigh("gc", *NOW, code=1)
    assert "catalog.db was removed or replaced" in r.err and "restart weighd" in r.err
    assert house.litter <= set(house.blobs())


# --- quarantine ------------------------------------------------------------------------

@pytest.fixture
def quarantined(house, tmp):
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    house.sha = sha256_of(folder / "model.safetensors")
    path = house.blobs()[house.sha]
    path.chmod(0o644)
    with open(path, "r+b") as f:
        f.write(b"rot")
    house.weigh("verify", "acme/m", code=5)
    return house


def test_evidence_stays_and_is_counted(quarantined):
    house = quarantined
    r = house.weigh("gc", *NOW, "--json").json
    assert r["evidence"] == 1 and r["evidence_bytes"] > 9 * MiB and r["freed"] == 0, r
    assert r["items"][0]["name"] == house.sha and "segment 0" in r["items"][0]["why"]
    assert (house.data / "quarantine" / house.sha).exists()


def test_evidence_goes_on_request_only(quarantined):
    house = quarantined
    r = house.weigh("gc", "--quarantine", *NOW, code=2)  # nobody to ask
    assert "--yes" in r.err and (house.data / "quarantine" / house.sha).exists()
    r = house.weigh("gc", "--quarantine", *NOW, "--dry-run")
    assert "would take 1 bad blob out of quarantine\n9.4 MB would be freed\n" in r.out, r.out
    r = house.weigh("gc", "--quarantine", "--yes")  # it has not lain there for 30 days
    assert "1 bad blob in quarantine, left there: 9.4 MB\n0 B freed\n" in r.out, r.out
    assert (house.data / "quarantine" / house.sha).exists()
    r = house.weigh("gc", "--quarantine", *NOW, "--yes", "--json").json
    assert r["discarded"] == 1 and r["freed"] > 9 * MiB, r
    assert not (house.data / "quarantine" / house.sha).exists()
    last = (house.data / "audit/journal.ndjson").read_text().splitlines()[-1]
    assert '"event":"discard"' in last and house.sha in last
    bad = house.weigh("verify", "acme/m", "--json", code=5).json["bad"]
    assert "segment 0" in bad[0]["problem"]  # why it is bad is still known
    house.restart()
    assert house.get("/acme/m/resolve/main/model.safetensors").status == 503


# --- meanwhile ----------------------------------------------------------------------------

def test_gc_beside_adds_takes_nothing_of_theirs(house, tmp):
    """One adds, gc after gc runs: every add is whole, and only litter went."""
    rng = random.Random(7)
    stop, takings, failures = threading.Event(), [], []

    def collect():
        while not stop.is_set():
            try:
                takings.append(house.weigh("gc", *NOW, "--json").json)
            except AssertionError as e:
                failures.append(e)

    thread = threading.Thread(target=collect)
    thread.start()
    try:
        for i in range(6):
            folder = models.write(tmp / f"c{i}", {
                "README.md": b"# %d\n" % i, "always.bin": models.noise(200_000),
                "w.bin": rng.randbytes(rng.choice([10, 70_000, 5 * MiB])),
                **{f"{k}.txt": b"%d %d\n" % (i, k) for k in range(120)}})
            house.add(folder, f"acme/m{i % 3}", "--revision", f"b{i % 2}")
            plant_blob(house, b"litter %d" % i)
    finally:
        stop.set()
        thread.join()
    assert not failures, failures[0]
    house.weigh("gc", *NOW)
    for i in range(3):
        for branch in ("b0", "b1"):
            house.weigh("verify", f"acme/m{i}@{branch}")
        git(house, f"acme/m{i}", "fsck", "--strict", "--full")
    assert house.weigh("status", "--json").json["blobs"] == len(house.blobs())
    assert takings


def test_killed_in_the_middle_the_next_finishes(house, tmp):
    rng = random.Random(11)
    house.add(models.small(tmp / "m"), "acme/m")
    live = set(house.blobs())
    for i in range(6):
        for k in range(60):
            plant_blob(house, b"%d %d" % (i, k))
        plant_objects(house, "acme/m", 5)
        p = subprocess.Popen(house.command("gc", *NOW), env=house.env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        time.sleep(rng.uniform(0.005, 0.06))
        house.kill9()
        p.communicate(timeout=30)
        house.start()
        assert live <= set(house.blobs()) and house.leftovers() == []
        house.weigh("verify", "acme/m")
    house.weigh("gc", *NOW)
    assert set(house.blobs()) == live
    check_whole(house, "acme/m")
    assert house.weigh("gc", *NOW, "--json").json["items"] == []


def test_what_a_killed_add_leaves_goes(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    lost = 0
    for i in range(4):
        before = objects_of(house, "acme/m")
        folder = models.write(tmp / f"k{i}", {f"f{k}.txt": b"%d %d" % (i, k) for k in range(300)})
        p = subprocess.Popen(house.command("add", str(folder), "acme/m"), env=house.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        objects = house.data / "repos/models/acme/m.git/objects"
        seen = len(list(objects.rglob("*")))
        end = time.monotonic() + 5
        while time.monotonic() < end and len(list(objects.rglob("*"))) == seen:
            time.sleep(0.001)
        house.kill9()
        p.communicate(timeout=30)
        house.start()
        lost += objects_of(house, "acme/m") != before
        if lost and git(house, "acme/m", "fsck", "--unreachable", "--no-reflogs"):
            break
    house.weigh("gc", *NOW)
    assert git(house, "acme/m", "fsck", "--strict", "--unreachable", "--no-reflogs") == ""
    check_whole(house, "acme/m")


def test_only_who_may_and_one_at_a_time(house):
    house.weigh("gc", server=house.url, code=6)
    assert os.path.exists(house.data / "catalog.db")
