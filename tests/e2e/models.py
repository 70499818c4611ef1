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


# --- GGUF -----------------------------------------------------------------------

GGUF_U32, GGUF_STRING, GGUF_ARRAY, GGUF_U64 = 4, 8, 9, 10
F32, Q8_0, Q4_K = 0, 8, 12
BLOCK = {F32: (1, 4), Q8_0: (32, 34), Q4_K: (256, 144)}
CHATML = ("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
          "{% endfor %}<|im_start|>assistant\n")


def gguf_string(text):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf_value(value):
    """(type, bytes): an int is a u32, or with (n, GGUF_U64) what it says."""
    if isinstance(value, tuple):
        return value[1], struct.pack("<Q" if value[1] == GGUF_U64 else "<I", value[0])
    if isinstance(value, int):
        return GGUF_U32, struct.pack("<I", value)
    if isinstance(value, list):
        return GGUF_ARRAY, (struct.pack("<IQ", GGUF_STRING, len(value))
                            + b"".join(gguf_string(v) for v in value))
    return GGUF_STRING, gguf_string(value)


def gguf(pairs, tensors, seed=0, align=32):
    """A well-formed GGUF file: pairs {key: value}, tensors {name: (type, dims)}."""
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(pairs))
    for key, value in pairs.items():
        kind, data = gguf_value(value)
        head += gguf_string(key) + struct.pack("<I", kind) + data
    offset, size = 0, 0
    for name, (kind, dims) in tensors.items():
        elements = 1
        for d in dims:
            elements *= d
        block, nbytes = BLOCK[kind]
        head += gguf_string(name) + struct.pack("<I", len(dims))
        head += b"".join(struct.pack("<Q", d) for d in dims)
        head += struct.pack("<IQ", kind, offset)
        size = offset + elements // block * nbytes
        offset = size + -size % align
    return head + b"\0" * (-len(head) % align) + noise(offset, seed)


def llama(seed=0, file_type=15, template=CHATML, kind=Q4_K, rows=64, **more):
    """What llama.cpp would call a model: a few tensors, a tokenizer, a template."""
    pairs = {"general.architecture": "llama", "general.name": "small",
             "general.size_label": "7B", "general.file_type": file_type,
             "llama.context_length": 2048,
             "tokenizer.ggml.tokens": ["<unk>", "<s>", "</s>", "hello"],
             "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2, **more}
    if template is not None:
        pairs["tokenizer.chat_template"] = template
    return gguf(pairs, {"token_embd.weight": (kind, (256, rows)),
                        "output_norm.weight": (F32, (256,))}, seed)


LICENSE_TEXT = b"A license of a few words.\n"


def quantized(folder, seed=0):
    """A repository of GGUF files as people upload them."""
    return write(folder, {
        "README.md": CARD,
        "LICENSE": LICENSE_TEXT,
        "small-Q4_K_M.gguf": llama(seed, rows=8 << 10),
        "small-Q8_0.gguf": llama(seed + 1, 7, kind=Q8_0),
        "small-UD-Q4_K_XL.gguf": llama(seed + 2),
        "small-F32-00001-of-00002.gguf": llama(seed + 3, 0, kind=F32),
        "small-F32-00002-of-00002.gguf": llama(seed + 4, 0, kind=F32),
    })
