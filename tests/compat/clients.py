"""The real clients, run as their users run them: each in a process of its own, with
a home of its own, told of nothing but HF_ENDPOINT.

What they are asked to do is a few lines of their own language.  Those lines answer by
`say(...)`; what they raise or throw comes back as Failed."""
import copy
import inspect
import json
import os
import subprocess
import textwrap
from pathlib import Path

from house import BUILD, Result, clean_env, run

CLIENTS = BUILD / "compat"
PATIENCE = 90  # seconds for one client; they retry on their own for about that long
DEAD_END = "http://127.0.0.1:9"  # a proxy that is not there: nobody talks to anybody else


class Failed(Exception):
    """What a client raised: the name of its class, those of its bases, its words."""

    def __init__(self, kind, bases, message):
        super().__init__(f"{kind}: {message}")
        self.kind, self.bases, self.message = kind, bases, message


def missing(name):
    """Why a client is not installed, or None."""
    why = CLIENTS / f"{name}.why"
    if why.exists():
        return f"{name}: {why.read_text().strip()}"
    if not (CLIENTS / f"{name}.pins").exists():
        return f"{name} is not installed; run: make compat"
    return None


class Client:
    """A client's home and environment.  `url` is where it believes the Hub is."""

    values = {}  # what every piece of code is given

    def __init__(self, home, url, **more):
        self.home = Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.url = url
        self.env = clean_env(
            self.home, HF_ENDPOINT=url, HF_HOME=str(self.home / "hf"),
            HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_UPDATE_CHECK="1",
            HTTP_PROXY=DEAD_END, HTTPS_PROXY=DEAD_END, NO_PROXY="127.0.0.1", **more)
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
            self.env[name.lower()] = self.env[name]

    def run(self, *argv, cwd=None, code=0, timeout=PATIENCE):
        """A command line; its exit status is `code` (None: any)."""
        r = run(*argv, env=self.env, timeout=timeout, cwd=cwd or self.home)
        assert code is None or r.code == code, r
        return r

    # What a subclass knows: `command`, argv of an interpreter that reads lines of
    # code from its standard input, and `program`, those lines with what they need.

    def start(self, code, **values):
        """Begin to run lines of code; see `finish`."""
        values = {**self.values, **values}
        p = subprocess.Popen([str(a) for a in self.command], env=self.env, cwd=self.home,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, errors="replace")
        p.stdin.write(self.program(inspect.cleandoc(code), values))
        p.stdin.close()
        p.stdin = None
        return p

    def finish(self, p, timeout=PATIENCE):
        """What the lines said.  What they printed stays in `self.last`."""
        try:
            out, err = p.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            p.kill()
            out, err = p.communicate()
            raise AssertionError(f"no end within {timeout} s\n{out}\n{err}") from None
        self.last = Result(p.returncode, out, err)
        said = [line[1:] for line in out.split("\n") if line.startswith("\x1e")]
        assert said, self.last
        answer = json.loads(said[-1])
        if "raised" in answer:
            raise Failed(**answer["raised"])
        return answer["said"]

    def __call__(self, code, **values):
        return self.finish(self.start(code, **values))


class Hub(Client):
    """huggingface_hub in one of its versions, hf_xet beside it."""

    PRELUDE = """
import json, sys
import huggingface_hub
from huggingface_hub import *
values = json.loads({values!r})
globals().update(values)
api = HfApi()
answer = {{"said": None}}
def say(what):
    answer["said"] = what
try:
{code}
except BaseException as e:
    answer = {{"raised": {{"kind": type(e).__name__, "message": str(e),
                        "bases": [c.__name__ for c in type(e).__mro__]}}}}
print("\\n\\x1e" + json.dumps(answer, default=str))
"""

    def __init__(self, name, home, url, **more):
        super().__init__(home, url, **more)
        self.name = name
        self.bin = CLIENTS / name / "bin"
        self.command = [self.bin / "python", "-"]
        self.cache = self.home / "hf/hub"
        self.new = name == "new"

    def program(self, code, values):
        return self.PRELUDE.format(values=json.dumps(values, default=str),
                                   code=textwrap.indent(code, "    "))

    def at(self, url):
        """The same client with the same home, led to another address."""
        other = copy.copy(self)
        other.url, other.env = url, {**self.env, "HF_ENDPOINT": url}
        return other

    def cli(self, *args, **kw):
        """`hf`; 0.x calls it huggingface-cli as well."""
        return self.run(self.bin / "hf", *args, **kw)


class Js(Client):
    """@huggingface/hub in node."""

    PRELUDE = """
import * as hub from "@huggingface/hub";
const values = {values};
const hubUrl = {url};
const all = async (things) => {{ const a = []; for await (const x of things) a.push(x); return a; }};
const sha256 = async (blob) => (await import("node:crypto")).createHash("sha256")
  .update(Buffer.from(await blob.arrayBuffer())).digest("hex");
let answer = {{ said: null }};
const say = (what) => {{ answer = {{ said: what ?? null }}; }};
try {{
{code}
}} catch (e) {{
  answer = {{ raised: {{ kind: e?.constructor?.name ?? "Error", message: String(e?.message ?? e),
    bases: [String(e?.statusCode ?? ""), String(e?.cause ?? "")] }} }};
}}
console.log("\\n\\x1e" + JSON.stringify(answer));
"""

    def __init__(self, home, url, **more):
        super().__init__(home, url, **more)
        self.folder = CLIENTS / "js"
        self.command = ["node", "--input-type=module", "-"]

    def start(self, code, **values):
        home, self.home = self.home, self.folder  # where node looks for packages
        try:
            return super().start(code, **values)
        finally:
            self.home = home

    def program(self, code, values):
        return self.PRELUDE.format(values=json.dumps(values, default=str),
                                   url=json.dumps(self.url), code=code)
