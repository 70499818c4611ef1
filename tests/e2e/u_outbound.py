"""What weighd asks of others, by outbound alone (ask.c): certificates, redirects,
addresses, tokens, and answers that go wrong.  The numbers are those of outbound.h."""
import base64
import gzip
import hashlib
import json
import re
import socket
import ssl
import struct
import threading
import time

import pytest

import models
from certs import KINDS, Certs
from house import BUILD, PATIENCE, clean_env, run

# A system whose OpenSSL would let anything pass: the rules are ours.
LAX = """
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lax
[lax]
MinProtocol = None
CipherString = ALL:@SECLEVEL=0
"""
TOKEN = "hf_secret0123456789"
EVIL = [k for k in KINDS if k != "good"]


class Upstream:
    """A server of one function: answer(link, request) sends what it likes.  `seen` are
    the requests, `links` counts connections."""

    def __init__(self, answer, chain=None, host="127.0.0.1"):
        self.answer, self.seen, self.links, self.tls = answer, [], 0, None
        if chain:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.set_ciphers("ALL:@SECLEVEL=0")  # to show what ours refuses
            self.tls.load_cert_chain(*chain)
        self.door = socket.create_server((host, 0))
        self.port = self.door.getsockname()[1]
        self.url = f"{'https' if chain else 'http'}://{host}:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.door.close()

    def accept(self):
        while True:
            try:
                link, _ = self.door.accept()
            except OSError:
                return
            self.links += 1
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        link.settimeout(PATIENCE)
        try:
            if self.tls:
                link = self.tls.wrap_socket(link, server_side=True)
            stream = link.makefile("rb")
            while (request := Request(stream)).line:
                self.seen.append(request)
                if self.answer(link, request) == "close":
                    break
        except (OSError, ValueError):
            pass  # it left, as it often should
        finally:
            link.close()


class Request:
    def __init__(self, stream):
        self.line = stream.readline().decode().strip()
        self.fields, self.body = {}, b""
        while self.line and (line := stream.readline().decode().strip()):
            name, _, value = line.partition(":")
            self.fields[name.lower()] = value.strip()
        self.target = self.line.split(" ")[1] if self.line else ""
        if "content-length" in self.fields:
            self.body = stream.read(int(self.fields["content-length"]))


def send(link, status=200, body=b"", *fields):
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", *fields]
    link.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def steady(body=b"well\n", status=200, *fields):
    return lambda link, request: send(link, status, body, *fields)


def to(location, status=302):
    return lambda link, request: send(link, status, b"over there\n", f"Location: {location}")


def ask(tmp, url, *options, env=None, **more):
    """What came of it; of several a list.  `err` is the line of counters."""
    more = {"site": url, **more}
    words = [f"{k}={v}" for k, v in more.items()]
    r = run(BUILD / "tests/e2e/ask", url, *words, *options, env=clean_env(tmp, **(env or {})))
    assert r.code == 0, r
    assert TOKEN not in r.out + r.err, r  # (4)
    answers = [json.loads(line) for line in r.out.splitlines()]
    for a in answers:
        a["counters"] = dict(zip(r.err.split()[::2], map(int, r.err.split()[1::2])))
    return answers if len(answers) > 1 else answers[0]


def sha(body):
    return hashlib.sha256(body).hexdigest()


# --- certificates (2) -------------------------------------------------------------


@pytest.fixture(scope="module")
def certs(tmp_path_factory):
    return Certs(tmp_path_factory.mktemp("certs"))


def test_a_good_certificate_holds(tmp, certs):
    with Upstream(steady(), certs["good"]) as up:
        a = ask(tmp, up.url, ca=certs.ca)
        assert (a["code"], a["status"], a["bytes"]) == ("ok", 200, 5), a


@pytest.fixture
def lax(tmp):
    (tmp / "openssl.cnf").write_text(LAX)
    return {"OPENSSL_CONF": str(tmp / "openssl.cnf")}


