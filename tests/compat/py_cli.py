"""`hf`, and `huggingface-cli` of 0.x, as they are typed."""
import pytest

from house import sha256_of, tree_of
from py_read import follow


def test_hf_download(hub, held, tmp):
    r = hub.cli("download", "acme/small", "--local-dir", tmp / "to")
    got = {k: v for k, v in follow(tmp / "to").items() if not k.startswith(".cache/")}
    assert got == tree_of(held.folder["acme/small"]), r


def test_hf_download_one_file_and_some(hub, held):
    r = hub.cli("download", "acme/small", "model.safetensors", "--quiet")
    path = r.out.strip().split("\n")[-1]
    assert sha256_of(path) == sha256_of(held.folder["acme/small"] / "model.safetensors")
    r = hub.cli("download", "acme/rows", "--repo-type", "dataset", "--include", "*.md", "--quiet")
    assert set(follow(r.out.strip().split("\n")[-1])) == {"README.md"}


@pytest.mark.parametrize("hub", ["old"], indirect=True)
def test_huggingface_cli_download(hub, held, tmp):
    """Gone since 1.0."""
    r = hub.run(hub.bin / "huggingface-cli", "download", "acme/small", "--local-dir", tmp / "to")
    got = {k: v for k, v in follow(tmp / "to").items() if not k.startswith(".cache/")}
    assert got == tree_of(held.folder["acme/small"]), r


def test_hf_download_says_what_is_wrong(hub):
    r = hub.cli("download", "acme/none", code=None)
    assert r.code != 0 and ("Repository Not Found" in r.err or "not found" in r.err), r
    r = hub.cli("download", "acme/small", "none.json", code=None)
    assert r.code != 0 and ("Entry Not Found" in r.err or "not found" in r.err), r


def test_hf_cache_ls(hub):
    hub.cli("download", "acme/small", "--quiet")
    r = hub.cli("cache", *(["ls"] if hub.new else ["scan"]))
    assert "acme/small" in r.out, r
