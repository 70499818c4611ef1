"""The shapes of very large repositories: every file of theirs by name, the large ones
shrunk, so that a job has as many files as the real one and few bytes.

    Hub(tmp, {"deepseek-ai/DeepSeek-R1": shape("deepseek-ai/DeepSeek-R1", 50_000)})

Names, counts and totals are the published ones; the size of a single shard may be off
by a few percent, small files are rounded."""
import hashlib
import json
import struct

DENSE, SPARSE = 4_302_000_000, 1_755_190_680  # of DeepSeek-R1's shards

SHAPES = {
    "deepseek-ai/DeepSeek-R1": dict(
        license="mit",
        shards=[5_234_139_343, *[DENSE] * 10, 1_398_748_839, *[DENSE] * 21,
                *[SPARSE, *[DENSE] * 21] * 4, SPARSE, *[DENSE] * 18, 3_149_041_845,
                *[4_290_467_458] * 18, 5_210_000_017, *[4_395_000_000] * 2, 6_634_430_065],
        files={".gitattributes": 1519, "LICENSE": 1064, "README.md": 18582, "config.json": 1730,
               "configuration_deepseek.py": 10556, "figures/benchmark.jpg": 777314,
               "generation_config.json": 171, "model.safetensors.index.json": 8898324,
               "modeling_deepseek.py": 75769, "tokenizer.json": 7847602,
               "tokenizer_config.json": 3584}),
    "moonshotai/Kimi-K2.5": dict(
        license="other",
        shards=[995_001_896, *[9_809_047_544] * 9, *[9_809_051_008] * 51, 4_697_635_184,
                108_556_376, 833_769_936],
        files={".gitattributes": 1600, "LICENSE": 1463, "README.md": 30000,
               "THIRD_PARTY_NOTICES.md": 17000, "chat_template.jinja": 3900,
               "config.json": 4500, "configuration_deepseek.py": 10652,
               "configuration_kimi_k25.py": 5000, "docs/deploy_guidance.md": 5000,
               "figures/demo_video.mp4": 270_000_000, "figures/kimi-logo.png": 87988,
               "generation_config.json": 52, "kimi_k25_processor.py": 7000,
               "kimi_k25_vision_processing.py": 12000, "media_utils.py": 13000,
               "model.safetensors.index.json": 23_597_439, "modeling_deepseek.py": 75769,
               "modeling_kimi_k25.py": 48000, "preprocessor_config.json": 850,
               "tiktoken.model": 2_795_286, "tokenization_kimi.py": 12000,
               "tokenizer_config.json": 3400, "tool_declaration_ts.py": 17000}),
}
LARGE = 1_000_000  # bytes; what is larger is shrunk


def shape(name, factor):
    """{path: bytes}: shards and other large files have a `factor`-th of their size, at
    least 512 bytes, and each its own bytes, the same on every run."""
    told = SHAPES[name]
    count = len(told["shards"])
    files, weights = {}, {}
    for i, size in enumerate(told["shards"], 1):
        path = f"model-{i:05}-of-{count:05}.safetensors"
        tensor = f"model.layers.{i - 1}.weight"
        files[path] = safetensors(name, path, tensor, max(512, size // factor))
        weights[tensor] = path
    for path, size in told["files"].items():
        files[path] = small(name, path, size if size <= LARGE else max(512, size // factor))
    files["README.md"] = f"---\nlicense: {told['license']}\n---\n# {name}\n".encode()
    files["config.json"] = b'{"model_type": "deepseek_v3"}\n'
    files[".gitattributes"] = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"
    files["model.safetensors.index.json"] = json.dumps(
        {"metadata": {"total_size": sum(told["shards"]) // factor}, "weight_map": weights}).encode()
    return files


def noise(name, path, size):
    return hashlib.shake_128(f"{name}/{path}".encode()).digest(size)


def safetensors(name, path, tensor, size):
    """One U8 tensor; the file has about `size` bytes."""
    count = max(1, size - 128)
    head = json.dumps({tensor: {"dtype": "U8", "shape": [count],
                                "data_offsets": [0, count]}}).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + noise(name, path, count)


def small(name, path, size):
    if path.endswith(".json"):
        return b"{}" + b" " * max(0, size - 2)
    if path.endswith((".md", ".py", ".jinja")) or "." not in path:
        return b"# line\n" * (size // 7) + b"\n" * (size % 7)
    return noise(name, path, size)
