"""Certificates, good and bad, made by the openssl program: a root, an authority below it,
and one certificate for each thing that can be wrong with one.

    c = Certs(folder)
    c.ca                      # what a client has to trust
    chain, key = c["expired"]
"""
import subprocess
from pathlib import Path

GOOD = dict(names="IP:127.0.0.1,IP:127.0.0.2,IP:127.0.0.3,DNS:localhost")
KINDS = {
    "good": {},
    "expired": dict(begin="20200101000000Z", end="20200201000000Z"),
    "not_yet": dict(begin="20980101000000Z", end="20990101000000Z"),
    "other_name": dict(names="DNS:other.example,IP:127.9.9.9"),
    "cn_only": dict(names=None),  # CN=127.0.0.1, as every row has
    "bare_star": dict(names="DNS:*"),
    "client_only": dict(usage="clientAuth"),
    "rsa1024": dict(key=["rsa", "rsa_keygen_bits:1024"]),
    "sha1": dict(hash="sha1"),
    "no_chain": dict(chain=False),
    "self_signed": dict(signer="self"),
    "by_a_leaf": dict(signer="good"),
    "strange_critical": dict(more="1.2.3.4.5=critical,ASN1:UTF8String:x\n"),
}
CONF = """
[ca]
default_ca = d
[d]
database = {at}/db
new_certs_dir = {at}
rand_serial = yes
policy = any
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = {usage}
{names}
{more}
"""


class Certs:
    def __init__(self, folder):
        self.at = Path(folder)
        self.at.mkdir(parents=True, exist_ok=True)
        (self.at / "db").touch()
        self.conf(**GOOD)
        self.make("root", "Root", "authority", signer="self")
        self.make("middle", "Middle", "authority", signer="root")
        self.ca = self.at / "root.crt"

    def __getitem__(self, kind):
        """(chain, key) of that kind, made when first asked for."""
        row = KINDS[kind]
        chain, signer = self.at / f"{kind}.chain", row.get("signer", "middle")
        if not chain.exists():
            if signer not in ("middle", "self"):
                assert self[signer]
            self.conf(**{"names": GOOD["names"], **row})
            self.make(kind, "127.0.0.1", "leaf", signer=signer,
                      **{k: v for k, v in row.items() if k in ("begin", "end", "hash", "key")})
            parts = [kind] + ([signer] if signer not in ("middle", "self") else [])
            if row.get("chain", True) and signer != "self":
                parts.append("middle")
            chain.write_bytes(b"".join((self.at / f"{p}.crt").read_bytes() for p in parts))
        return chain, self.at / f"{kind}.key"

    def conf(self, names=None, usage="serverAuth", more="", **_):
        names = f"subjectAltName = {names}" if names else ""
        (self.at / "conf").write_text(CONF.format(at=self.at, names=names, usage=usage, more=more))

    def make(self, name, common, section, signer, key=("ec", "ec_paramgen_curve:P-256"),
             hash="sha256", begin="20240101000000Z", end="20900101000000Z"):
        at = self.at
        openssl("genpkey", "-algorithm", key[0], "-pkeyopt", key[1], "-out", at / f"{name}.key")
        openssl("req", "-new", "-key", at / f"{name}.key", "-subj", f"/CN={common}",
                "-config", "/dev/null", "-out", at / f"{name}.csr")
        by = (["-selfsign", "-keyfile", at / f"{name}.key"] if signer == "self" else
              ["-cert", at / f"{signer}.crt", "-keyfile", at / f"{signer}.key"])
        openssl("ca", "-batch", "-notext", "-config", at / "conf", "-extensions", section,
                "-md", hash, "-startdate", begin, "-enddate", end, *by,
                "-in", at / f"{name}.csr", "-out", at / f"{name}.crt")


def openssl(*args):
    r = subprocess.run(["openssl", *map(str, args)], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert r.returncode == 0, r.stderr
