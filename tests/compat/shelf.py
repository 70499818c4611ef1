"""What the mirror holds that every client reads."""
import models

ODD = {  # names that have to be escaped somewhere
    "a b.txt": b"a blank\n",
    "a+b.txt": b"a plus\n",
    "a%20b.txt": b"looks escaped\n",
    "100%.txt": b"a stray percent\n",
    "sh#arp.txt": b"a fragment\n",
    "wh?y.txt": b"a query\n",
    "am&p=x.txt": b"a form\n",
    "quo'te\".txt": b"quotes\n",
    "-dash.txt": b"an option\n",
    "b[0].txt": b"a pattern\n",
    "caf\u00e9 \u6a21\u578b.txt": b"unicode\n",
    "sub folder/de+ep/x #1.bin": models.noise(70000, 7),
}
MANY = 2500  # files: three pages of the tree


RULES = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n" \
        b"*.bin filter=lfs diff=lfs merge=lfs -text\n"


def fill(house, folder):
    """house.folder: where each repository came from; house.sha: its revision.  All but
    acme/sharded and acme/many have .gitattributes, as what comes from the Hub."""
    house.folder = {
        "acme/small": models.small(folder / "small"),
        "acme/sharded": models.sharded(folder / "sharded"),
        "acme/odd": models.write(folder / "odd", {"README.md": models.CARD, **ODD}),
        "acme/many": models.write(folder / "many", {
            f"d{i // 500}/f{i:04}.txt": b"%d\n" % i for i in range(MANY)}),
        "acme/big": models.write(folder / "big", {"w.bin": models.noise(40 << 20, 3)}),
        "acme/small-gguf": models.quantized(folder / "quantized"),
        "datasets/acme/rows": models.tiny(folder / "rows", 1),
        "spaces/acme/app": models.tiny(folder / "app", 4),
        "solo": models.tiny(folder / "solo", 2),
    }
    for name, at in house.folder.items():
        if name not in ("acme/sharded", "acme/many"):
            models.write(at, {".gitattributes": RULES})
    house.sha = {name: house.add(path, name)["revision"]
                 for name, path in house.folder.items()}
    other = models.write(folder / "other", {"README.md": models.CARD, "other.txt": b"branch\n"})
    house.sha["acme/small", "dev/feature-1"] = house.add(
        other, "acme/small", "--revision", "dev/feature-1")["revision"]
