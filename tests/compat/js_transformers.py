"""transformers.js loads a tokenizer and a config from the mirror.  No model runs."""
import json

import pytest

import models
from clients import Js, missing

TOKENIZER = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
    "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": None, "decoder": None,
    "model": {"type": "WordLevel", "unk_token": "[UNK]",
              "vocab": {"[UNK]": 0, "weigh": 1, "the": 2, "house": 3}},
}


@pytest.fixture
def transformers(held_by_all, tmp):
    why = missing("js")
    if why:
        pytest.skip(why)
    if "acme/words" not in held_by_all.sha:
        folder = models.write(held_by_all.tmp / "words", {
            "README.md": models.CARD,
            "config.json": json.dumps({"model_type": "bert", "vocab_size": 4}).encode(),
            "tokenizer.json": json.dumps(TOKENIZER).encode(),
            "tokenizer_config.json": b'{"tokenizer_class":"PreTrainedTokenizerFast","unk_token":"[UNK]"}',
        })
        held_by_all.sha["acme/words"] = held_by_all.add(folder, "acme/words")["revision"]
    return Js(tmp / "home", held_by_all.url)


LOAD = """
const { AutoTokenizer, AutoConfig, env } = await import("@huggingface/transformers");
env.remoteHost = hubUrl;
env.allowLocalModels = false;
env.cacheDir = values.cache;
const tokenizer = await AutoTokenizer.from_pretrained("acme/words", values.how);
const config = await AutoConfig.from_pretrained("acme/words", values.how);
say([tokenizer.encode("Weigh the house"), config.model_type]);
"""


@pytest.mark.parametrize("how", [{}, {"revision": "refs/heads/main"}])
def test_tokenizer_and_config(transformers, tmp, how):
    assert transformers(LOAD, cache=tmp / "cache", how=how) == [[1, 2, 3], "bert"]


def test_warm(transformers, tmp, relay):
    by_relay = Js(tmp / "h2", relay.url)
    by_relay(LOAD, cache=tmp / "cache", how={})
    assert relay.file_bytes() > 0
    relay.fresh()
    assert by_relay(LOAD, cache=tmp / "cache", how={}) == [[1, 2, 3], "bert"]
    assert relay.file_bytes() == 0, relay.asked
