"""@huggingface/hub reads.  It asks paths-info once a file, then for bytes 0-0, then for
the file; it enters Xet if anything invites it to."""
import pytest

import shelf
from clients import Failed
from house import sha256_of, tree_of


def test_one_file(js, held):
    got = js("""
        const b = await hub.downloadFile({ repo: "acme/small", path: "model.safetensors", hubUrl });
        say([b.constructor.name, b.size, await sha256(b)]);""")
    path = held.folder["acme/small"] / "model.safetensors"
    assert got == ["WebBlob", path.stat().st_size, sha256_of(path)]


def test_what_a_download_would_be(js, held):
    got = js("""
        const ask = (path, more) => hub.fileDownloadInfo({ repo: "acme/small", path, hubUrl, ...more });
        say([await ask("model.safetensors"), await ask("config.json"), await ask("none")]);""")
    path = held.folder["acme/small"] / "model.safetensors"
    assert got[0]["size"] == path.stat().st_size and got[0]["etag"] == f'"{sha256_of(path)}"'
    assert "xet" not in got[0] and got[0]["url"].startswith(held.url)
    assert got[1]["size"] == 23 and got[2] is None


def test_an_empty_file(js):
    assert js("""
        const b = await hub.downloadFile({ repo: "acme/small", path: "empty.txt", hubUrl });
        say([b.size, await b.text()]);""") == [0, ""]


def test_a_part_of_a_file(js, held):
    got = js("""
        const b = await hub.downloadFile({ repo: "acme/big", path: "w.bin", hubUrl });
        const part = b.slice(20_000_000, 20_000_100);
        say(Buffer.from(await part.arrayBuffer()).toString("hex"));""")
    assert bytes.fromhex(got) == (held.folder["acme/big"] / "w.bin").read_bytes()[20000000:20000100]


def test_a_snapshot(js, held, tmp):
    for name in ("acme/sharded", "datasets/acme/rows", "spaces/acme/app"):
        got = js("""
            say(await hub.snapshotDownload({ repo, cacheDir: values.to, hubUrl }));
            """.replace("repo,", f'repo: "{name}",'), to=tmp / "cache")
        from py_read import follow
        assert follow(got) == tree_of(held.folder[name])


def test_what_is_warm_is_not_brought_again(js, relay, tmp, held):
    from clients import Js
    by_relay = Js(tmp / "h2", relay.url)
    code = 'say(await hub.snapshotDownload({ repo: "acme/sharded", cacheDir: values.to, hubUrl }));'
    by_relay(code, to=tmp / "cache")
    size = sum(p.stat().st_size for p in held.folder["acme/sharded"].rglob("*") if p.is_file())
    assert relay.file_bytes() >= size
    relay.fresh()
    by_relay(code, to=tmp / "cache")
    assert relay.file_bytes() <= 10, relay.asked  # bytes 0-0 of each at most


def test_all_files_of_a_large_repository(js):
    got = js("""
        const files = await all(hub.listFiles({ repo: "acme/many", recursive: true, hubUrl }));
        say(files.filter((f) => f.type === "file").map((f) => f.path));""")
    assert len(got) == len(set(got)) == shelf.MANY


def test_list_files(js, held):
    got = js("""
        say(await all(hub.listFiles({ repo: "acme/small", recursive: true, expand: true,
                                      revision: "dev/feature-1", hubUrl })));""")
    assert {f["path"] for f in got} == {"README.md", "other.txt"}
    assert all(f["lastCommit"]["id"] == held.sha["acme/small", "dev/feature-1"] for f in got)


@pytest.mark.parametrize("rev", ["main", "dev/feature-1", "refs/heads/main", "commit"])
def test_a_revision(js, held, rev):
    sha = held.sha["acme/small", rev] if "dev" in rev else held.sha["acme/small"]
    rev = sha if rev == "commit" else rev
    got = js("""
        const repo = "acme/small", revision = values.rev;
        const b = await hub.downloadFile({ repo, path: "README.md", revision, hubUrl });
        const i = await hub.modelInfo({ name: repo, revision, additionalFields: ["sha"], hubUrl });
        const f = await all(hub.listFiles({ repo, revision, hubUrl }));
        const p = await hub.pathsInfo({ repo, revision, paths: ["README.md", "none"], hubUrl });
        say([b.size, i.sha, f.length, p.map((e) => e.path)]);""", rev=rev)
    assert got[0] == 36 and got[1] == sha and got[2] >= 2 and got[3] == ["README.md"]


ODD = [name for name in shelf.ODD if "#" not in name and "?" not in name and "%" not in name]


