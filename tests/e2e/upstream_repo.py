"""Repositories as a Hub or a forge has them: commits, trees and LFS pointers, written as
git packs by these few lines, so that hostile ones can be made as well as good ones.

    repo = Repo(tmp / "git", "acme/m", {"README.md": b"...", "w.safetensors": b"..."})
    repo.commit({...})              # the branch moves; the older commit can still be read
"""
import hashlib
import os
import struct
import subprocess
import zlib
from pathlib import Path

LFS_ENDS = (".safetensors", ".bin", ".gguf", ".h5", ".msgpack", ".pt", ".onnx")
LFS_SIZE = 10 << 20
RULES = "".join(f"*{end} filter=lfs diff=lfs merge=lfs -text\n" for end in LFS_ENDS).encode()
DATE = 1767322984  # of the first commit; each later one comes an hour after
COMMIT, TREE, BLOB = 1, 2, 3
NAMES = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob"}


class File:
    """One file of a revision; `data` is bytes, or the path of a file that has them."""

    def __init__(self, path, data, lfs=None):
        self.path, self.data = path, data
        self.size = data.stat().st_size if isinstance(data, Path) else len(data)
        self.lfs = (path.endswith(LFS_ENDS) or self.size > LFS_SIZE) if lfs is None else lfs
        self.sha256 = digest(data) if self.lfs else None
        self.pointer = (f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\n"
                        f"size {self.size}\n").encode() if self.lfs else None
        self.git = git_id(BLOB, self.in_git())

    def in_git(self):
        if self.lfs:
            return self.pointer
        return self.data.read_bytes() if isinstance(self.data, Path) else self.data

    @property
    def etag(self):
        return f'"{self.sha256 or self.git.hex()}"'


def digest(data):
    if not isinstance(data, Path):
        return hashlib.sha256(data).hexdigest()
    with open(data, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def git_id(kind, data):
    return hashlib.sha1(b"%s %d\0" % (NAMES[kind], len(data)) + data).digest()


class Pack:
    """Whole objects in a row (git's gitformat-pack), for git index-pack to take in."""

    def __init__(self):
        self.objects = {}

    def add(self, kind, data):
        name = git_id(kind, data)
        if name not in self.objects:
            self.objects[name] = self.head(kind, len(data)) + zlib.compress(data, 1)
        return name

    @staticmethod
    def head(kind, size):
        byte, size, out = kind << 4 | size & 15, size >> 4, b""
        while size:
            out += bytes([byte | 0x80])
            byte, size = size & 0x7f, size >> 7
        return out + bytes([byte])

    def bytes(self):
        body = b"".join([struct.pack(">4sII", b"PACK", 2, len(self.objects)),
                         *self.objects.values()])
        return body + hashlib.sha1(body).digest()


class Repo:
    """A bare repository below `root`, and what the Hub's routes tell of it.

    `git`: is git offered?  `tokens`: who may read it, None is anybody; `gated` says
    what others are told."""

    def __init__(self, root, name, files, kind="models", git=True, tokens=None, gated=False):
        self.name, self.kind, self.git = name, kind, git
        self.tokens, self.gated, self.gone = tokens, gated, False
        self.folder = Path(root) / kind / f"{name}.git"
        for sub in ("objects/pack", "refs/heads", "refs/tags"):
            (self.folder / sub).mkdir(parents=True)
        (self.folder / "HEAD").write_text("ref: refs/heads/main\n")
        (self.folder / "config").write_text(
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
            "[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true\n")
        self.revisions = {}  # commit id -> {path: File}, as git sorts them
        self.dates, self.parents = {}, {}
        self.branches, self.tags = {}, {}
        self.trees = {}      # commit id -> {folder: id of its tree}
        self.commit(files)

    def commit(self, files, branch="main", message="as it is"):
        """A new revision with these files ({path: bytes or Path}, or a folder)."""
        files = as_files(files)
        if ".gitattributes" not in files:
            files[".gitattributes"] = RULES
        listed = {p: d if isinstance(d, File) else File(p, d) for p, d in files.items()}
        pack, trees = Pack(), {}
        tree = self.write_tree(pack, nest(listed), "", trees)
        date = DATE + 3600 * len(self.revisions)
        parent = self.branches.get(branch)
        who = f"Ada <ada@hub.example> {date} +0000"
        text = f"tree {tree.hex()}\n" + (f"parent {parent}\n" if parent else "")
        text += f"author {who}\ncommitter {who}\n\n{message}\n"
        commit = pack.add(COMMIT, text.encode()).hex()
        subprocess.run(["git", "index-pack", "--stdin"], cwd=self.folder, check=True,
                       input=pack.bytes(), stdout=subprocess.DEVNULL)
        self.revisions[commit] = dict(sorted(listed.items(), key=lambda i: i[0].encode()))
        self.dates[commit], self.parents[commit], self.trees[commit] = date, parent, trees
        self.point(f"refs/heads/{branch}", commit)
        self.branches[branch] = commit
        return commit

    def tag(self, name, commit=None):
        self.tags[name] = commit or self.head
        self.point(f"refs/tags/{name}", self.tags[name])

    def point(self, ref, commit):
        at = self.folder / ref
        at.parent.mkdir(parents=True, exist_ok=True)
        at.with_name(at.name + ".new").write_text(commit + "\n")
        os.replace(at.with_name(at.name + ".new"), at)

    @property
    def head(self):
        return self.branches["main"]

    @property
    def files(self):
        return self.revisions[self.head]

    def find(self, rev):
        """The commit that a branch, tag, full ref or id means, or None."""
        if rev in self.revisions:
            return rev
        if rev in ("", "HEAD"):
            return self.head
        name = rev.removeprefix("refs/heads/").removeprefix("refs/tags/")
        return self.branches.get(name) or self.tags.get(name)

    def lfs_object(self, oid):
        for files in self.revisions.values():
            for f in files.values():
                if f.sha256 == oid:
                    return f
        return None

    def lfs_bytes(self, commit=None):
        """Of all large files of a revision, each content once: what must be fetched."""
        files = self.revisions[commit or self.head].values()
        return sum({f.sha256: f.size for f in files if f.lfs}.values())

    def write_tree(self, pack, level, at, trees):
        entries = []
        for name, what in level.items():
            inside = f"{at}/{name}" if at else name
            if isinstance(what, dict):
                entries.append((name.encode() + b"/", b"40000",
                                self.write_tree(pack, what, inside, trees)))
            else:
                entries.append((name.encode(), b"100644", pack.add(BLOB, what.in_git())))
        data = b"".join(mode + b" " + name.rstrip(b"/") + b"\0" + oid
                        for name, mode, oid in sorted(entries))
        trees[at] = pack.add(TREE, data)
        return trees[at]


def as_files(files):
    if isinstance(files, (str, Path)):
        root = Path(files)
        return {str(p.relative_to(root)): p for p in sorted(root.rglob("*")) if p.is_file()}
    return dict(files)


def nest(files):
    """{path: File} as folders within folders."""
    top = {}
    for path, f in files.items():
        *folders, name = path.split("/")
        level = top
        for folder in folders:
            level = level.setdefault(folder, {})
        level[name] = f
    return top
