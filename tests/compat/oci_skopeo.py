"""skopeo, which knows OCI registries and nothing of models."""
import json

import pytest

import models
import tokens
from clients import Client
from house import sha256_of


@pytest.fixture
def shell(tmp, held):
    return Client(tmp / "home", held.url)


def skopeo(shell, verb, held, *args):
    insecure = "--tls-verify=false" if verb in ("inspect", "list-tags") else "--src-tls-verify=false"
    return shell.run("skopeo", "--insecure-policy", verb, insecure,
                     f"docker://127.0.0.1:{held.port}/acme/small-gguf" + args[0], *args[1:])


def test_skopeo_inspects(shell, held):
    about = json.loads(skopeo(shell, "inspect", held, ":Q4_K_M").out)
    model = sha256_of(held.folder["acme/small-gguf"] / "small-Q4_K_M.gguf")
    assert about["Layers"][0] == "sha256:" + model
    assert "latest" in about["RepoTags"] and "Q8_0" in about["RepoTags"]
    again = json.loads(skopeo(shell, "inspect", held, "@" + about["Digest"]).out)
    assert again["Digest"] == about["Digest"] and again["Layers"] == about["Layers"]


@pytest.mark.parametrize("to", ["dir:out", "oci:out:x"])
def test_skopeo_copies(shell, held, to):
    skopeo(shell, "copy", held, ":latest", to)
    model = held.folder["acme/small-gguf"] / "small-Q4_K_M.gguf"
    digest = sha256_of(model)
    (copy,) = [p for p in (shell.home / "out").rglob(digest) if p.is_file()]
    assert copy.read_bytes() == model.read_bytes()
    license, = [p for p in (shell.home / "out").rglob("*")
                if p.is_file() and p.read_bytes() == models.LICENSE_TEXT]
    assert license.name == sha256_of(license)


def test_skopeo_with_a_token(shell, mirror, tmp):
    mirror.add(models.quantized(tmp / "q"), "secret/gguf")
    tokens.set_visibility(mirror, "secret/gguf", tokens.PRIVATE)
    argv = ["skopeo", "--insecure-policy", "inspect", "--tls-verify=false"]
    image = f"docker://127.0.0.1:{mirror.port}/secret/gguf:latest"
    assert "without a token" in shell.run(*argv, image, code=1).err
    about = shell.run(*argv, "--creds", "any:" + mirror.tokens["bob"], image).out
    assert len(json.loads(about)["Layers"]) == 4
