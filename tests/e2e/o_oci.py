"""GGUF models as Ollama pulls them, and as any client of an OCI registry reads them:
the requests those send, in their order, with what they check."""
import base64
import hashlib
import json
import threading

import pytest

import models
import tokens
from house import House, remove, short_tmp

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
OLLAMA = "application/vnd.ollama.image."
NAME = "acme/small-gguf"


@pytest.fixture(scope="module")
def held():
    folder = short_tmp()
    h = House(folder).start()
    h.folder = models.quantized(folder / "q")
    h.add(h.folder, NAME)
    h.add(models.tiny(folder / "other"), "acme/other")
    yield h
    if h.proc:
        h.stop()
    remove(folder)


def manifest(house, tag, name=NAME, **headers):
    return house.get(f"/v2/{name}/manifests/{tag}", **{"Accept": DOCKER, **headers})


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def layers(m):
    return {x["mediaType"].removeprefix(OLLAMA): x for x in json.loads(m.body)["layers"]}


def blob(house, digest, name=NAME, **headers):
    return house.get(f"/v2/{name}/blobs/{digest}", **headers)


def text_of(house, layer, name=NAME):
    a = blob(house, layer["digest"], name)
    assert a.status == 200 and sha(a.body) == layer["digest"] and len(a.body) == layer["size"]
    return a.body.decode()


# --- as Ollama does it -----------------------------------------------------------


