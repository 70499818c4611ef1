"""weighd begins, says so, refuses what it must, and ends with 0."""
import re
import signal
import socket

from house import BUILD, House, read_answers, run, until


def test_ready_line_names_port_and_folder(house):
    assert house.said_data == str(house.data)
    assert house.get("/healthz").status == 200


def test_a_new_data_folder_has_the_promised_shape(house):
    for folder in ("blobs/sha256", "incoming", "repos", "audit", "keys"):
        assert (house.data / folder).is_dir(), folder
    assert (house.data / "catalog.db").is_file()
    assert (house.data / "control.sock").is_socket()
    assert (house.data / "control.sock").stat().st_mode & 0o777 in (0o600, 0o660)
    assert (house.data / "keys").stat().st_mode & 0o077 == 0


def test_version_and_help(tmp):
    for program in ("weighd", "weigh"):
        r = run(BUILD / program, "--version")
        assert r.code == 0 and re.match(program + r" \d+\.\d+", r.out), r
        r = run(BUILD / program, "--help")
        assert r.code == 0 and "--version" in r.out and r.err == "", r


def test_wrong_options_are_usage_errors(tmp):
    for argv in (["weighd", "--nonsense"], ["weigh"], ["weigh", "--nonsense"],
                 ["weigh", "frobnicate"], ["weigh", "ls", "--nonsense"]):
        r = run(BUILD / argv[0], *argv[1:])
        assert r.code == 2 and r.err and r.out == "", (argv, r)


def test_a_wrong_verb_gets_the_nearest_one(tmp):
    r = run(BUILD / "weigh", "statsu")
    assert r.code == 2 and "status" in r.err, r


def config(tmp, text):
    path = tmp / "weighd.conf"
    path.write_text(text)
    return path


def test_check_config_accepts_a_good_one(tmp):
    path = config(tmp, "# ours\n[listen]\naddress = 127.0.0.1:0\n")
    r = run(BUILD / "weighd", "--config", path, "--check-config")
    assert r.code == 0, r


def test_an_unknown_key_is_refused_with_file_line_and_nearest(tmp):
    path = config(tmp, "[listen]\n\nadress = 127.0.0.1:0\n")
    for more in (["--check-config"], ["--data", tmp / "data"]):
        r = run(BUILD / "weighd", "--config", path, *more)
        assert r.code != 0, r
        assert f"{path}:3" in r.err and "'adress'" in r.err and "'address'" in r.err, r
    assert not (tmp / "data").exists()


def test_a_bad_value_is_refused_with_file_and_line(tmp):
    path = config(tmp, "[listen]\naddress = nowhere\n")
    r = run(BUILD / "weighd", "--config", path, "--check-config")
    assert r.code != 0 and f"{path}:2" in r.err and "nowhere" in r.err, r


def test_drop_ins_come_after_the_file_and_flags_after_all(tmp):
    path = config(tmp, "[listen]\naddress = 127.0.0.1:8001\n")
    (tmp / "weighd.conf.d").mkdir()
    (tmp / "weighd.conf.d/10-port.conf").write_text("[listen]\naddress = 127.0.0.1:8002\n")
    r = run(BUILD / "weighd", "--config", path, "--print-config")
    assert r.code == 0 and "127.0.0.1:8002" in r.out and "127.0.0.1:8001" not in r.out, r
    assert "10-port.conf" in r.out, r
    r = run(BUILD / "weighd", "--config", path, "--listen", "127.0.0.1:8003", "--print-config")
    assert "127.0.0.1:8003" in r.out and "127.0.0.1:8002" not in r.out, r


def test_a_second_weighd_on_the_folder_is_refused_in_one_sentence(house):
    r = run(BUILD / "weighd", "--data", house.data, "--listen", "127.0.0.1:0", env=house.env)
    assert r.code != 0 and len(r.err.strip().splitlines()) == 1, r
    assert str(house.data) in r.err, r
    assert house.get("/healthz").status == 200


def test_a_port_that_is_taken_is_refused(house, tmp):
    r = run(BUILD / "weighd", "--data", tmp / "other", "--listen",
            f"127.0.0.1:{house.port}", env=house.env)
    assert r.code != 0 and str(house.port) in r.err, r


def test_sigint_ends_with_0_too(house):
    house.proc.send_signal(signal.SIGINT)
    assert house.ended() == 0


def test_sighup_keeps_connections(house):
    with house.connect() as s:
        request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        s.sendall(request)
        assert s.recv(65536).startswith(b"HTTP/1.1 200 ")
        house.proc.send_signal(signal.SIGHUP)
        until(lambda: any("reloaded" in line for line in house.log))
        s.sendall(request)
        assert s.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert house.proc.poll() is None


def test_sighup_with_a_bad_file_keeps_the_old_settings_and_says_so(tmp):
    path = config(tmp, "[listen]\naddress = 127.0.0.1:0\n")
    house = House(tmp, "--config", path).start()
    path.write_text("[listen]\nadress = 1\n")
    house.proc.send_signal(signal.SIGHUP)
    until(lambda: any(f"{path}:2" in line for line in house.log))
    assert house.get("/healthz").status == 200
    house.stop()


def test_notify_socket_hears_ready_and_stopping(tmp):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(tmp / "notify"))
        s.settimeout(20)
        house = House(tmp, env={"NOTIFY_SOCKET": str(tmp / "notify")}).start()
        said = s.recv(4096)
        assert b"READY=1" in said.split(b"\n"), said
        house.stop()
        s.setblocking(False)
        while b"STOPPING=1" not in said:
            said = s.recv(4096)


def test_it_starts_again_on_its_own_folder(house):
    for _ in range(3):
        house.restart()
    assert house.get("/readyz").status == 200


def test_ipv6_listens_too(tmp):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        import pytest
        pytest.skip("this machine has no IPv6 loopback")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as s:
        port = s.getsockname()[1]
    house = House(tmp, "--listen", f"[::1]:{port}").start()
    with socket.create_connection(("::1", port), timeout=20) as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := s.recv(65536):
            answer += piece
    assert read_answers(answer)[0].status == 200
    house.stop()