@pytest.mark.parametrize("kind", EVIL)
def test_a_bad_certificate_does_not(tmp, certs, lax, kind):
    with Upstream(steady(), certs[kind]) as up:
        a = ask(tmp, up.url, ca=certs.ca, token=TOKEN, env=lax)
        assert (a["code"], a["status"]) == ("network", 0), a
        assert not up.seen  # no request, and so no token
        assert re.search("certificate|SSL", a["why"]), a


def test_a_name_in_cn_alone_does_not(tmp, certs, lax):
    """Of a host that is a name, not an address: where libcurl would still look at CN."""
    certs.conf(names=None)
    certs.make("localhost", "localhost", "leaf", signer="middle")
    chain = certs.at / "localhost.chain"
    chain.write_bytes((certs.at / "localhost.crt").read_bytes()
                      + (certs.at / "middle.crt").read_bytes())
    with Upstream(steady(), (chain, certs.at / "localhost.key")) as up:
        a = ask(tmp, f"https://localhost:{up.port}", ca=certs.ca, env=lax)
        assert (a["code"], up.seen) == ("network", []), a
    with Upstream(steady(), certs["good"]) as up:
        a = ask(tmp, f"https://localhost:{up.port}", ca=certs.ca, env=lax)
        assert a["code"] == "ok", a


def test_an_authority_that_nobody_named_does_not(tmp, certs):
    with Upstream(steady(), certs["good"]) as up:
        a = ask(tmp, up.url)
        assert (a["code"], a["status"], up.seen) == ("network", 0, []), a


def test_the_file_of_authorities_holds_for_redirects_too(tmp, certs):
    with Upstream(steady(b"bytes"), certs["good"], "127.0.0.2") as cdn, \
            Upstream(to(cdn.url + "/x"), certs["good"]) as up:
        a = ask(tmp, up.url, ca=certs.ca, trusted=cdn.url)
        assert (a["code"], a["bytes"], a["url"]) == ("ok", 5, cdn.url + "/x"), a


def test_a_bad_certificate_behind_a_redirect_does_not_hold(tmp, certs):
    with Upstream(steady(), certs["cn_only"], "127.0.0.2") as cdn, \
            Upstream(to(cdn.url), certs["good"]) as up:
        a = ask(tmp, up.url, ca=certs.ca, trusted=cdn.url)
        assert a["code"] == "network" and not cdn.seen, a


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_not_spoken(tmp, certs, lax):
    with Upstream(steady(), certs["good"]) as up:
        up.tls.minimum_version = ssl.TLSVersion.TLSv1
        up.tls.maximum_version = ssl.TLSVersion.TLSv1_1
        a = ask(tmp, up.url, ca=certs.ca, env=lax)
        assert a["code"] == "network" and not up.seen, a


# --- redirects and addresses (3) -----------------------------------------------------


@pytest.mark.parametrize("location", [
    "http://127.0.0.1:1/", "http://127.0.0.2/", "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/", "http://10.0.0.7/",
    "http://192.168.1.1/", "http://100.64.0.1/", "http://0.0.0.0/", "http://[64:ff9b::7f00:1]/",
    "http://localhost/", "http://x.localhost/", "file:///etc/passwd", "ftp://127.0.0.1/",
    "gopher://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://127.1/",
    "http://user:word@127.0.0.1/", "//127.0.0.1:1/", "http://224.0.0.1/", "data:,x"])
def test_a_redirect_inward_is_refused(tmp, location):
    with Upstream(to(location)) as up:
        a = ask(tmp, up.url)
        assert (a["code"], a["bytes"]) == ("policy_denied", 0), a
        assert a["counters"]["asked"] == 1 and a["counters"]["refused"] == 1


def test_a_name_is_judged_by_where_it_leads(tmp):
    """curl takes every name below localhost for this machine: so does no site."""
    with Upstream(steady()) as up:
        a = ask(tmp, f"http://some.localhost:{up.port}/", site="https://hub.example")
        assert a["code"] == "policy_denied" and up.links == 0, a
        assert "loopback" in a["why"]
        a = ask(tmp, f"http://some.localhost:{up.port}/")
        assert a["code"] == "ok", a  # the site is there itself


