"""The requests by which the Hub's clients publish, one function a request, as
huggingface_hub and @huggingface/hub send them: a Publisher is a token and a
repository."""
import base64
import hashlib
import json
import urllib.parse

LFS = "application/vnd.git-lfs+json"
HEADER = {"key": "header", "value": {"summary": "upload", "description": ""}}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def file_line(path, data):
    return {"key": "file", "value": {"content": base64.b64encode(data).decode(),
                                     "path": path, "encoding": "base64"}}


def lfs_line(path, data):
    return {"key": "lfsFile", "value": {"path": path, "algo": "sha256",
                                        "oid": sha256(data), "size": len(data)}}


def deleted_line(path, kind="deletedFile"):
    return {"key": kind, "value": {"path": path}}


class Publisher:
    def __init__(self, house, token, repo="acme/demo", kind="models"):
        self.house, self.token, self.repo, self.kind = house, token, repo, kind

    # --- one request each -----------------------------------------------------

    def ask(self, method, target, body=None, **headers):
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content_Type", "application/json")
        return self.house.ask(method, target, body, **headers)

    def api(self, method, rest, body=None, **headers):
        return self.ask(method, f"/api/{self.kind}/{self.repo}/{rest}", body, **headers)

    def preupload(self, files, rev="main", **more):
        body = {"files": [{"path": p, "size": len(d), "sample": base64.b64encode(d[:512]).decode()}
                          for p, d in files.items()], **more}
        return self.api("POST", f"preupload/{rev}", body)

    def batch(self, *objects, transfers=("basic", "multipart"), operation="upload"):
        """Objects are bytes, or (oid, size)."""
        pairs = [(sha256(o), len(o)) if isinstance(o, bytes) else o for o in objects]
        prefix = "" if self.kind == "models" else f"{self.kind}/"
        return self.ask("POST", f"/{prefix}{self.repo}.git/info/lfs/objects/batch",
                        {"operation": operation, "transfers": list(transfers),
                         "hash_algo": "sha256", "ref": {"name": "main"},
                         "objects": [{"oid": o, "size": n} for o, n in pairs]},
                        Accept=LFS, Content_Type=LFS)

    def put(self, href, data, **headers):
        """To the URL alone: clients send no Authorization with it."""
        return self.house.ask("PUT", self.path(href), data, **headers)

    def complete(self, href, oid, etags):
        body = {"oid": oid, "parts": [{"partNumber": n, "etag": e} for n, e in etags.items()]}
        return self.house.ask("POST", self.path(href), json.dumps(body).encode(), Content_Type=LFS)

    def verify(self, href, data):
        return self.ask("POST", self.path(href), {"oid": sha256(data), "size": len(data)})

    def commit(self, *lines, rev="main", query="", header=HEADER):
        body = b"".join(json.dumps(line).encode() + b"\n" for line in [header, *lines])
        return self.api("POST", f"commit/{rev}{query}", body, Content_Type="application/x-ndjson")

    # --- and together -----------------------------------------------------------

    def path(self, href):
        url = urllib.parse.urlsplit(href)
        assert url.netloc == f"127.0.0.1:{self.house.port}", href
        return url.path + "?" + url.query if url.query else url.path

    def actions(self, data, **more):
        """What the batch says of one object; None: it is held already."""
        answer = self.batch(data, **more)
        assert answer.status == 200, answer
        assert answer["Content-Type"] == LFS, answer
        (one,) = json.loads(answer.body)["objects"]
        assert one["oid"] == sha256(data) and one["size"] == len(data), one
        assert "error" not in one, one
        return one.get("actions")

    def upload(self, data):
        actions = self.actions(data, transfers=["basic"])
        if actions is None:
            return
        assert self.put(actions["upload"]["href"], data).status == 200
        assert self.verify(actions["verify"]["href"], data).status == 200

    def head(self, rev="main"):
        return self.api("GET", f"revision/{rev}").json["sha"]

    def files(self, rev="main"):
        tree = self.api("GET", f"tree/{rev}?recursive=true").json
        return {e["path"]: e for e in tree if e["type"] == "file"}

    def read(self, path, rev="main"):
        prefix = "" if self.kind == "models" else f"{self.kind}/"
        return self.ask("GET", f"/{prefix}{self.repo}/resolve/{rev}/{path}")
