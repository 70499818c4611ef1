"""Git LFS downloads by git and git-lfs themselves, with and without a token, and the
batch API by hand (git-lfs docs/api)."""
import base64
import hashlib
import json
import shutil

import pytest

import models
from house import House, remove, run, sha256_of, short_tmp, tree_of

pytestmark = pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")

LFS = "application/vnd.git-lfs+json"
RULES = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"


@pytest.fixture(scope="module")
def house():
    """Holds acme/m, a model with one weights file, and acme/other with another."""
    folder = short_tmp()
    h = House(folder).start()
    h.model = models.small(folder / "m", weights=5 * models.MiB)
    (h.model / ".gitattributes").write_bytes(RULES)
    h.add(h.model, "acme/m")
    h.add(models.write(folder / "o", {"o.safetensors": models.noise(70_000, 5),
                                      ".gitattributes": RULES}), "acme/other")
    yield h
    h.stop()
    remove(folder)


class Lfs:
    """git with git-lfs installed, and nobody else's configuration."""

    def __init__(self, house, tmp):
        self.env = {**house.env, "HOME": str(tmp), "GIT_CONFIG_GLOBAL": str(tmp / "config"),
                    "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        self("lfs", "install", "--skip-repo")

    def __call__(self, *args, code=0, **env):
        r = run("git", *args, env={**self.env, **env})
        assert r.code == code, r
        return r


@pytest.fixture
def git(house, tmp):
    return Lfs(house, tmp)


def working_tree(folder):
    return {k: v for k, v in tree_of(folder).items() if not k.startswith(".git/")}


# --- the programs -------------------------------------------------------------------


def test_a_clone_has_the_files_themselves(house, tmp, git):
    git("clone", "-q", f"{house.url}/acme/m.git", tmp / "c")
    assert working_tree(tmp / "c") == tree_of(house.model)
    assert "Git LFS fsck OK" in git("-C", tmp / "c", "lfs", "fsck").out
    assert git("-C", tmp / "c", "fsck", "--strict").out == ""
    assert git("-C", tmp / "c", "status", "--porcelain").out == ""


def test_pointers_first_then_pull(house, tmp, git):
    git("clone", "-q", f"{house.url}/acme/m", tmp / "c", GIT_LFS_SKIP_SMUDGE="1")
    assert (tmp / "c/model.safetensors").stat().st_size < 200
    git("-C", tmp / "c", "lfs", "pull")
    assert working_tree(tmp / "c") == tree_of(house.model)
    assert "Git LFS fsck OK" in git("-C", tmp / "c", "lfs", "fsck").out


def test_another_spelling_is_led_to_the_right_one(house, tmp, git):
    git("clone", "-q", f"{house.url}/Acme/M.git", tmp / "c")
    assert working_tree(tmp / "c") == tree_of(house.model)


def test_a_bad_file_is_not_given_out(tmp):
    """git-lfs says what we say; what is good still comes."""
    h = House(tmp).start()
    h.add(models.write(tmp / "b", {"a.safetensors": models.noise(90_000, 1),
                                   "b.safetensors": models.noise(90_000, 2),
                                   ".gitattributes": RULES}), "acme/b")
    bad = h.blobs()[sha256_of(tmp / "b/a.safetensors")]
    bad.chmod(0o600)
    bad.write_bytes(models.noise(90_000, 3))
    h.weigh("verify", "acme/b", code=5)
    git = Lfs(h, tmp)
    git("clone", "-q", f"{h.url}/acme/b", tmp / "c", GIT_LFS_SKIP_SMUDGE="1")
    r = git("-C", tmp / "c", "lfs", "pull", code=2)
    assert "do not have the promised SHA-256" in r.err + r.out, r
    assert sha256_of(tmp / "c/b.safetensors") == sha256_of(tmp / "b/b.safetensors")
    h.stop()


def test_who_must_show_a_token(tmp):
    """Without: no clone.  With one in the address: clone, fetch and LFS."""
    config = tmp / "weighd.conf"
    config.write_text("[access]\nanonymous = none\n")
    h = House(tmp, "--config", config).start()
    folder = models.small(tmp / "m", weights=3 * models.MiB)
    (folder / ".gitattributes").write_bytes(RULES)
    h.add(folder, "acme/m")
    token = h.weigh("token", "new", "ci", "--role", "read", "--repo", "acme/*", "--json").json
    git = Lfs(h, tmp)
    assert "could not read Username" in git("clone", f"{h.url}/acme/m", tmp / "no", code=128).err
    known = h.url.replace("http://", f"http://me:{token['token']}@")
    git("clone", "-q", f"{known}/acme/m", tmp / "c")
    assert working_tree(tmp / "c") == tree_of(folder)
    models.write(folder, {"more.safetensors": models.noise(50_000, 9)})
    h.add(folder, "acme/m")
    git("-C", tmp / "c", "pull", "-q")
    assert working_tree(tmp / "c") == tree_of(folder)
    answer = batch(h, [weights(folder)[1]], Authorization=basic(token["token"]))
    [link] = [o["actions"]["download"] for o in json.loads(answer.body)["objects"]]
    assert link["header"] == {"Authorization": basic(token["token"])}, "or git-lfs asks for ever"
    wrong = h.url.replace("http://", "http://me:hf_" + "x" * 40 + "@")
    assert "Authentication failed" in git("ls-remote", f"{wrong}/acme/m", code=128).err

    for path, body in (("/acme/m.git/info/refs?service=git-upload-pack", None),
                       ("/acme/m.git/git-upload-pack", b"0000"),
                       ("/acme/m.git/info/lfs/objects/batch", b"{}"),
                       (f"/acme/m.git/info/lfs/objects/{'0' * 64}", None)):
        a = h.ask("GET" if body is None else "POST", path, body)
        assert a.status == 401 and a["WWW-Authenticate"] == 'Basic realm="weighd"', a
        assert a["LFS-Authenticate"] == ('Basic realm="weighd"' if "lfs" in path else None)
    h.stop()


# --- by hand ---------------------------------------------------------------------------


def basic(token):
    return "Basic " + base64.b64encode(f"me:{token}".encode()).decode()


def batch(house, objects, name="acme/m", Authorization=None, **more):
    shown = {"Authorization": Authorization} if Authorization else {}
    body = {"operation": "download", "transfers": ["basic"], "hash_algo": "sha256",
            "ref": {"name": "refs/heads/main"}, "objects": objects, **more}
    return house.ask("POST", f"/{name}.git/info/lfs/objects/batch", json.dumps(body).encode(),
                     Accept=LFS, Content_Type=LFS, **shown)


def weights(folder):
    data = (folder / "model.safetensors").read_bytes()
    return data, {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}


def test_a_batch_and_its_links(house):
    data, obj = weights(house.model)
    a = batch(house, [obj, {"oid": "0" * 64, "size": 5}, {**obj, "size": 1}])
    assert a.status == 200 and a["Content-Type"] == LFS
    answer = json.loads(a.body)
    assert answer["transfer"] == "basic"
    good, unknown, wrong = answer["objects"]
    href = good["actions"]["download"]["href"]
    assert href == f"{house.url}/acme/m.git/info/lfs/objects/{obj['oid']}"
    assert "actions" not in unknown and unknown["error"]["code"] == 404
    assert "actions" not in wrong and wrong["error"]["code"] == 422
    path = href[len(house.url):]
    a = house.get(path)
    assert a.status == 200 and a.body == data and a["ETag"] == f'"{obj["oid"]}"'
    a = house.get(path, Range="bytes=10-19")
    assert a.status == 206 and a.body == data[10:20]
    a = house.ask("HEAD", path)
    assert a.status == 200 and a["Content-Length"] == str(len(data)) and a.body == b""
    assert house.get(path, If_None_Match=f'"{obj["oid"]}"').status == 304


def test_objects_are_those_of_this_repository(house):
    """(What another repository has is not here: it may be somebody's secret.)"""
    _, obj = weights(house.model)
    [answer] = json.loads(batch(house, [obj], "acme/other").body)["objects"]
    assert answer["error"]["code"] == 404
    assert house.get(f"/acme/other.git/info/lfs/objects/{obj['oid']}").status == 404
    assert house.get(f"/acme/m.git/info/lfs/objects/{obj['oid'].upper()}").status == 404
    assert house.get("/acme/m.git/info/lfs/objects/..%2f").status in (400, 404)


def test_what_a_batch_may_not_be(house):
    _, obj = weights(house.model)
    a = batch(house, [obj], hash_algo="sha512")
    assert a.status in (409, 422) and json.loads(a.body)["message"], a
    a = batch(house, [obj], transfers=["ssh"])
    assert a.status == 400 and "basic" in json.loads(a.body)["message"]
    for body in (b"", b"{", b"[]", b'{"operation":"download"}'):
        a = house.ask("POST", "/acme/m.git/info/lfs/objects/batch", body, Content_Type=LFS)
        assert a.status == 400 and json.loads(a.body)["message"], a
    assert batch(house, [obj], "acme/none").status in (401, 404)
    a = batch(house, [obj], Authorization=basic("b"))
    assert a.status == 401 and a["LFS-Authenticate"] == 'Basic realm="weighd"'
