"""Between a client and weighd: counts what is asked and what is answered, and stalls
or hangs up when told.  It stays where it is when weighd is killed and comes back."""
import re
import socket
import threading

CLOSE = re.compile(rb"\r\n(?i:connection|keep-alive):[^\r]*")


class Asked:
    """One request and what became of it."""

    def __init__(self, head):
        self.method, self.target = head.split(b" ")[:2]
        self.method, self.target = self.method.decode(), self.target.decode("latin-1")
        found = re.search(rb"\r\nrange: *([^\r]*)", head, re.I)
        self.range = found[1].decode() if found else None
        self.status, self.body = None, 0  # bytes of the answer's body

    def __repr__(self):
        return f"{self.method} {self.target} {self.range or ''} -> {self.status} ({self.body} bytes)"


class Relay:
    """Listens on a port of its own; each request gets a connection of its own.

    `stall_after`: bytes of file bodies after which it passes on nothing more until
    `go` is set; then `stalled` is.  `stall_up`: the same of what is sent by PUT."""

    def __init__(self, house):
        self.house = house
        self.asked = []
        self.stall_after = self.stall_up = None
        self.passed = self.sent = 0
        self.stalled, self.go = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go.set()
        self.server.close()
        xet = [a for a in self.asked if "xet" in a.target.lower()]
        assert not xet, f"a client entered Xet: {xet}"

    def fresh(self):
        """Count from here on."""
        with self.lock:
            self.asked, self.passed, self.sent = [], 0, 0

    def of(self, method=None, part=""):
        with self.lock:
            return [a for a in self.asked
                    if (method is None or a.method == method) and part in a.target]

    def file_bytes(self):
        return sum(a.body for a in self.of("GET", "/resolve/"))

    def accept(self):
        while True:
            try:
                s, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, client):
        try:
            with socket.create_connection(("127.0.0.1", self.house.port)) as up:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = client.recv(65536)
                    if not piece:
                        return
                    head += piece
                head, _, rest = head.partition(b"\r\n\r\n")
                asked = Asked(head)
                with self.lock:
                    self.asked.append(asked)
                up.sendall(CLOSE.sub(b"", head) + b"\r\nConnection: close\r\n\r\n" + rest)
                threading.Thread(target=self.upward, args=(asked, client, up),
                                 daemon=True).start()
                self.downward(asked, up, client)
        except OSError:
            pass  # one of them hung up or was killed
        finally:
            hang_up(client)

    def upward(self, asked, client, up):
        try:
            while piece := client.recv(1 << 16):
                if asked.method == "PUT":
                    self.hold("sent", len(piece), self.stall_up)
                up.sendall(piece)
            up.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def downward(self, asked, up, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = up.recv(65536)
            if not piece:
                return
            head += piece
            if head.startswith(b"HTTP/1.1 100 ") and head.endswith(b"\r\n\r\n"):
                client.sendall(head)
                head = b""
        head, _, piece = head.partition(b"\r\n\r\n")
        asked.status = int(head.split(b" ")[1])
        client.sendall(head + b"\r\n\r\n")
        while piece or (piece := up.recv(65536)):
            if asked.method == "GET" and not asked.target.startswith("/api/"):
                self.hold("passed", len(piece), self.stall_after)
            client.sendall(piece)
            asked.body += len(piece)
            piece = b""

    def hold(self, counter, size, limit):
        with self.lock:
            total = getattr(self, counter) + size
            setattr(self, counter, total)
        if limit is not None and total > limit:
            self.stalled.set()
            self.go.wait(60)


def hang_up(s):
    """close() alone says nothing while another thread still reads from it."""
    try:
        s.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    s.close()
