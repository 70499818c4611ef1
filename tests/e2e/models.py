"""Small model folders, the same bytes on every run."""
import json
import random
import shutil
import struct
from pathlib import Path

MiB = 1 << 20


def noise(size, seed=0):
    return random.Random(seed).randbytes(size)


def safetensors(size, seed=0, name="w"):
    """A well-formed safetensors file with `size` bytes of one U8 tensor."""
    head = json.dumps({name: {"dtype": "U8", "shape": [size],
                              "data_offsets": [0, size]}}).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + noise(size, seed)


def write(folder, files):
    for path, data in files.items():
        p = Path(folder) / path
        p.parent.mkdir(parents=True, exist_ok=True)
        p.write_bytes(data)
    return Path(folder)


def remove(folder):
    shutil.rmtree(folder)


CARD = b"---\nlicense: apache-2.0\n---\n# Small\n"


def small(folder, seed=0, weights=9 * MiB):
    """A card, a config, one weights file of three segments, and the odd ones: an
    empty file, a dot-file, a folder, a name that needs escaping."""
    return write(folder, {
        "README.md": CARD,
        "config.json": b'{"model_type":"small"}\n',
        "model.safetensors": safetensors(weights, seed),
        "empty.txt": b"",
        ".hidden": b"published too\n",
        "sub/deeper/notes.txt": b"notes\n",
        "sub/a b#c%d+\xc3\xa9.txt".encode("latin-1").decode("utf-8"): b"odd name\n",
    })


def tiny(folder, seed=0):
    """Two files, nothing big."""
    return write(folder, {"README.md": CARD, "w.bin": noise(70000, seed)})


def sharded(folder, seed=0, shards=3, size=6 * MiB):
    """A safetensors model in shards, the way transformers saves it: each shard
    is more than one 4 MiB segment."""
    names = [f"model-{i + 1:05}-of-{shards:05}.safetensors" for i in range(shards)]
    files = {n: safetensors(size, seed * 100 + i, f"layer.{i}.weight")
             for i, n in enumerate(names)}
    files["model.safetensors.index.json"] = json.dumps({
        "metadata": {"total_size": shards * size},
        "weight_map": {f"layer.{i}.weight": n for i, n in enumerate(names)},
    }, indent=2).encode()
    files["config.json"] = b'{"model_type":"sharded"}\n'
    files["README.md"] = CARD
    return write(folder, files)
