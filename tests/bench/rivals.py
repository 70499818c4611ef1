"""The other side: programs that are known to be fast at the same thing."""
import os
import shutil
import socket
import subprocess
import time


class Nginx:
    """nginx with sendfile, as its manual tunes it for files, on a port of ours.
    It does not limit the requests of a connection, because weighd does not."""

    def __init__(self, tmp, root):
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        temps = "".join(f"  {kind}_temp_path {tmp}/{kind};\n" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = tmp / "nginx.conf"
        conf.write_text(
            f"daemon off;\npid {tmp}/nginx.pid;\nerror_log {tmp}/nginx.log;\n"
            + ("user root;\n" if os.geteuid() == 0 else "")
            + f"worker_processes {os.cpu_count()};\nevents {{ worker_connections 4096; }}\n"
            f"http {{\n{temps}  access_log off;\n  sendfile on;\n  tcp_nopush on;\n"
            "  keepalive_requests 1000000000;\n"
            f"  server {{ listen 127.0.0.1:{self.port} reuseport; root {root}; }}\n}}\n")
        self.proc = subprocess.Popen(
            [shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(conf), "-p", str(tmp),
             "-e", f"{tmp}/nginx.log"], stdin=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert self.proc.poll() is None, (tmp / "nginx.log").read_text()
                time.sleep(0.05)
        raise AssertionError("nginx does not answer")

    def stop(self):
        self.proc.terminate()
        self.proc.wait(20)


def openssl(file):
    return ["openssl", "dgst", "-sha256", file]


def dd(file, to):
    """Copied and on the disk; nothing is hashed.  In the pieces that are fastest:
    of 1 MiB it takes twice the CPU."""
    return ["dd", f"if={file}", f"of={to}", "bs=256k", "conv=fsync", "status=none"]


def lfs_folder(folder, file, env):
    """A git repository whose *.bin go through git-lfs, with `file` in it (a link:
    same bytes, same file system)."""
    folder.mkdir()
    for args in (["init", "-q"], ["lfs", "install", "--local"]):
        subprocess.run(["git", *args], cwd=folder, env=env, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    (folder / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    os.link(file, folder / "w.bin")


def lfs_add():
    """Hashed, copied into .git/lfs, a pointer staged; nothing is synced."""
    return ["git", "add", "w.bin"]


def aria2c(url, to):
    """As fast as it can: 16 connections, and no time spent on allocating."""
    return ["aria2c", "-q", "-x16", "-s16", "-k1M", "--file-allocation=none",
            "--no-conf", "-d", to.parent, "-o", to.name, url]


def curl(url, to):
    return ["curl", "-q", "-sSf", "-o", to, url]
