"""llama.cpp -hf, request by request (hub-api: common/hf-cache.cpp, download.cpp); there
is no package of it here.  refs, one page of the tree, HEAD, GET, a resume by Range."""
import re

import pytest

import models
from house import sha256_of

HEX = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@pytest.fixture(scope="module")
def llama(held_by_all):
    folder = models.write(held_by_all.tmp / "gguf", {
        "README.md": models.CARD, "demo.Q4_K_M.gguf": b"GGUF" + models.noise(3 << 20, 9)})
    held_by_all.add(folder, "acme/demo-gguf")
    return folder


def test_llama_cpp(held, llama):
    refs = held.get("/api/models/acme/demo-gguf/refs").json
    (sha,) = [b["targetCommit"] for b in refs["branches"] if b["name"] == "main"]
    assert re.fullmatch(r"[0-9a-f]{40}", sha)
    tree = held.get(f"/api/models/acme/demo-gguf/tree/{sha}?recursive=true").json
    assert all(HEX.fullmatch(e["oid"]) for e in tree)  # others are skipped in silence
    (file,) = [e for e in tree if e["path"].endswith(".gguf")]
    url = f"/acme/demo-gguf/resolve/{sha}/{file['path']}"
    head = held.ask("HEAD", url)
    assert head.status == 200 and head["Accept-Ranges"] == "bytes"
    size = int(head["Content-Length"])
    assert size == file["size"] == file["lfs"]["size"]
    whole = held.get(url)
    assert whole.status == 200 and len(whole.body) == size  # exactly 200
    part = held.get(url, Range="bytes=1000000-")
    assert part.status == 206 and part.body == whole.body[1000000:]
    assert file["lfs"]["oid"] == sha256_of(llama / "demo.Q4_K_M.gguf")


def test_llama_cpp_of_what_is_not_there(held):
    a = held.get("/api/models/acme/none/refs")
    assert a.status == 404 and a.json["error"]  # it shows this text
