"""huggingface_hub reads: files, snapshots, revisions, names that are odd."""
import pytest

import shelf
from house import sha256_of, tree_of


def test_hf_xet_is_there_and_not_in_use(hub):
    assert hub("""
        from huggingface_hub.utils._runtime import is_xet_available
        say(is_xet_available())""")


def test_one_file(hub, held):
    path = hub("say(hf_hub_download('acme/small', 'model.safetensors'))")
    assert sha256_of(path) == sha256_of(held.folder["acme/small"] / "model.safetensors")
    assert held.sha["acme/small"] in path


@pytest.mark.parametrize("name, kind", [
    ("acme/small", "model"), ("acme/sharded", "model"), ("solo", "model"),
    ("acme/rows", "dataset"), ("acme/app", "space")])
def test_a_snapshot_of_each_kind(hub, held, name, kind):
    got = hub("say(snapshot_download(name, repo_type=kind))", name=name, kind=kind)
    full = name if kind == "model" else f"{kind}s/{name}"
    assert follow(got) == tree_of(held.folder[full])


def follow(folder):
    """tree_of a snapshot, whose files are links into the cache."""
    from pathlib import Path
    folder = Path(folder)
    return {str(p.relative_to(folder)): sha256_of(p)
            for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_snapshot_into_a_folder(hub, held, tmp):
    hub("snapshot_download('acme/small', local_dir=to)", to=tmp / "to")
    got = {k: v for k, v in follow(tmp / "to").items() if not k.startswith(".cache/")}
    assert got == tree_of(held.folder["acme/small"])


def test_two_thousand_five_hundred_files(hub, held):
    got = hub("""
        from huggingface_hub.utils import disable_progress_bars
        disable_progress_bars()
        say(snapshot_download('acme/many'))""")
    assert "it/s" not in hub.last.err
    assert follow(got) == tree_of(held.folder["acme/many"])


@pytest.mark.parametrize("allow, ignore, wanted", [
    (["*.json"], None, {"config.json"}),
    (None, ["*.safetensors", "sub/*"], {"README.md", "config.json", "empty.txt", ".hidden",
                                          ".gitattributes"}),
    ("sub/*", "*#*", {"sub/deeper/notes.txt"}),
])
def test_a_part_of_a_snapshot(hub, allow, ignore, wanted):
    got = hub("say(snapshot_download('acme/small', allow_patterns=allow, ignore_patterns=ignore))",
              allow=allow, ignore=ignore)
    assert set(follow(got)) == wanted


def test_odd_names(hub, held):
    assert hub("say(sorted(api.list_repo_files('acme/odd')))") == sorted(
        ["README.md", ".gitattributes", *shelf.ODD])
    got = hub("""
        say({p: open(hf_hub_download('acme/odd', p), 'rb').read().hex()
             for p in api.list_repo_files('acme/odd')})""")
    assert {p: bytes.fromhex(b) for p, b in got.items() if p in shelf.ODD} == shelf.ODD


def test_an_empty_file(hub):
    assert hub("""
        import os
        say(os.path.getsize(hf_hub_download('acme/small', 'empty.txt')))""") == 0


@pytest.mark.parametrize("rev", ["main", "dev/feature-1", "refs/heads/main", "commit"])
def test_a_revision(hub, held, rev):
    sha = held.sha["acme/small", rev] if "dev" in rev else held.sha["acme/small"]
    rev = sha if rev == "commit" else rev
    name = "other.txt" if "dev" in rev else "config.json"
    got = hub("""
        say([api.model_info('acme/small', revision=rev).sha,
             sorted(f.path for f in api.list_repo_tree('acme/small', revision=rev)),
             hf_hub_download('acme/small', name, revision=rev),
             snapshot_download('acme/small', revision=rev)])""", rev=rev, name=name)
    assert got[0] == sha and name in got[1] and sha in got[2] and sha in got[3]


def test_the_old_and_the_new_of_a_branch(house, tmp, held, hub):
    """main moves: the next snapshot is of what it is now, the commit stays."""
    import models
    from clients import Hub
    folder = models.tiny(tmp / "m")
    first = house.add(folder, "acme/m")["revision"]
    client = Hub(hub.name, tmp / "h2", house.url)
    assert first in client("say(snapshot_download('acme/m'))")
    (folder / "new.txt").write_bytes(b"new\n")
    second = house.add(folder, "acme/m")["revision"]
    assert second in client("say(snapshot_download('acme/m'))")
    assert follow(client("say(snapshot_download('acme/m', revision=sha))", sha=first)).keys() \
        == {"README.md", "w.bin"}


# --- questions ----------------------------------------------------------------------


def test_what_a_model_is(hub, held):
    got = hub("""
        i = api.model_info('acme/small', files_metadata=True)
        say([i.id, i.sha, i.author, i.private, i.gated, i.created_at, i.last_modified, i.tags,
             i.card_data.to_dict() if i.card_data else None,
             {s.rfilename: [s.size, s.blob_id, s.lfs and s.lfs.sha256] for s in i.siblings}])""")
    assert got[:5] == ["acme/small", held.sha["acme/small"], "acme", False, False]
    assert got[5] and got[6] and "license:apache-2.0" in got[7]
    size, _, sha = got[9]["model.safetensors"]
    path = held.folder["acme/small"] / "model.safetensors"
    assert size == path.stat().st_size and sha == sha256_of(path)
    assert got[9]["empty.txt"][0] == 0 and got[9]["empty.txt"][2] is None


def test_an_expand_nobody_knows_is_no_error(held):
    a = held.get("/api/models/acme/small?expand=xetEnabled&expand[]=what&expand=downloads")
    assert a.status == 200 and a.json["id"] == "acme/small"


def test_the_tree(hub, held):
    got = hub("""
        say([[type(e).__name__, e.path, getattr(e, 'size', None),
              (getattr(e, 'lfs', None) or {}).get('sha256') if getattr(e, 'lfs', None) else None]
             for e in api.list_repo_tree('acme/small', recursive=True)])""")
    assert ["RepoFolder", "sub", None, None] in got
    path = held.folder["acme/small"] / "model.safetensors"
    assert ["RepoFile", "model.safetensors", path.stat().st_size, sha256_of(path)] in got
    one = hub("say([e.path for e in api.list_repo_tree('acme/small', 'sub/deeper')])")
    assert one == ["sub/deeper/notes.txt"]


def test_all_pages_of_the_tree(hub):
    assert hub("say(len(list(api.list_repo_files('acme/many'))))") == shelf.MANY


def test_refs(hub, held):
    got = hub("""
        r = api.list_repo_refs('acme/small', include_pull_requests=True)
        say([{b.name: [b.ref, b.target_commit] for b in r.branches}, r.tags, r.converts,
             r.pull_requests])""")
    assert got[0]["main"] == ["refs/heads/main", held.sha["acme/small"]]
    assert got[0]["dev/feature-1"][0] == "refs/heads/dev/feature-1"
    assert got[1:] == [[], [], []]


def test_what_exists(hub):
    assert hub("""
        say([api.repo_exists('acme/small'), api.repo_exists('acme/none'),
             api.repo_exists('acme/rows', repo_type='dataset'),
             api.revision_exists('acme/small', 'main'), api.revision_exists('acme/small', 'no'),
             api.file_exists('acme/small', 'config.json'),
             api.file_exists('acme/small', 'none.json')])""") \
        == [True, False, True, True, False, True, False]


def test_a_file_s_metadata(hub, held):
    got = hub("""
        def ask(name):
            m = get_hf_file_metadata(hf_hub_url('acme/small', name))
            return [m.commit_hash, m.etag, m.size]
        say([ask('model.safetensors'), ask('config.json')])""")
    path = held.folder["acme/small"] / "model.safetensors"
    assert got[0] == [held.sha["acme/small"], sha256_of(path), path.stat().st_size]
    assert got[1][0] == held.sha["acme/small"] and len(got[1][1]) == 40
