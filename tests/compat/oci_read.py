"""Ollama's requests, and skopeo, which is an OCI client of Debian's.  `ollama pull` is
no package here; it asks for the manifest, then for each layer by HEAD and ranges."""
import hashlib
import json
import struct

import pytest

import models
from clients import Client
from house import sha256_of

MEDIA = "application/vnd.docker.distribution.manifest.v2+json"


def gguf(size, seed):
    """A GGUF of version 3 with three keys and no tensors, and bytes behind it."""
    def text(s):
        return struct.pack("<Q", len(s)) + s.encode()
    keys = (text("general.architecture") + struct.pack("<I", 8) + text("llama")
            + text("general.file_type") + struct.pack("<II", 4, 15)
            + text("tokenizer.chat_template") + struct.pack("<I", 8)
            + text("{{ messages[0]['content'] }}"))
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 3) + keys
    return head + models.noise(size, seed)


@pytest.fixture(scope="module")
def demo(held_by_all):
    folder = models.write(held_by_all.tmp / "oci", {
        "README.md": models.CARD, "LICENSE": b"Apache License\n",
        "demo.Q4_K_M.gguf": gguf(3 << 20, 9), "demo.Q8_0.gguf": gguf(4 << 20, 10)})
    held_by_all.add(folder, "acme/demo-oci")
    return folder


def pull(held, tag):
    """What ollama does: every digest is checked by it."""
    assert held.get("/v2/").status == 200
    a = held.get(f"/v2/acme/demo-oci/manifests/{tag}", Accept=MEDIA)
    assert a.status == 200, a
    manifest = json.loads(a.body)
    assert manifest["schemaVersion"] == 2 and manifest["mediaType"] == MEDIA == a["Content-Type"]
    got = {}
    for layer in [manifest["config"], *manifest["layers"]]:
        url = f"/v2/acme/demo-oci/blobs/{layer['digest']}"
        head = held.ask("HEAD", url)
        assert head.status == 200 and int(head["Content-Length"]) == layer["size"]
        data, part = b"", 1 << 20
        while len(data) < layer["size"]:
            end = min(len(data) + part, layer["size"]) - 1
            piece = held.get(url, Range=f"bytes={len(data)}-{end}")
            assert piece.status == 206 and len(piece.body) == end - len(data) + 1
            data += piece.body
        assert "sha256:" + hashlib.sha256(data).hexdigest() == layer["digest"]
        got[layer["mediaType"].rpartition(".")[2]] = data
    return got


@pytest.mark.parametrize("tag", ["Q4_K_M", "Q8_0"])
def test_ollama_pull(held, demo, tag):
    got = pull(held, tag)
    assert hashlib.sha256(got["model"]).hexdigest() == sha256_of(demo / f"demo.{tag}.gguf")
    assert "license" in got and json.loads(got["v1+json"])


def test_ollama_latest(held, demo):
    assert "model" in pull(held, "latest")


def test_an_unknown_tag(held, demo):
    a = held.get("/v2/acme/demo-oci/manifests/Q2_K", Accept=MEDIA)
    assert a.status == 404 and a.json["errors"][0]["code"] == "MANIFEST_UNKNOWN"


def test_skopeo_inspect_and_copy(held, demo, tmp):
    client = Client(tmp / "home", held.url)
    image = f"docker://127.0.0.1:{held.port}/acme/demo-oci:Q4_K_M"
    raw = client.run("skopeo", "inspect", "--tls-verify=false", "--raw", image).out
    assert json.loads(raw)["schemaVersion"] == 2
    client.run("skopeo", "copy", "-q", "--insecure-policy", "--src-tls-verify=false",
               image, "dir:got")
    names = {p.name: p for p in (client.home / "got").iterdir()}
    model = sha256_of(demo / "demo.Q4_K_M.gguf")
    assert model in names and sha256_of(names[model]) == model
