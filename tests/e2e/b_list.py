"""Which repositories there are, and what each says of itself: lists, searches, pages,
infos, asked as huggingface_hub 0.36-2.4 and @huggingface/hub 2.17 ask."""
import json
import re
import time
import urllib.parse

import pytest

import models
import tokens
from house import House, remove, short_tmp
from tokens import GATED, PRIVATE, bearer

CARD = """---
license: apache-2.0
language:
- en
- no
library_name: transformers
pipeline_tag: text-generation
tags: [chat, demo]
datasets: [acme/data]
base_model: acme/base
released: 2024-01-02
---
# Llama
"""
CONFIG = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden": [1, 2]}
TOKENIZER = {"chat_template": "{{ x }}", "eos_token": {"content": "</s>"}}
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def card(text, **files):
    return {"README.md": f"---\n{text}\n---\n".encode(),
            **{k.replace("__", "."): v for k, v in files.items()}}


# In the order in which they come in; each a second after the one before would make
# them slow, so what is of one second is told apart by its row.
HELD = {
    "acme/llama-7b": {"README.md": CARD.encode(), "config.json": json.dumps(CONFIG).encode(),
                      "tokenizer_config.json": json.dumps(TOKENIZER).encode(),
                      "model.safetensors": models.safetensors(4000)},
    "acme/Llama-13B": card("license: mit\npipeline_tag: text-generation", m__gguf=b"no header"),
    "zoo/bert": card("license: mit\ntags: [text-generation]\npipeline_tag: fill-mask"),
    "zoo/gated-llama": card("license: llama3"),
    "zoo/secret-llama": card("license: mit\ntags: [chat]"),
    "plain": {"a.txt": b"nothing is said"},
    "datasets/acme/data": card("license: mit\nlanguage: no\nsize_categories: n<1K",
                               d__csv=b"a,b\n"),
    "spaces/acme/show": card("sdk: gradio\ntitle: Show", app__py=b"pass\n"),
}


@pytest.fixture(scope="module")
def held():
    folder = short_tmp()
    h = House(folder).start()
    for i, (name, files) in enumerate(HELD.items()):
        h.add(models.write(folder / str(i), files), name)
    h.token = tokens.make(h, "reader", "read")
    tokens.set_visibility(h, "zoo/gated-llama", GATED)
    tokens.set_visibility(h, "zoo/secret-llama", PRIVATE)
    yield h
    h.stop()
    remove(folder)


def names(answer):
    assert answer.status == 200, answer
    return [m["id"] for m in answer.json]


ALL = ["plain", "zoo/gated-llama", "zoo/bert", "acme/Llama-13B", "acme/llama-7b"]
LLAMAS = ["zoo/gated-llama", "acme/Llama-13B", "acme/llama-7b"]


# --- lists ------------------------------------------------------------------------------

@pytest.mark.parametrize("query, want", [
    ("", ALL),
    ("direction=-1", ALL),
    ("sort=lastModified&direction=1", ALL[::-1]),
    ("sort=last_modified", ALL),
    ("sort=createdAt&direction=-1", ALL),
    ("sort=created_at&direction=1", ALL[::-1]),
    ("sort=downloads", ALL),
    ("sort=trendingScore&limit=3", ALL[:3]),
    ("search=llama", LLAMAS),
    ("search=LLAMA+13b", ["acme/Llama-13B"]),
    ("search=7b", ["acme/llama-7b"]),
    ("search=%22OR", []),
    ("search=llamabert", []),
    ("author=acme", LLAMAS[1:]),
    ("author=nobody", []),
    ("filter=license:mit", ["zoo/bert", "acme/Llama-13B"]),
    ("filter=license:mit&filter=text-generation", ["zoo/bert", "acme/Llama-13B"]),
    ("filter=license:apache-2.0,chat,no", ["acme/llama-7b"]),
    ("filter=dataset:acme/data&filter=base_model:acme/base", ["acme/llama-7b"]),
    ("filter=safetensors", ["acme/llama-7b"]),
    ("filter=gguf", ["acme/Llama-13B"]),
    ("filter=transformers&search=llama&author=acme", ["acme/llama-7b"]),
    ("filter=license:mit&filter=chat", []),
    ("pipeline_tag=text-generation", LLAMAS[1:]),
    ("pipeline_tag=fill-mask", ["zoo/bert"]),
    ("gated=false&apps=ollama&inference=warm&nonsense=%41", ALL),
    ("search=&author=&filter=&limit=0", ALL),
])
def test_list(held, query, want):
    assert names(held.get(f"/api/models?{query}")) == want


def test_other_kinds(held):
    assert names(held.get("/api/datasets?search=dat&filter=language:no")) == ["acme/data"]
    assert names(held.get("/api/spaces?filter=gradio")) == ["acme/show"]
    assert names(held.get("/api/datasets?search=llama")) == []


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "cursor=" + "9" * 30,
                                   "search=" + "a" * 600, "filter=" + "a," * 20,
                                   "search=%00", "author=%zz"])
