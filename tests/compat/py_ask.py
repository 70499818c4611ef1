"""What huggingface_hub asks beyond files: lists, paths, commits, cards, access."""
import pytest

from clients import Failed
from house import sha256_of

KINDS = {"model": "list_models", "dataset": "list_datasets", "space": "list_spaces"}


def names(hub, kind="model", **how):
    return hub("say([m.id for m in getattr(api, what)(**how)])", what=KINDS[kind], how=how)


def test_all_of_a_kind(hub):
    assert {"acme/small", "acme/many", "acme/odd", "solo"} <= set(names(hub))
    assert names(hub, "dataset") == ["acme/rows"] and names(hub, "space") == ["acme/app"]


@pytest.mark.parametrize("how, wanted", [
    ({"search": "shard"}, {"acme/sharded"}),
    ({"author": "acme", "search": "odd"}, {"acme/odd"}),
    ({"search": "acme/big"}, {"acme/big"}),
    ({"author": "nobody"}, set()),
    ({"filter": "license:mit"}, set()),
])
def test_search_and_filter(hub, how, wanted):
    assert set(names(hub, **how)) == wanted


def test_filter_and_sort_and_limit(hub):
    licensed = names(hub, filter="license:apache-2.0", sort="created_at" if hub.new else "createdAt")
    assert {"acme/small", "acme/sharded", "acme/odd"} <= set(licensed)
    assert "acme/many" not in licensed  # it has no card
    assert len(names(hub, limit=3)) == 3
    assert licensed == names(hub, filter=["license:apache-2.0"],
                             sort="created_at" if hub.new else "createdAt")


def test_pages_of_a_list(held):
    """limit=2 all the way by Link, as the clients follow it: absolute, one blank."""
    import re
    at, seen = "/api/models?limit=2&sort=createdAt", []
    while at:
        a = held.get(at)
        assert a.status == 200 and len(a.json) <= 2
        seen += [m["id"] for m in a.json]
        link = a["Link"]
        m = link and re.fullmatch(rf'<{re.escape(held.url)}(/api/models\?[^>]*)>; rel="next"', link)
        assert not link or m, link
        at = m and m[1]
    assert len(seen) == len(set(seen)) and {"acme/small", "solo"} <= set(seen)


def test_full_list(hub, held):
    got = hub("""
        (m,) = api.list_models(search='sharded', full=True)
        say([m.id, m.sha, sorted(s.rfilename for s in m.siblings), m.last_modified])""")
    assert got[:2] == ["acme/sharded", held.sha["acme/sharded"]] and got[3]
    assert "model-00001-of-00003.safetensors" in got[2]


def test_paths_info(hub, held):
    got = hub("""
        say([[type(p).__name__, p.path, getattr(p, 'size', None),
              p.last_commit and p.last_commit['oid'] if hasattr(p, 'last_commit') else None]
             for p in api.get_paths_info('acme/small', ['model.safetensors', 'sub', 'none'], expand=True)])""")
    size = (held.folder["acme/small"] / "model.safetensors").stat().st_size
    assert sorted(got) == [["RepoFile", "model.safetensors", size, held.sha["acme/small"]],
                           ["RepoFolder", "sub", None, held.sha["acme/small"]]]


def test_paths_info_of_odd_names(hub):
    got = hub("""
        paths = api.list_repo_files('acme/odd')
        say([sorted(paths), sorted(p.path for p in api.get_paths_info('acme/odd', paths))])""")
    assert got[0] == got[1]


def test_the_tree_with_commits(hub, held):
    got = hub("""
        say({e.path: e.last_commit.oid for e in
             api.list_repo_tree('acme/small', recursive=True, expand=True)})""")
    assert set(got.values()) == {held.sha["acme/small"]} and "sub" in got


