"""Requests with something wrong in them, or in the way they are sent: `conversation`
gives the bytes of one connection.  Everything follows from the random source it is
handed, so a seed repeats it."""

METHODS = [b"GET"] * 8 + [b"HEAD"] * 4 + [b"POST"] * 4 + [
    b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"CONNECT", b"TRACE", b"PRI", b"get", b"G\0T", b""]
SMALL = b"/acme/small/resolve/main/"
TARGETS = [
    b"/", b"/healthz", b"/readyz", b"/metrics", b"*", b"x:1", b"http://x/healthz", b"http://x",
    SMALL + b"config.json", SMALL + b"README.md", SMALL + b"empty.txt", SMALL + b"none",
    SMALL + b"model.safetensors", SMALL + b"sub/a%20b%23c%25d%2B%C3%A9.txt",
    SMALL + b"sub%2Fdeeper%2Fnotes.txt", SMALL + b"../../catalog.db",
    b"/acme/small/resolve/refs%2Fheads%2Fmain/config.json",
    b"/datasets/acme/rows/resolve/main/w.bin", b"//api/models/acme/small",
    b"/api/models/acme/small", b"/api/models/acme/small/revision/main",
    b"/api/models/acme/small/tree/main?recursive=true&expand=1", b"/api/models/acme/small/refs",
    b"/api/whoami-v2", b"/api/none",
    b"/-/v1/status", b"/-/v1/models", b"/-/v1/files?name=acme/small", b"/-/v1/show?name=acme/small",
    b"/-/v1/manifest?name=acme/small", b"/-/v1/key", b"/-/v1/jobs/0", b"/-/v1/midstates/" + b"0" * 64,
    b"/-/v1/verify", b"/-/v1/add", b"/-/v1/add/0", b"/-/v1/add/" + b"0" * 32 + b"/files",
    b"/-/v1/add/" + b"0" * 32 + b"/commit"]
VERSIONS = [b"HTTP/1.1"] * 12 + [b"HTTP/1.0"] * 2 + [b"HTTP/2.0", b"HTTP/1.2", b"HTTP/11", b"http/1.1",
                                                     b"", b"HTTP/1.1 ", b"HTTP/4294967297.1"]
FIELDS = [
    b"Connection: close", b"Connection: keep-alive", b"Connection: Upgrade", b"Upgrade: h2c",
    b"Accept-Encoding: gzip", b"Authorization: Bearer abc", b"Content-Type: application/json",
    b"Expect: 100-continue", b"Expect: coffee", b"Range: bytes=0-5", b"Range: bytes=-1",
    b"Range: bytes=0-1,3-4", b"Range: bytes=18446744073709551615-", b"If-None-Match: *",
    b'If-Match: "a"', b'If-Range: W/"a"', b"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
    b"If-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT", b"X-Forwarded-Proto: https",
    b"Weigh-Descriptor: 1", b"Content-Length: 5", b"Content-Length: 0", b"Content-Length: +5",
    b"Content-Length: 5, 5", b"Content-Length: 9223372036854775807",
    b"Content-Length: 99999999999999999999", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: \x0bchunked",
    b"Transfer-Encoding: identity", b"Content_Length: 5", b"Host: y", b"Host: a b", b"Host:",
    b"Host: [::1]:80", b"Host: [::1", b" folded", b"\tfolded", b": nameless", b"nonsense",
    b"X : y", b"X: a\0b", b"X: \xc3\xa9", b"X:", b"X\xff: y"]
BODIES = [b"", b"hello", b"{}", b'{"name":"acme/small"}', b'{"name":"a/b","files":1}',
          b'{"path":"../x"}', b"[" * 200, b'"\xff"', b'{"name":' + b'"a' * 300,
          b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"a" * 3000, b"b" * 70000]
SIZES = [b"5", b"0", b"+5", b"0x5", b" 5", b"5 ", b"", b"ffffffffffffffff", b"00000000000000005",
         b"5;a=b", b"5;" + b"a" * 1100, b"5\n", b"-5", b"7fffffffffffffff"]
BYTES = [b"\0", b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b"/", b"%", b"%00", b"%2f", b"%2e%2e", b"..",
         b"\\", b"?", b"#", b";", b",", b'"', b"\x7f", b"\x80", b"\xff", b"HTTP/1.1", b"\r\n\r\n",
         b"0\r\n\r\n", b"Host: z\r\n", b"Content-Length: 3\r\n"]


def chunked(random, body):
    """The body in chunks, one of which may be wrong."""
    out, at = b"", 0
    while at < len(body):
        n = random.randint(1, 1 + len(body) // random.randint(1, 3))
        piece = body[at:at + n]
        size = b"%x" % len(piece) if random.random() < 0.93 else random.choice(SIZES)
        out += size + b"\r\n" + piece + (b"\r\n" if random.random() < 0.97 else b"\n")
        at += n
    trailer = random.choice([b"", b"", b"", b"X: y\r\n", b" folded\r\n", b"X: " + b"a" * 9000 + b"\r\n"])
    return out + b"0\r\n" + trailer + b"\r\n"


def request(random):
    """One request out of parts that may each be wrong."""
    method, target, version = map(random.choice, (METHODS, TARGETS, VERSIONS))
    fields = [b"Host: x"] if random.random() < 0.95 else []
    fields += random.choices(FIELDS, k=random.choice([0, 0, 0, 1, 1, 2, 3]))
    body = b""
    if random.random() < 0.4:
        body = random.choice(BODIES)
        kind = random.random()
        if kind < 0.5:
            fields.append(b"Content-Length: %d" % (len(body) + random.choice([0] * 8 + [1, -1, 70])))
        elif kind < 0.95:
            fields.append(b"Transfer-Encoding: chunked")
            body = chunked(random, body)
    if random.random() < 0.02:
        fields += [b"X%d: y" % i for i in range(random.choice([90, 199, 250]))]
    if random.random() < 0.01:
        fields.append(b"X: " + b"a" * random.choice([4000, 16400, 70000]))
    if random.random() < 0.01:
        target += b"a" * random.choice([4000, 16400, 70000])
    random.shuffle(fields)
    end = b"\r\n" if random.random() < 0.98 else random.choice([b"\n", b"\r", b"\r\r\n", b"\n\r"])
    return method + b" " + target + b" " + version + end + b"".join(f + end for f in fields) + end + body


def noise(random, data):
    """A few bytes of it turned, lost, doubled, moved or added."""
    data = bytearray(data)
    for _ in range(random.choice([1, 1, 1, 2, 5, 20])):
        at = random.randrange(len(data) + 1)
        kind = random.randrange(5)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            del data[at:at + random.choice([1, 1, 2, 10, 1000])]
        elif kind == 2:
            data[at:at] = random.choice(BYTES)
        elif kind == 3:
            data[at:at] = data[at:at + random.choice([1, 8, 64])]
        else:
            data[at:at] = random.randbytes(random.choice([1, 1, 4, 40]))
    return bytes(data)


def conversation(random):
    """What one connection sends, and of how many requests it was made."""
    n = random.choice([1, 1, 2, 3, 5])
    data = b"".join(request(random) for _ in range(n))
    if random.random() < 0.5:
        data = noise(random, data)
    return data, n