def test_what_cannot_be_asked(held, query):
    a = held.get(f"/api/models?{query}")
    assert a.status == 400 and a.json["error"]


def test_other_routes_below_api_stay_unknown(held):
    for path in ("/api/models-tags-by-type", "/api/datasets-tags-by-type", "/api/collections"):
        assert held.get(path).status == 404


def follow(house, target, **headers):
    """All pages of a list, as clients go through them."""
    seen, pages = [], 0
    while target is not None:
        a = house.get(target, **headers)
        seen += names(a)
        pages += 1
        link = a["Link"]
        if link is None:
            return seen, pages
        match = re.fullmatch(r'<(http://[^>]+)>; rel="next"', link)
        assert match, link
        assert match[1].startswith(house.url + "/api/"), link
        target = match[1][len(house.url):]


@pytest.mark.parametrize("query, want", [
    ("limit=1", ALL), ("limit=2&sort=createdAt&direction=1", ALL[::-1]),
    ("limit=2&search=llama&full=true", LLAMAS), ("limit=5", ALL),
    ("limit=1&filter=license:mit&expand=sha&expand%5B%5D=tags", ["zoo/bert", "acme/Llama-13B"]),
])
def test_pages(held, query, want):
    """(hub-api 3.1) Absolute links, one space, the question as it was."""
    size = int(re.search(r"limit=(\d+)", query)[1])
    seen, pages = follow(held, f"/api/models?{query}")
    assert seen == want and pages == -(-len(want) // size)


def test_a_page_keeps_what_was_asked(held):
    a = held.get("/api/models?search=b%20&cursor=0&limit=1&filter=license%3Amit&x=%26%3C%22")
    query = urllib.parse.parse_qs(a["Link"].split(">")[0].split("?")[1])
    assert query.pop("cursor") and query == {"search": ["b "], "limit": ["1"],
                                             "filter": ["license:mit"], "x": ["&<\""]}


# --- who sees what ----------------------------------------------------------------------

def test_private_repositories_are_for_those_who_may_see_them(held):
    a = held.get("/api/models?search=llama&expand=private&expand=gated")
    assert {m["id"]: (m["private"], m["gated"]) for m in a.json} == {
        "zoo/gated-llama": (False, "manual"), "acme/Llama-13B": (False, False),
        "acme/llama-7b": (False, False)}
    a = held.get("/api/models?search=llama&expand=private", **bearer(held.token))
    assert {m["id"]: m["private"] for m in a.json} == {
        "zoo/secret-llama": True, "zoo/gated-llama": False, "acme/Llama-13B": False,
        "acme/llama-7b": False}
    # and the next who asks the same without a token is not told
    assert "zoo/secret-llama" not in names(
        held.get("/api/models?search=llama&expand=private"))


def test_hidden_ones_leave_no_gap_in_pages(held):
    assert follow(held, "/api/models?limit=1&search=llama") == (LLAMAS, 3)
    assert follow(held, "/api/models?limit=2&search=llama", **bearer(held.token)) == (
        ["zoo/secret-llama", *LLAMAS], 2)
    assert names(held.get("/api/models?search=secret")) == []
    assert names(held.get("/api/models?filter=chat")) == ["acme/llama-7b"]


# --- items ------------------------------------------------------------------------------

def test_items(held):
    item, = held.get("/api/models?search=llama-7b").json
    assert {"_id", "id", "modelId", "likes", "private", "downloads", "tags", "pipeline_tag",
            "library_name", "createdAt"} <= set(item)
    assert not {"siblings", "cardData", "config"} & set(item)
    assert DATE.fullmatch(item["createdAt"]) and DATE.fullmatch(item["lastModified"])
    item, = held.get("/api/models?search=llama-7b&full=true&cardData=True&config=1").json
    assert {"rfilename": "model.safetensors"} in item["siblings"]
    assert item["cardData"]["language"] == ["en", "no"]
    assert item["config"]["model_type"] == "llama"
    item, = held.get("/api/models?search=llama-7b&expand=safetensors&expand%5B%5D=nonsense").json
    assert set(item) == {"_id", "id", "safetensors"} and item["safetensors"]["total"] == 4000
    item, = held.get("/api/datasets?full=true").json
    assert item["cardData"]["license"] == "mit" and item["siblings"] and "modelId" not in item
    item, = held.get("/api/spaces?full=true").json
    assert item["sdk"] == "gradio" and item["cardData"]["title"] == "Show"


# --- one repository ---------------------------------------------------------------------

def test_info_says_what_the_card_says(held):
    doc = held.get("/api/models/acme/llama-7b").json
    assert doc["tags"] == ["transformers", "safetensors", "llama", "text-generation", "chat",
                           "demo", "en", "no", "dataset:acme/data", "base_model:acme/base",
                           "license:apache-2.0"]
    assert doc["cardData"] == {
        "license": "apache-2.0", "language": ["en", "no"], "library_name": "transformers",
        "pipeline_tag": "text-generation", "tags": ["chat", "demo"], "datasets": ["acme/data"],
        "base_model": "acme/base", "released": "2024-01-02"}
    assert doc["pipeline_tag"] == "text-generation" and doc["library_name"] == "transformers"
    assert doc["config"] == {"architectures": ["LlamaForCausalLM"], "model_type": "llama",
                             "tokenizer_config": {"chat_template": "{{ x }}",
                                                  "eos_token": "</s>"}}
    assert doc["transformersInfo"] == {"auto_model": "AutoModelForCausalLM",
                                       "pipeline_tag": "text-generation",
                                       "processor": "AutoTokenizer"}
    assert doc["safetensors"]["total"] == 4000 and "gguf" not in doc
    assert doc["usedStorage"] == sum(map(len, HELD["acme/llama-7b"].values()))


def test_info_of_what_says_nothing(held):
    doc = held.get("/api/models/plain").json
    assert doc["tags"] == [] and doc["siblings"] == [{"rfilename": "a.txt"}]
    assert not {"author", "cardData", "config", "pipeline_tag", "library_name",
                "transformersInfo", "safetensors", "gguf"} & set(doc)


def test_info_of_other_kinds(held):
    doc = held.get("/api/datasets/acme/data").json
    assert doc["cardData"]["language"] == "no" and "modelId" not in doc
    assert doc["tags"] == ["format:csv", "language:no", "license:mit", "size_categories:n<1K"]
    doc = held.get("/api/spaces/acme/show").json
    assert doc["sdk"] == "gradio" and doc["tags"] == ["gradio"] and "gated" not in doc


@pytest.mark.parametrize("query, keys", [
    ("expand=sha", {"sha"}), ("expand[]=likes&expand[]=tags", {"likes", "tags"}),
    ("expand=usedStorage&expand=xetEnabled&expand=mask_token", {"usedStorage"}),
    ("expand=cardData&expand=downloadsAllTime&expand=trendingScore",
     {"cardData", "downloadsAllTime", "trendingScore"}),
    ("expand=siblings&blobs=true", {"siblings"}),
    ("expand=sdk", set()),
])
def test_expand(held, query, keys):
    doc = held.get(f"/api/models/acme/llama-7b?{query}").json
    assert set(doc) == {"_id", "id"} | keys


def test_security_status_is_what_we_know(held):
    doc = held.get("/api/models/acme/llama-7b?securityStatus=true").json
    assert doc["securityRepoStatus"] == {"scansDone": False, "filesWithIssues": []}


# --- what changes -----------------------------------------------------------------------

def test_a_new_card_counts_at_once_and_after_a_rebuild(house, tmp):
    """HEAD's revision counts; what the catalog derived is derived again."""
    first = {"README.md": b"---\nlicense: mit\ntags: [old]\n---\n"}
    house.add(models.write(tmp / "1", first), "acme/m")
    house.add(models.write(tmp / "o", first), "acme/other")
    old, = [m for m in house.get("/api/models?search=acme/m").json]
    assert names(house.get("/api/models?filter=old")) == ["acme/other", "acme/m"]
    time.sleep(1.1)  # dates are whole seconds
    second = {"README.md": b"---\nlicense: isc\ntags: [new]\n---\n", "x.gguf": b"x"}
    house.add(models.write(tmp / "2", second), "acme/m")
    before = [house.get(t).json for t in (
        "/api/models?full=true&cardData=true", "/api/models?filter=new", "/api/models?filter=old",
        "/api/models?search=other", f"/api/models/acme/m/revision/{old['sha']}?expand=tags")]
    assert [m["id"] for m in before[0]] == ["acme/m", "acme/other"]
    assert before[0][0]["cardData"]["license"] == "isc" and len(before[1]) == 1
    assert before[4]["tags"] == ["old", "license:mit"]
    house.stop()
    for path in house.data.glob("catalog.db*"):
        path.unlink()
    house.start()
    assert before == [house.get(t).json for t in (
        "/api/models?full=true&cardData=true", "/api/models?filter=new", "/api/models?filter=old",
        "/api/models?search=other", f"/api/models/acme/m/revision/{old['sha']}?expand=tags")]


LAUGHS = "a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n" + "".join(
    f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n" for p, c in zip("abcdefgh", "bcdefghi"))


def test_cards_that_mean_harm_are_taken_as_files(house, tmp):
    """What no card can be read of says nothing, and comes in all the same."""
    for i, (yaml, says) in enumerate([
            (LAUGHS + "license: mit", True), ("license: [mit", False), ("- mit", False),
            ("a: &x [*x]", False), ("x: " + "[" * 5000, False), ("license: mit\n\x00", False)]):
        files = {"README.md": f"---\n{yaml}\n---\n".encode()}
        house.add(models.write(tmp / str(i), files), f"acme/m{i}")
        doc = house.get(f"/api/models/acme/m{i}").json
        assert ("cardData" in doc) == says, yaml
        assert doc["tags"] == (["license:mit"] if says else []), yaml
        assert len(json.dumps(doc)) < 600_000
        assert names(house.get(f"/api/models?search=m{i}")) == [f"acme/m{i}"]