def test_odd_names(js, held):
    got = js("""
        const out = {};
        for (const path of values.names) {
          const b = await hub.downloadFile({ repo: "acme/odd", path, hubUrl });
          out[path] = b && Buffer.from(await b.arrayBuffer()).toString("hex");
        }
        say(out);""", names=ODD)
    assert {p: b and bytes.fromhex(b) for p, b in got.items()} == {p: shelf.ODD[p] for p in ODD}


def test_names_that_the_client_itself_cannot_ask_for(js):
    """It escapes nothing in a path: what follows '#' never leaves it, '?' begins a
    query, '%20' is a blank.  A '%' that escapes nothing is refused, in our words."""
    assert js("""
        say(await hub.downloadFile({ repo: "acme/odd", path: "sh#arp.txt", hubUrl }));""") is None
    with pytest.raises(Failed) as e:
        js('await hub.downloadFile({ repo: "acme/odd", path: "100%.txt", hubUrl });')
    assert e.value.bases[0] == "400", e.value


def test_what_exists(js):
    assert js("""
        say([await hub.fileExists({ repo: "acme/small", path: "config.json", hubUrl }),
             await hub.fileExists({ repo: "acme/small", path: "none", hubUrl }),
             await hub.repoExists({ repo: "acme/small", hubUrl }),
             await hub.repoExists({ repo: "acme/none", hubUrl }),
             await hub.checkRepoAccess({ repo: "datasets/acme/rows", hubUrl })]);""") \
        == [True, False, True, False, None]


def test_paths_info(js, held):
    got = js("""
        say(await hub.pathsInfo({ repo: "acme/small", expand: true, hubUrl,
                                  paths: ["model.safetensors", "sub", "empty.txt", "none"] }));""")
    by = {e["path"]: e for e in got}
    assert set(by) == {"model.safetensors", "sub", "empty.txt"}
    path = held.folder["acme/small"] / "model.safetensors"
    assert by["model.safetensors"]["lfs"]["oid"] == sha256_of(path)
    assert by["model.safetensors"]["lfs"]["size"] == path.stat().st_size
    assert by["sub"]["type"] == "directory" and by["empty.txt"]["size"] == 0
    assert by["empty.txt"]["lastCommit"]["id"] == held.sha["acme/small"]


def test_list_models(js):
    got = js("""
        const names = async (f, more) => (await all(f({ hubUrl, ...more }))).map((m) => m.name);
        say([await names(hub.listModels), await names(hub.listModels, { search: { query: "shard" } }),
             await names(hub.listModels, { search: { owner: "acme", tags: ["license:apache-2.0"] }, limit: 2 }),
             await names(hub.listDatasets), await names(hub.listSpaces)]);""")
    assert {"acme/small", "acme/many", "solo"} <= set(got[0])
    assert got[1] == ["acme/sharded"] and len(got[2]) == 2
    assert got[3] == ["acme/rows"] and got[4] == ["acme/app"]


def test_model_info(js, held):
    got = js("""
        say(await hub.modelInfo({ name: "acme/small", hubUrl,
              additionalFields: ["sha", "cardData", "author", "tags", "createdAt"] }));""")
    assert got["name"] == "acme/small" and got["sha"] == held.sha["acme/small"]
    assert got["cardData"]["license"] == "apache-2.0" and "license:apache-2.0" in got["tags"]


def test_commits(js, held):
    got = js("""
        const c = await all(hub.listCommits({ repo: "acme/small", revision: "dev/feature-1", hubUrl }));
        say([c.map((x) => x.oid), c[0].date,
             await hub.countCommits({ repo: "acme/small", hubUrl })]);""")
    assert got[0][0] == held.sha["acme/small", "dev/feature-1"] and got[1].endswith("Z")
    assert got[2] == 1


def test_the_pointer_itself(js, held):
    got = js("""
        const b = await hub.downloadFile({ repo: "acme/small", path: "model.safetensors", raw: true, hubUrl });
        say(await b.text());""")
    assert got.startswith("version https://git-lfs.github.com/spec/v1\noid sha256:")


def test_safetensors_metadata(js):
    got = js("""
        const m = await hub.parseSafetensorsMetadata({ repo: "acme/sharded", hubUrl,
                                                       computeParametersCount: true });
        say([m.sharded, Object.keys(m.headers).length, m.parameterCount]);""")
    assert got[0] is True and got[1] == 3 and got[2] == {"U8": 3 * (6 << 20)}


def test_an_error_shows_our_words(js):
    with pytest.raises(Failed) as e:
        js('await hub.modelInfo({ name: "acme/none", hubUrl });')
    assert e.value.bases[0] == "404" and "acme/none" in e.value.message, e.value
