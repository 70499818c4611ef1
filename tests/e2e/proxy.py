"""A server between weigh and weighd that lies, stalls or hangs up, as told."""
import re
import socket
import threading


class Proxy:
    """Passes each request on over a connection of its own.

    `tamper(target, head, body)` may answer another body.  `stall_after`: bytes
    of bodies of /resolve/ after which it says nothing more until `go` is set.
    `asked` collects (target, Range header or None)."""

    def __init__(self, port, tamper=None, stall_after=None, cut_after=None):
        self.upstream, self.tamper = port, tamper
        self.stall_after, self.cut_after = stall_after, cut_after
        self.passed, self.asked = 0, []
        self.stalled, self.go = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.go.set()
        self.server.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def accept(self):
        while True:
            try:
                s, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, client):
        try:
            with client:
                while self.one(client):
                    pass
        except OSError:
            pass  # weigh hung up or was killed

    def one(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(65536)
            if not piece:
                return False
            head += piece
        target = head.split(b" ")[1].decode()
        m = re.search(rb"\r\nrange: *([^\r]*)", head, re.I)
        with self.lock:
            self.asked.append((target, m[1].decode() if m else None))
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=20) as up:
            up.sendall(re.sub(rb"\r\n(?i:connection): [^\r]*", b"", head)
                       .replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            answer = b""
            while piece := up.recv(1 << 20):
                answer += piece
        top, _, body = answer.partition(b"\r\n\r\n")
        if self.tamper and body:
            body = self.tamper(target, top, body)
        client.sendall(top + b"\r\n\r\n")
        self.send(client, target, body)
        return False  # weighd said Connection: close, and so do we

    def send(self, client, target, body):
        for i in range(0, len(body), 65536):
            piece = body[i:i + 65536]
            if "/resolve/" in target:
                with self.lock:
                    self.passed += len(piece)
                    passed = self.passed
                if self.stall_after is not None and passed > self.stall_after:
                    self.stalled.set()
                    self.go.wait(60)
                    return
                if self.cut_after is not None and passed > self.cut_after:
                    self.cut_after = None  # once
                    return
            client.sendall(piece)
