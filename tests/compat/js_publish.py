"""@huggingface/hub publishes.  It offers Xet, and takes LFS when told so."""
import pytest

from clients import Failed

REPO = """
const repo = values.repo, accessToken = values.token;
const at = { repo, hubUrl, accessToken };
const file = (path, text) => ({ path, content: new Blob([text]) });
const read = async (path, revision) => {
  const b = await hub.downloadFile({ repo, path, revision, hubUrl, accessToken });
  return b && await b.text();
};
const paths = async (revision) => (await all(hub.listFiles({ ...at, revision, recursive: true })))
  .filter((f) => f.type === "file").map((f) => f.path).filter((p) => p !== ".gitattributes").sort();
"""


def test_publish_and_read_back(js_writer):
    got = js_writer(REPO + """
        const made = await hub.createRepo({ ...at });
        const big = new Uint8Array(12_000_000).map((_, i) => i * 7);
        const c = await hub.uploadFiles({ ...at, commitTitle: "first", files: [
          file("a.txt", "one\\n"), file("sub/b c.txt", "two\\n"), file("empty.txt", ""),
          { path: "w.safetensors", content: new Blob([big]) }] });
        const w = await hub.downloadFile({ repo, path: "w.safetensors", hubUrl });
        say([made.repoUrl, c.commit.oid, await paths(), await read("sub/b c.txt"),
             await sha256(w) === await sha256(new Blob([big])),
             (await hub.pathsInfo({ ...at, paths: ["w.safetensors"] }))[0].lfs.size]);""")
    assert got[0] == f"{js_writer.url}/{js_writer.repo}" and len(got[1]) == 40
    assert got[2] == ["a.txt", "empty.txt", "sub/b c.txt", "w.safetensors"]
    assert got[3:] == ["two\n", True, 12_000_000]


def test_a_large_file_in_parts(js_writer):
    got = js_writer(REPO + """
        await hub.createRepo({ ...at });
        const big = new Blob([new Uint8Array(40 << 20).map((_, i) => i * 13)]);
        await hub.uploadFile({ ...at, file: { path: "w.bin", content: big } });
        const w = await hub.downloadFile({ repo, path: "w.bin", hubUrl });
        say([w.size, await sha256(w) === await sha256(big)]);""")
    assert got == [40 << 20, True]


def test_delete_files(js_writer):
    assert js_writer(REPO + """
        await hub.createRepo({ ...at });
        await hub.uploadFiles({ ...at, files: [file("a", "1"), file("b", "2"), file("c", "3"), file("d", "4")] });
        await hub.deleteFile({ ...at, path: "a" });
        await hub.deleteFiles({ ...at, paths: ["b", "c"] });
        say(await paths());""") == ["d"]


def test_branches(js_writer):
    got = js_writer(REPO + """
        await hub.createRepo({ ...at });
        await hub.uploadFile({ ...at, file: file("a", "1") });
        await hub.createBranch({ ...at, branch: "dev/one" });
        await hub.uploadFile({ ...at, file: file("a", "2"), branch: "dev/one" });
        const before = [await read("a"), await read("a", "dev/one")];
        await hub.deleteBranch({ ...at, branch: "dev/one" });
        let gone = "there";
        try { await paths("dev/one"); } catch (e) { gone = e.statusCode; }
        say([before, gone]);""")
    assert got == [["1", "2"], 404]


def test_a_pull_request(js_writer):
    got = js_writer(REPO + """
        await hub.createRepo({ ...at });
        const c = await hub.uploadFile({ ...at, file: file("a", "1"), isPullRequest: true });
        say([c.pullRequestUrl, await read("a"), await read("a", "refs/pr/1")]);""")
    assert got[0].startswith(js_writer.url) and got[1:] == [None, "1"]


def test_a_stale_parent_is_refused(js_writer):
    with pytest.raises(Failed) as e:
        js_writer(REPO + """
            await hub.createRepo({ ...at });
            const c = await hub.uploadFile({ ...at, file: file("a", "1") });
            await hub.uploadFile({ ...at, file: file("a", "2") });
            await hub.uploadFile({ ...at, file: file("a", "3"), parentCommit: c.commit.oid });""")
    assert e.value.bases[0] == "412"


def test_create_and_delete(js_writer):
    got = js_writer(REPO + """
        await hub.createRepo({ ...at });
        const there = await hub.repoExists({ ...at });
        let twice = 0;
        try { await hub.createRepo({ ...at }); } catch (e) { twice = e.statusCode; }
        await hub.deleteRepo({ ...at });
        say([there, twice, await hub.repoExists({ ...at })]);""")
    assert got == [True, 409, False]


def test_who_am_i(js_writer):
    got = js_writer(REPO + "const w = await hub.whoAmI(at); say([w.name, w.auth.accessToken.role]);")
    assert got == ["alice", "write"]


def test_hfjs_upload(js_writer, tmp):
    import models
    folder = models.tiny(tmp / "m", 15)
    cli = js_writer.folder / "node_modules/@huggingface/hub/dist/cli.js"
    js_writer.env["HF_TOKEN"] = js_writer.token
    js_writer.run("node", cli, "upload", js_writer.repo, folder, "-q")
    assert js_writer(REPO + "say(await paths());") == ["README.md", "w.bin"]


def test_nobody_may_write(js_writer):
    with pytest.raises(Failed) as e:
        js_writer(REPO + 'await hub.createRepo({ ...at, accessToken: "hf_" + "x".repeat(34) });')
    assert e.value.bases[0] == "401"
