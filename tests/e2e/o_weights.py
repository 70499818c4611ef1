"""What files of weights say of themselves: "safetensors" and "gguf" in a model's info."""
import json
import struct

import models
from house import until

MiB = 1 << 20


def info(house, name, query="?expand=safetensors&expand=gguf"):
    return house.get(f"/api/models/{name}{query}").json


def shard(entries, name="model.safetensors"):
    """A safetensors file: {tensor: (dtype, shape, bytes)}."""
    head, at = {}, 0
    for tensor, (dtype, shape, size) in entries.items():
        head[tensor] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + models.noise(at, len(text))


def test_one_file(shared):
    found = info(shared, "acme/small")
    n = 9 * MiB
    assert found["safetensors"] == {"parameters": {"U8": n}, "total": n}
    assert "gguf" not in found


def test_the_sum_over_all_shards(shared):
    n = 3 * 6 * MiB
    assert info(shared, "acme/sharded")["safetensors"] == {
        "parameters": {"U8": n}, "total": n, "sharded": True}


def test_said_unasked(shared):
    assert info(shared, "acme/small", "")["safetensors"]["total"] == 9 * MiB


def test_what_is_counted(house, tmp):
    house.add(models.write(tmp / "m", {
        "model.safetensors": shard({
            "a": ("BF16", [2, 3], 12), "scalar": ("F32", [], 4), "scale": ("F8_E8M0", [4], 4),
            "b": ("F32", [5], 20)}),
        # Not of the model: the same weights once more, as some publish them.
        "consolidated.safetensors": shard({"a": ("BF16", [2, 3], 12)})}), "acme/m")
    assert info(house, "acme/m")["safetensors"] == {
        "parameters": {"BF16": 6, "F32": 5}, "total": 11}


def test_gguf_files(house, tmp):
    house.add(models.quantized(tmp / "q"), "acme/q")
    house.add(models.write(tmp / "m", {
        f"m-Q8_0-0000{n}-of-00002.gguf": models.llama(n, kind=models.Q8_0) for n in (1, 2)}),
        "acme/parts")
    house.add(models.write(tmp / "n", {  # the same bytes, also by a wrong name
        "m.gguf": models.llama(), "model.safetensors": models.llama()}), "acme/n")
    for _ in range(2):
        twice = info(house, "acme/n")
        assert twice["gguf"]["total"] == 256 * 64 + 256 and "safetensors" not in twice
    found = info(house, "acme/q")
    assert found["gguf"] == {
        "total": 256 * (8 << 10) + 256, "architecture": "llama", "context_length": 2048,
        "chat_template": models.CHATML, "bos_token": "<s>", "eos_token": "</s>"}
    assert "safetensors" not in found
    assert info(house, "acme/parts")["gguf"]["total"] == 2 * (256 * 64 + 256)


INDEX = b'{"weight_map":{"a":"x.safetensors","b":"y.safetensors"}}'
ONE = shard({"a": ("U8", [1], 1)})
UNKNOWN = {
    "broken": {"model.safetensors": b"\x05\0\0\0\0\0\0\0{}"},
    "a-shard-missing": {"model.safetensors.index.json": INDEX, "x.safetensors": ONE},
    "a-shard-broken": {"model.safetensors.index.json": INDEX, "x.safetensors": ONE,
                       "y.safetensors": b"no header"},
    "which-of-two": {"a.safetensors": ONE, "b.safetensors": ONE},
    "broken-gguf": {"m.gguf": b"GGUF\2\0\0\0"},
    "a-part-missing": {"m-00001-of-00002.gguf": models.llama()},
    "none": {"config.json": b"{}"},
}


def test_nothing_is_said_of_what_is_not_known(house, tmp):
    for name, files in UNKNOWN.items():
        house.add(models.write(tmp / name, {"README.md": models.CARD, **files}), name)
    for _ in range(2):
        for name in UNKNOWN:
            found = info(house, name)
            assert "safetensors" not in found and "gguf" not in found, found


def test_many_shards_are_read_in_the_background(house, tmp):
    """Nobody waits for a hundred headers; who asks a little later has the sum."""
    n = 100
    names = [f"model-{i:05}-of-{n:05}.safetensors" for i in range(n)]
    files = {name: shard({f"t{i}": ("F32", [i + 1], 4 * (i + 1))}) for i, name in enumerate(names)}
    files["model.safetensors.index.json"] = json.dumps(
        {"weight_map": {f"t{i}": name for i, name in enumerate(names)}}).encode()
    house.add(models.write(tmp / "m", files), "acme/m")
    info(house, "acme/m")
    total = n * (n + 1) // 2
    until(lambda: "safetensors" in info(house, "acme/m"))
    assert info(house, "acme/m")["safetensors"] == {
        "parameters": {"F32": total}, "total": total, "sharded": True}


def test_read_once_and_kept(house, tmp):
    """After the first question nobody opens the file for its header again, broken ones
    included: the file can be gone.  A catalog made again has it read again."""
    house.add(models.quantized(tmp / "q"), "acme/q")
    house.add(models.write(tmp / "m", {"model.safetensors": b"\x05\0\0\0\0\0\0\0{}"}), "acme/m")
    before = info(house, "acme/q")["gguf"]
    house.weigh("rebuild")
    assert info(house, "acme/q")["gguf"] == before
    assert "safetensors" not in info(house, "acme/m")
    house.stop()
    for path in house.blobs().values():
        path.unlink()
    house.start()
    assert info(house, "acme/q")["gguf"] == before
    assert "safetensors" not in info(house, "acme/m")


def test_in_a_list(shared):
    def found():
        return {m["id"]: m for m in shared.get("/api/models?expand=safetensors").json}

    until(lambda: "safetensors" in found()["acme/sharded"])
    assert "safetensors" not in found()["solo"]