def test_commits(hub, held):
    got = hub("""
        a = api.list_repo_commits('acme/small')
        b = api.list_repo_commits('acme/small', revision='dev/feature-1', formatted=True)
        say([[c.commit_id for c in a], a[0].title, a[0].authors, a[0].created_at,
             b[0].commit_id, b[0].formatted_title])""")
    assert got[0] == [held.sha["acme/small"]] and got[1] and got[3]
    assert got[4] == held.sha["acme/small", "dev/feature-1"] and got[5]


def test_auth_check(hub):
    assert hub("say(api.auth_check('acme/small'))") is None
    with pytest.raises(Failed) as e:
        hub("api.auth_check('acme/none')")
    assert e.value.kind == "RepositoryNotFoundError"


def test_the_card(hub):
    got = hub("""
        card = ModelCard.load('acme/small')
        say([card.data.to_dict(), api.model_info('acme/small').card_data.license])""")
    assert got == [{"license": "apache-2.0"}, "apache-2.0"]


def test_safetensors(hub):
    got = hub("""
        m = api.get_safetensors_metadata('acme/sharded')
        say([m.sharded, m.parameter_count, len(m.files_metadata),
             api.model_info('acme/sharded', expand=['safetensors']).safetensors])""")
    assert got[:3] == [True, {"U8": 3 * (6 << 20)}, 3]
    assert got[3] and "18874368" in str(got[3])


def test_the_pointer_itself(held):
    a = held.get("/acme/small/raw/main/model.safetensors")
    path = held.folder["acme/small"] / "model.safetensors"
    assert a.status == 200 and a.body.decode() == (
        "version https://git-lfs.github.com/spec/v1\n"
        f"oid sha256:{sha256_of(path)}\nsize {path.stat().st_size}\n")
    assert held.get("/acme/small/raw/main/config.json").body == b'{"model_type":"small"}\n'


def test_json_is_packed_when_asked_and_files_never(held):
    tree = "/api/models/acme/many/tree/main?recursive=true"
    plain, packed = held.get(tree), held.get(tree, Accept_Encoding="gzip")
    import gzip
    assert packed["Content-Encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
    for path in ("README.md", "model.safetensors"):
        a = held.get(f"/acme/small/resolve/main/{path}", Accept_Encoding="gzip")
        assert a["Content-Encoding"] is None and a.status == 200


def test_another_case_is_led_to_the_name(hub, held):
    assert hub("say(api.model_info('ACME/Small').sha)") == held.sha["acme/small"]
    got = hub("say(hf_hub_download('Acme/SMALL', 'config.json'))")
    assert sha256_of(got) == sha256_of(held.folder["acme/small"] / "config.json")


def test_a_notice_is_printed_once(hub):
    """X-HF-Warning: 1.2 and later print each topic once, 0.36 none."""
    hub("""
        for _ in range(3):
            api.model_info('acme/many')  # it has no card""")
    assert hub.last.err.count("declares no license") == (1 if hub.new else 0), hub.last
    hub("api.model_info('acme/small')")
    assert "license" not in hub.last.err


def test_whoever_asks_for_what_there_is_not_gets_json(held):
    for method, at in (("GET", "/api/agent-harnesses"), ("HEAD", "/api/telemetry/x"),
                       ("GET", "/api/models-tags-by-type"), ("GET", "/api/nothing/at/all"),
                       ("POST", "/api/nothing")):
        a = held.ask(method, at, b"" if method == "POST" else None)
        assert a.status in (404, 405) and a["Content-Type"].startswith("application/json"), (at, a)


def test_datasets_and_spaces_by_name(hub, held):
    got = hub("""
        say([api.dataset_info('acme/rows').sha, api.space_info('acme/app').sha,
             api.repo_info('acme/rows', repo_type='dataset').id])""")
    assert got == [held.sha["datasets/acme/rows"], held.sha["spaces/acme/app"], "acme/rows"]


def test_a_hundred_paths_at_once(hub):
    got = hub("""
        paths = [f'd{i // 500}/f{i:04}.txt' for i in range(0, 2500, 25)]
        say(len(api.get_paths_info('acme/many', paths)))""")
    assert got == 100