def test_a_trusted_origin_may_be_inside(tmp):
    with Upstream(steady(b"inside"), None, "127.0.0.3") as cdn, Upstream(to(cdn.url)) as up:
        a = ask(tmp, up.url)
        assert a["code"] == "policy_denied" and cdn.links == 0, a
        assert ask(tmp, up.url, trusted=cdn.url)["bytes"] == 6


def test_from_https_to_http_is_refused(tmp, certs):
    with Upstream(steady()) as down, Upstream(to(down.url), certs["good"]) as up:
        a = ask(tmp, up.url, ca=certs.ca, trusted=down.url)
        assert (a["code"], down.links) == ("policy_denied", 0), a


def test_a_circle_of_redirects_ends(tmp):
    with Upstream(to("/again")) as up:
        a = ask(tmp, up.url, redirects=4)
        assert (a["code"], len(up.seen)) == ("policy_denied", 5), a
        assert a["status"] == 302 and up.links == 1  # one connection does


def test_a_redirect_is_the_answer_where_none_is_followed(tmp):
    with Upstream(to("/again")) as up:
        a = ask(tmp, up.url, redirects=0)
        assert (a["code"], a["status"], a["bytes"], len(up.seen)) == ("ok", 302, 11, 1), a


def test_a_long_body_of_a_redirect_is_not_read(tmp):
    def answer(link, request):
        if request.target == "/there":
            send(link, 200, b"end")
        else:
            link.sendall(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n")
            while True:
                link.sendall(b"x" * 65536)

    with Upstream(answer) as up:
        a = ask(tmp, up.url, cancel_ms=5000)  # if it were read
        assert (a["code"], a["bytes"], a["counters"]["body_bytes"]) == ("ok", 3, 3), a


@pytest.mark.parametrize("status,followed", [(301, False), (302, False), (303, False),
                                             (307, True), (308, True)])
def test_a_body_goes_along_only_where_the_method_stays(tmp, status, followed):
    def answer(link, request):
        (steady(b"taken") if request.target == "/to" else to("/to", status))(link, request)

    with Upstream(answer) as up:
        a = ask(tmp, up.url + "/from", body="question", site=up.url)
        assert a["code"] == ("ok" if followed else "policy_denied"), a
        assert [r.body for r in up.seen] == [b"question"] * (2 if followed else 1)


def test_a_body_stays_on_its_host(tmp):
    with Upstream(steady()) as other, Upstream(to(other.url, 307)) as up:
        a = ask(tmp, up.url, body="question", trusted=other.url)
        assert a["code"] == "policy_denied" and not other.seen, a


# --- tokens and fields (4) -----------------------------------------------------------


def test_token_and_fields_stay_with_their_host(tmp):
    """A -> A -> B -> A: B sees neither."""
    ways = {"/1": "/2", "/2": "{b}/3"}

    def first(link, request):
        way = ways.get(request.target)
        (to(way.format(b=b.url)) if way else steady(b"end"))(link, request)

    def second(link, request):
        to(a.url + "/4")(link, request)

    with Upstream(first) as a, Upstream(second) as b:
        r = ask(tmp, a.url + "/1", site=a.url, token=TOKEN, trusted=b.url,
                fields="X-Own: 1\r\nX-More: 2\r\n")
        assert (r["code"], r["bytes"]) == ("ok", 3), r
        assert [q.target for q in a.seen] == ["/1", "/2", "/4"]
        for q in a.seen:
            assert q.fields["authorization"] == f"Bearer {TOKEN}"
            assert (q.fields["x-own"], q.fields["x-more"]) == ("1", "2")
        assert len(b.seen) == 1 and "authorization" not in b.seen[0].fields
        assert "x-own" not in b.seen[0].fields and "cookie" not in b.seen[0].fields


def test_an_address_beside_the_site_gets_its_own_fields_and_no_token(tmp):
    with Upstream(steady()) as other:
        r = ask(tmp, other.url, site="https://hub.example", trusted=other.url, token=TOKEN,
                fields="Authorization: Basic eHg=\r\n")
        assert r["code"] == "ok" and other.seen[0].fields["authorization"] == "Basic eHg=", r


def test_a_field_that_authorizes_takes_the_tokens_place(tmp):
    with Upstream(steady()) as up:
        ask(tmp, up.url, token=TOKEN, fields="authorization: Basic eHg=\r\n")
        assert up.seen[0].fields["authorization"] == "Basic eHg="


def test_the_same_machine_at_another_port_is_another_host(tmp):
    with Upstream(steady()) as other, Upstream(to(other.url)) as up:
        ask(tmp, up.url, token=TOKEN, trusted=other.url)
        assert "authorization" in up.seen[0].fields
        assert "authorization" not in other.seen[0].fields


@pytest.mark.parametrize("token,pair", [(TOKEN, f"x-access-token:{TOKEN}"),
                                        (f"me:{TOKEN}", f"me:{TOKEN}")])
def test_a_token_for_git_goes_as_a_password(tmp, token, pair):
    with Upstream(steady()) as up:
        ask(tmp, up.url, token=token, basic="yes")
        kind, word = up.seen[0].fields["authorization"].split(" ")
        assert (kind, base64.b64decode(word).decode()) == ("Basic", pair)


def test_no_token_over_plain_http_beyond_this_machine(tmp):
    """The proxy stands for the world beyond."""
    with Upstream(relay) as up:
        a = ask(tmp, "http://hub.example/", token=TOKEN, proxy=up.url)
        assert a["code"] == "policy_denied" and up.links == 0, a
        a = ask(tmp, "http://hub.example/", token=TOKEN, plain_token="yes", proxy=up.url)
        assert a["code"] == "ok" and up.seen[0].fields["authorization"] == f"Bearer {TOKEN}"


def test_a_token_with_a_line_end_is_refused(tmp):
    with Upstream(steady()) as up:
        a = ask(tmp, up.url, token="one\r\nX-Two: 2")
        assert a["code"] == "malformed" and not up.links, a


# --- answers that go wrong (5) ---------------------------------------------------------


def endless(link, request):
    link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        link.sendall(b"x" * 65536)


def test_an_endless_body_is_cut(tmp):
    with Upstream(endless) as up:
        a = ask(tmp, up.url, max=3_000_000)
        assert a["code"] == "too_big" and a["bytes"] <= 3_000_000, a
        assert a["status"] == 200 and a["heads"] == 1


def test_an_endless_head_is_cut(tmp):
    def answer(link, request):
        link.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            link.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")

    with Upstream(answer) as up:
        a = ask(tmp, up.url)
        assert (a["code"], a["status"]) == ("malformed", 0), a


def test_interim_answers_without_end_are_cut(tmp):
    def answer(link, request):
        while True:
            link.sendall(b"HTTP/1.1 103 Early\r\nX-More: x\r\n\r\n" * 100)

    with Upstream(answer) as up:
        assert ask(tmp, up.url)["code"] == "malformed"


def quiet_before(link, request):
    time.sleep(4)


def quiet_inside(link, request):
    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome")
    time.sleep(4)


@pytest.mark.parametrize("answer,bytes_", [(quiet_before, 0), (quiet_inside, 4)])
def test_silence_ends(tmp, answer, bytes_):
    with Upstream(answer) as up:
        begin = time.monotonic()
        a = ask(tmp, up.url, silent=1)
        assert (a["code"], a["bytes"]) == ("network", bytes_), a
        assert "said nothing" in a["why"] and 1 < time.monotonic() - begin < 3.5


def test_a_slow_taker_is_not_silence(tmp):
    """While we wait ourselves nobody is blamed (5), and nothing piles up (1)."""
    body = models.noise(20_000_000, 1)
    with Upstream(steady(body)) as up:
        a = ask(tmp, up.url, silent=1, slow_ms=2200, kind="bulk")
        assert (a["code"], a["sha256"]) == ("ok", sha(body)), a
        assert a["largest"] <= 2 << 20


def reset(link, request):
    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome bytes")
    time.sleep(0.1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return "close"


def short(link, request):
    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome bytes")
    return "close"


def bad_chunk(link, request):
    link.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 b"a\r\nsome bytes\r\nzz\r\n")
    return "close"


def cut_chunks(link, request):
    link.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nsome bytes\r\n")
    return "close"


@pytest.mark.parametrize("answer", [reset, short, bad_chunk, cut_chunks])
def test_what_is_cut_short_is_no_answer(tmp, answer):
    with Upstream(answer) as up:
        a = ask(tmp, up.url)
        assert (a["code"], a["status"], a["bytes"]) == ("network", 200, 10), a
        assert a["counters"]["failed"] == 1


def test_no_head_is_no_answer(tmp):
    with Upstream(lambda link, request: "close") as up:
        a = ask(tmp, up.url)
        assert (a["code"], a["status"]) == ("network", 0), a
    with Upstream(lambda link, request: link.sendall(b"SSH-2.0-x\r\n\r\n") or "close") as up:
        assert ask(tmp, up.url)["code"] == "network"  # HTTP/0.9 is not spoken


def test_nobody_there(tmp):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    a = ask(tmp, f"http://127.0.0.1:{port}/")
    assert a["code"] == "network" and "127.0.0.1" in a["why"], a


def test_what_is_coded_says_so(tmp):
    body = gzip.compress(b"x" * 1_000_000)
    with Upstream(steady(body, 200, "Content-Encoding: gzip")) as up:
        a = ask(tmp, up.url)
        assert (a["coded"], a["sha256"]) == (True, sha(body)), a
        assert up.seen[0].fields["accept-encoding"] == "identity"
        a = ask(tmp, up.url, gzip="yes")
        assert (a["code"], a["bytes"]) == ("ok", 1_000_000), a
        a = ask(tmp, up.url, gzip="yes", max=500_000)  # a bomb
        assert a["code"] == "too_big" and a["bytes"] <= 500_000, a


# --- answers that are right --------------------------------------------------------------


def test_a_head_is_told(tmp):
    fields = ['ETag: "abc"', f'X-Linked-Etag: "{"d" * 64}"', "X-Linked-Size: 12345678901",
              f"X-Repo-Commit: {'a1' * 20}", "X-Error-Code: GatedRepo", "Retry-After: 120",
              'RateLimit: "api";r=7;t=55', "Content-Type: text/plain; charset=utf-8",
              'Link: </api/x?cursor=2&a=b>; rel="next"']
    with Upstream(steady(b"x", 429, *fields)) as up:
        a = ask(tmp, up.url + "/api/x?a=b", site=up.url)
        want = {"code": "ok", "status": 429, "etag": '"abc"', "linked_etag": f'"{"d" * 64}"',
                "linked_size": 12345678901, "commit": "a1" * 20, "error_code": "GatedRepo",
                "retry_after": 120, "left": 7, "reset": 55, "type": "text/plain", "length": 1,
                "next": up.url + "/api/x?cursor=2&a=b", "url": up.url + "/api/x?a=b"}
        assert {k: a[k] for k in want} == want


@pytest.mark.parametrize("asked,field", [("5-9", "bytes=5-9"), ("5-", "bytes=5-")])
def test_a_range(tmp, asked, field):
    with Upstream(steady(b"56789", 206, "Content-Range: bytes 5-9/10")) as up:
        a = ask(tmp, up.url, range=asked, kind="bulk")
        assert (a["range_first"], a["range_last"], a["range_total"]) == (5, 9, 10), a
        assert up.seen[0].fields["range"] == field


def test_head_has_no_body(tmp):
    def answer(link, request):
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")

    with Upstream(answer) as up:
        a = ask(tmp, up.url, method="HEAD", times=2)
        assert [(x["code"], x["length"], x["bytes"]) for x in a] == [("ok", 10**12, 0)] * 2
        assert up.links == 1 and up.seen[0].line.startswith("HEAD ")


def test_many_at_once(tmp):
    body = models.noise(3_000_000, 7)
    with Upstream(steady(body)) as up:
        answers = ask(tmp, up.url, threads=32, times=2, kind="bulk")
        assert [a["sha256"] for a in answers] == [sha(body)] * 64
        assert up.links <= 64


def test_the_rate_holds_for_bulk_only(tmp):
    body = models.noise(1_500_000, 3)
    with Upstream(steady(body)) as up:
        begin = time.monotonic()
        assert ask(tmp, up.url, rate=1_000_000, kind="bulk")["sha256"] == sha(body)
        assert 1.2 < time.monotonic() - begin < 4
        begin = time.monotonic()
        assert ask(tmp, up.url, rate=1_000_000)["sha256"] == sha(body)
        assert time.monotonic() - begin < 1


def test_who_waits_no_more_is_let_go(tmp):
    with Upstream(quiet_before) as up:
        begin = time.monotonic()
        a = ask(tmp, up.url, cancel_ms=200, threads=4)
        assert [x["code"] for x in a] == ["canceled"] * 4 and time.monotonic() - begin < 2


# --- proxies ------------------------------------------------------------------------------


def relay(link, request):
    """A proxy that answers by itself, and opens no tunnel."""
    send(link, 403 if request.line.startswith("CONNECT") else 200, b"by proxy")


@pytest.mark.parametrize("name", ["http_proxy", "proxy="])
def test_a_proxy_is_used(tmp, name):
    with Upstream(relay) as up:
        more = {} if name == "http_proxy" else {"proxy": up.url}
        env = {} if more else {name: up.url}
        a = ask(tmp, "http://hub.example/x", env=env, **more)
        assert (a["code"], a["bytes"]) == ("ok", 8), a
        assert up.seen[0].line == "GET http://hub.example/x HTTP/1.1"


def test_a_proxy_that_opens_no_tunnel_is_no_answer(tmp):
    with Upstream(relay) as up:
        a = ask(tmp, "https://hub.example/x", token=TOKEN, env={"HTTPS_PROXY": up.url})
        assert (a["code"], a["status"]) == ("network", 0), a
        assert up.seen[0].line.startswith("CONNECT hub.example:443 ")
        assert TOKEN not in str(up.seen[0].fields)


def test_a_proxy_is_gone_round(tmp):
    with Upstream(relay) as proxy, Upstream(steady()) as up:
        a = ask(tmp, up.url, proxy=proxy.url, env={"NO_PROXY": "hub.example, 127.0.0.0/8"})
        assert a["bytes"] == 5 and not proxy.links, a


@pytest.mark.parametrize("inside", ["http://169.254.169.254/", "http://10.1.2.3/",
                                    "http://localhost/", "http://[::1]/"])
def test_a_proxy_is_not_sent_inward(tmp, inside):
    with Upstream(relay) as up:
        a = ask(tmp, inside, site="https://hub.example", proxy=up.url)
        assert (a["code"], up.links) == ("policy_denied", 0), a


def test_netrc_and_the_rest_of_the_environment_count_for_nothing(tmp):
    (tmp / ".netrc").write_text(f"machine 127.0.0.1 login me password {TOKEN}\n")
    (tmp / ".netrc").chmod(0o600)
    (tmp / ".curlrc").write_text("user-agent = other\n")
    with Upstream(steady()) as up:
        ask(tmp, up.url, env={"HTTP_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"})
        assert "authorization" not in up.seen[0].fields
        assert up.seen[0].fields["user-agent"].startswith("weighd/")


# --- offline (6) ----------------------------------------------------------------------------


def test_offline_nothing_is_asked(tmp):
    with Upstream(steady()) as up:
        a = ask(tmp, up.url, offline="yes")
        assert (a["code"], up.links, a["counters"]["asked"]) == ("policy_denied", 0, 0), a
        assert "offline" in a["why"]


def test_going_offline_ends_what_is_under_way(tmp):
    with Upstream(quiet_before) as up:
        begin = time.monotonic()
        a = ask(tmp, up.url, offline_ms=300)
        assert a["code"] == "policy_denied" and time.monotonic() - begin < 2, a