def fetch_in_parts(house, url, size, parts=16):
    """HEAD for the length, then ranges side by side, as server/download.go does."""
    a = house.ask("HEAD", url)
    assert a.status == 200 and int(a["Content-Length"]) == size, a
    step = max(1, -(-size // parts))
    spans = [(n, min(n + step, size)) for n in range(0, size, step)]
    got = {}

    def part(first, end):
        got[first] = house.get(url, Range=f"bytes={first}-{end - 1}")

    threads = [threading.Thread(target=part, args=s) for s in spans]
    for t in threads:
        t.start()
    for t in threads:
        t.join(20)
    assert all(got[first].status == 206 for first, _ in spans)
    return b"".join(got[first].body for first, _ in spans)


def test_an_ollama_pull(held):
    a = manifest(held, "Q4_K_M")
    assert a.status == 200 and a["Content-Type"] == DOCKER
    m = json.loads(a.body)
    assert (m["schemaVersion"], m["mediaType"]) == (2, DOCKER)
    for layer in [*m["layers"], m["config"]]:
        url = f"/v2/{NAME}/blobs/{layer['digest']}"
        data = fetch_in_parts(held, url, layer["size"])
        assert sha(data) == layer["digest"], layer
    model = layers(a)["model"]
    file = (held.folder / "small-Q4_K_M.gguf").read_bytes()
    assert model["digest"] == sha(file) and len(file) > 1 << 20


def test_what_goes_with_the_model(held):
    a = manifest(held, "Q4_K_M")
    found = layers(a)
    assert list(found) == ["model", "template", "params", "license"]
    assert text_of(held, found["license"]) == models.LICENSE_TEXT.decode()
    assert text_of(held, found["template"]).startswith("{{ if .System }}<|im_start|>system\n")
    assert json.loads(text_of(held, found["params"])) == {"stop": ["<|im_start|>", "<|im_end|>"]}
    config = json.loads(text_of(held, json.loads(a.body)["config"]))
    assert config == {
        "model_format": "gguf", "model_family": "llama", "model_families": ["llama"],
        "model_type": "2.10M", "file_type": "Q4_K_M", "architecture": "amd64", "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [x["digest"] for x in found.values()]}}


@pytest.mark.parametrize("tag, file", [
    ("latest", "small-Q4_K_M.gguf"), ("main", "small-Q4_K_M.gguf"),
    ("q4_k_m", "small-Q4_K_M.gguf"), ("Q8_0", "small-Q8_0.gguf"),
    ("ud-q4_k_xl", "small-UD-Q4_K_XL.gguf"), ("small-Q8_0.gguf", "small-Q8_0.gguf"),
    ("small-q8_0", "small-Q8_0.gguf"),
])
def test_tags(held, tag, file):
    a = manifest(held, tag)
    assert a.status == 200, a
    assert layers(a)["model"]["digest"] == sha((held.folder / file).read_bytes())


def test_llama_cpp_is_told_the_name_of_the_file(held):
    a = manifest(held, "latest", User_Agent="llama-cpp", Accept="application/json")
    assert json.loads(a.body)["ggufFile"] == {"rfilename": "small-Q4_K_M.gguf"}
    assert "ggufFile" not in json.loads(manifest(held, "latest").body)
    b = held.get(f"/v2/{NAME}/manifests/{a['Docker-Content-Digest']}")
    assert b.body == a.body


# --- as the distribution-spec has it -----------------------------------------------


def test_is_there_a_registry(held):
    for path in ("/v2/", "/v2"):
        a = held.get(path)
        assert a.status == 200 and a.json == {}
        assert a["Docker-Distribution-API-Version"] == "registry/2.0"


def test_the_same_manifest_every_time(held):
    first = manifest(held, "latest")
    assert first["Docker-Content-Digest"] == sha(first.body)
    assert first["ETag"] == f'"{sha(first.body)[7:]}"'
    held.restart()
    again = manifest(held, "latest")
    assert again.body == first.body
    by_digest = manifest(held, first["Docker-Content-Digest"])
    assert by_digest.body == first.body and by_digest["Content-Type"] == DOCKER
    head = held.ask("HEAD", f"/v2/{NAME}/manifests/latest", Accept=DOCKER)
    assert head.status == 200 and head["Content-Length"] == str(len(first.body))
    assert head["Docker-Content-Digest"] == first["Docker-Content-Digest"]


def test_ocis_own_form_for_who_asks(held):
    accept = f"{OCI}, {DOCKER}, application/vnd.oci.image.index.v1+json"
    a, docker = manifest(held, "latest", Accept=accept), manifest(held, "latest")
    assert a["Content-Type"] == OCI and json.loads(a.body)["mediaType"] == OCI
    assert json.loads(a.body)["layers"] == json.loads(docker.body)["layers"]
    by_digest = manifest(held, sha(a.body), Accept=accept)
    assert by_digest.body == a.body and by_digest["Content-Type"] == OCI


def test_a_blob(held):
    layer = layers(manifest(held, "Q8_0"))["model"]
    a = held.ask("HEAD", f"/v2/{NAME}/blobs/{layer['digest']}")
    assert a.status == 200 and a["Content-Length"] == str(layer["size"])
    assert a["Docker-Content-Digest"] == layer["digest"]
    assert a["ETag"] == f'"{layer["digest"][7:]}"' and a["Accept-Ranges"] == "bytes"
    a = blob(held, layer["digest"], Range="bytes=-7")
    assert a.status == 206 and a.body == (held.folder / "small-Q8_0.gguf").read_bytes()[-7:]


def test_tags_list(held):
    a = held.get(f"/v2/{NAME}/tags/list")
    every = ["Q4_K_M", "Q8_0", "UD-Q4_K_XL", "latest", "small-Q4_K_M.gguf",
             "small-Q8_0.gguf", "small-UD-Q4_K_XL.gguf"]
    assert a.json == {"name": NAME, "tags": every}
    got, path = [], f"/v2/{NAME}/tags/list?n=3"
    while path:
        a = held.get(path)
        got += a.json["tags"]
        path = a["Link"] and a["Link"].split(">")[0][1:]
        assert len(got) <= len(every)
    assert got == every
    assert held.get("/v2/acme/other/tags/list").json == {"name": "acme/other", "tags": []}


def test_names_in_lower_case(house, tmp):
    """Docker's and podman's references have no capitals."""
    house.add(models.quantized(tmp / "q"), "Acme/Small-GGUF")
    assert manifest(house, "latest", "acme/small-gguf").status == 200


@pytest.mark.parametrize("path, status, code", [
    ("acme/none/manifests/latest", 404, "NAME_UNKNOWN"),
    ("acme/none/tags/list", 404, "NAME_UNKNOWN"),
    ("..a/b/manifests/latest", 404, "NAME_UNKNOWN"),
    ("acme/other/manifests/latest", 404, "MANIFEST_UNKNOWN"),
    (f"{NAME}/manifests/Q5_1", 404, "MANIFEST_UNKNOWN"),
    (f"{NAME}/manifests/sha256:" + "0" * 64, 404, "MANIFEST_UNKNOWN"),
    (f"{NAME}/manifests/F32", 400, "UNSUPPORTED"),
    (f"{NAME}/blobs/sha256:" + "0" * 64, 404, "BLOB_UNKNOWN"),
    (f"{NAME}/blobs/sha256:" + "A" * 64, 400, "DIGEST_INVALID"),
    (f"{NAME}/blobs/md5:" + "0" * 32, 400, "DIGEST_INVALID"),
])
def test_errors(held, path, status, code):
    a = held.get("/v2/" + path)
    assert a.status == status, a
    (error,) = a.json["errors"]
    assert error["code"] == code and error["message"]


def test_a_blob_of_another_repository(held):
    """A digest is no way around the name of what one may read."""
    digest = layers(manifest(held, "Q8_0"))["model"]["digest"]
    config = json.loads(manifest(held, "Q8_0").body)["config"]["digest"]
    for d in (digest, config, sha(manifest(held, "Q8_0").body)):
        assert blob(held, d).status == 200
        assert blob(held, d, "acme/other").status == 404
        assert held.get(f"/v2/acme/other/manifests/{d}").status == 404
    # A family's template says nothing of who uses it.
    assert blob(held, layers(manifest(held, "Q8_0"))["template"]["digest"],
                "acme/other").status == 200


def test_the_image_of_another_repository(house, tmp):
    """Which holds the same model under names that are its own business."""
    data = models.llama()
    house.add(models.write(tmp / "a", {"project-x-Q4_K_M.gguf": data, "LICENSE": b"theirs"}), "acme/a")
    house.add(models.write(tmp / "b", {"m-Q4_K_M.gguf": data}), "zeta/b")
    theirs = manifest(house, "Q4_K_M", "acme/a", **{"User-Agent": "llama-cpp"})
    digest, doc = theirs["Docker-Content-Digest"], json.loads(theirs.body)
    assert b"project-x" in theirs.body
    for path in (f"manifests/{digest}", f"blobs/{digest}", f"blobs/{doc['config']['digest']}"):
        assert house.get(f"/v2/acme/a/{path}").status == 200
        assert house.get(f"/v2/zeta/b/{path}").status == 404
    tokens.set_visibility(house, "acme/a", tokens.PRIVATE)
    assert house.get(f"/v2/zeta/b/manifests/{digest}").status == 404
    own = manifest(house, "Q4_K_M", "zeta/b")
    assert house.get(f"/v2/zeta/b/manifests/{own['Docker-Content-Digest']}").body == own.body


def test_a_blob_is_no_manifest(held):
    config = json.loads(manifest(held, "Q8_0").body)["config"]["digest"]
    assert held.get(f"/v2/{NAME}/manifests/{config}").status == 404


# --- what was made stays -------------------------------------------------------------


def made(house):
    """Blobs that are no files of the repository."""
    a = manifest(house, "latest")
    return {json.loads(a.body)["config"]["digest"][7:], sha(a.body)[7:],
            *(layers(a)[kind]["digest"][7:] for kind in ("template", "params"))}


def test_gc_leaves_what_was_made(house, tmp):
    house.add(models.quantized(tmp / "q"), NAME)
    names = made(house)
    assert names < house.blobs().keys()
    house.weigh("gc", "--older", "0")
    assert names < house.blobs().keys()
    assert all(blob(house, "sha256:" + n).status == 200 for n in names)


def test_made_again_after_a_rebuild(house, tmp):
    house.add(models.quantized(tmp / "q"), NAME)
    before = manifest(house, "latest")
    names = made(house)
    other = manifest(house, "Q8_0", Accept=OCI)
    house.weigh("rebuild")
    assert manifest(house, "latest").body == before.body
    assert all(blob(house, "sha256:" + n).status == 200 for n in names)
    house.weigh("rebuild")  # and who comes with a digest does not ask for a tag
    again = manifest(house, sha(other.body))
    assert again.body == other.body and again["Content-Type"] == OCI
    assert all(blob(house, "sha256:" + n).status == 200 for n in names)


def test_what_rots_is_made_anew(house, tmp):
    house.add(models.quantized(tmp / "q"), NAME)
    before = manifest(house, "latest")
    digest = layers(before)["template"]["digest"]
    path = house.blobs()[digest[7:]]
    path.chmod(0o644)
    path.write_bytes(b"x" + path.read_bytes()[1:])
    assert blob(house, digest).status == 503
    assert manifest(house, "latest").body == before.body
    assert sha(blob(house, digest).body) == digest


# --- repositories of other shapes -----------------------------------------------------


def test_the_repositorys_own_words(house, tmp):
    folder = models.write(tmp / "m", {
        "README.md": models.CARD, "m-Q4_K_M.gguf": models.llama(),
        "template": b"{{ .Prompt }}", "system": b"Be brief.", "params": b'{"temperature":0}',
        "LICENSE": b"one\n", "LICENSE-MODEL": b"two\n"})
    house.add(folder, NAME)
    a = manifest(house, "latest")
    assert [x["mediaType"].removeprefix(OLLAMA) for x in json.loads(a.body)["layers"]] == [
        "model", "template", "system", "params", "license", "license"]
    found = layers(a)
    assert text_of(house, found["template"]) == "{{ .Prompt }}"
    assert text_of(house, found["system"]) == "Be brief."
    assert text_of(house, found["params"]) == '{"temperature":0}'


def test_a_model_that_nobody_knows_how_to_talk_to(house, tmp):
    house.add(models.write(tmp / "m", {"m.gguf": models.llama(template=None)}), NAME)
    a = manifest(house, "Q4_K_M")  # its header says so, its name does not
    assert list(layers(a)) == ["model"]


def test_a_model_that_sees(house, tmp):
    clip = models.gguf({"general.architecture": "clip", "general.type": "mmproj"},
                       {"v.patch": (models.F32, (16,))})
    house.add(models.write(tmp / "m", {"m-Q8_0.gguf": models.llama(),
                                       "mmproj-F16.gguf": clip}), NAME)
    a = manifest(house, "latest")
    assert layers(a)["projector"]["digest"] == sha(clip)
    config = json.loads(text_of(house, json.loads(a.body)["config"]))
    assert config["model_families"] == ["llama", "clip"]
    assert manifest(house, "F16").status == 404


def test_a_broken_header(house, tmp):
    data = models.llama()
    house.add(models.write(tmp / "m", {"m-Q8_0.gguf": data[:len(data) // 2]}), NAME)
    for _ in range(2):  # read, and remembered
        a = manifest(house, "latest")
        assert a.status == 422 and a.json["errors"][0]["code"] == "MANIFEST_INVALID"
        assert "gguf" in a.json["errors"][0]["message"]


NOBODY = "Basic " + base64.b64encode(b":").decode()


def test_a_private_repository(house, tmp):
    """skopeo and podman show user and password only where /v2/ asked for them, and then
    always: two empty ones when they know none."""
    house.add(models.quantized(tmp / "q"), NAME)
    tokens.set_visibility(house, NAME, tokens.PRIVATE)
    token = house.weigh("token", "new", "t", "--role", "read", "--json").json["token"]
    basic = "Basic " + base64.b64encode(b"any:" + token.encode()).decode()
    for nobody in ({}, {"Authorization": NOBODY}):
        a = house.get("/v2/", **nobody)
        assert a.status == 200 and a["WWW-Authenticate"] == 'Basic realm="weighd"'
        for path in ("manifests/latest", "tags/list", "blobs/sha256:" + "0" * 64):
            a = house.get(f"/v2/{NAME}/{path}", **nobody)
            assert a.status == 401 and a["WWW-Authenticate"] == 'Basic realm="weighd"', a
            assert a.json["errors"][0]["code"] == "NAME_UNKNOWN"
    a = manifest(house, "latest", Authorization=basic)
    assert a.status == 200
    digest = layers(a)["model"]["digest"]
    assert blob(house, digest).status == 401
    assert blob(house, digest, Authorization=basic).status == 200
    assert house.get("/v2/", Authorization="Bearer hf_" + "x" * 40).status == 401


def test_only_with_a_token(tmp):
    h = House(tmp, env={"WEIGHD_ACCESS_ANONYMOUS": "none"}).start()
    h.add(models.quantized(tmp / "q"), NAME)
    token = h.weigh("token", "new", "t", "--role", "read", "--json").json["token"]
    for path in ("", f"{NAME}/manifests/latest", f"{NAME}/tags/list"):
        a = h.get("/v2/" + path)
        assert a.status == 401 and a["WWW-Authenticate"] == 'Basic realm="weighd"', a
        assert a.json["errors"][0]["code"] in ("UNAUTHORIZED", "NAME_UNKNOWN")
        assert h.get("/v2/" + path, Authorization="Bearer " + token).status == 200
    h.stop()
