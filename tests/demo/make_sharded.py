#!/usr/bin/env python3
"""make_sharded.py DIR: write a small safetensors model in three shards, the way
transformers saves one.  The same bytes on every machine; standard library only."""
import json
import struct
import sys
from pathlib import Path

SHARDS = 3
ROWS, COLUMNS = 1536, 1024  # of float32: 6 MiB a shard, so two 4 MiB segments


def numbers(seed, count):
    """`count` float32 between -1 and 1, from a 32-bit xorshift generator."""
    x = seed * 2654435761 % 2**32 or 1
    values = []
    for _ in range(count):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        values.append(x / 2**31 - 1)
    return struct.pack(f"<{count}f", *values)


def shard(tensor, seed):
    """The bytes of a safetensors file with one tensor (length, JSON, data)."""
    data = numbers(seed, ROWS * COLUMNS)
    head = json.dumps({
        "__metadata__": {"format": "pt"},
        tensor: {"dtype": "F32", "shape": [ROWS, COLUMNS], "data_offsets": [0, len(data)]},
    }, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    where, total = {}, 0
    for i in range(1, SHARDS + 1):
        name = f"model-{i:05}-of-{SHARDS:05}.safetensors"
        tensor = f"model.layers.{i - 1}.weight"
        (folder / name).write_bytes(shard(tensor, i))
        where[tensor] = name
        total += ROWS * COLUMNS * 4
    index = {"metadata": {"total_size": total}, "weight_map": where}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    (folder / "config.json").write_text('{"model_type": "tiny-sharded", "layers": 3}\n')
    (folder / "README.md").write_text(
        "---\nlicense: cc0-1.0\n---\n# tiny-sharded\n\n"
        "Numbers from a generator, in three shards. It predicts nothing.\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
