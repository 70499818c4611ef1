"""weighd.conf(5), row by row: what is taken, from where, and what is refused with which words."""
import os

import pytest

from house import BUILD, run

GOOD = {  # what stands in the file: the line that --print-config gives
    "a plain value": ("[http]\nline_bytes = 1024\n", "line_bytes = 1024"),
    "with a unit": ("[store]\nkeep_free = 20G\n", "keep_free = 20G"),
    "the largest unit": ("[store]\nkeep_free = 8388607T\n", "keep_free = 8388607T"),
    "the least": ("[http]\nline_bytes = 256\n", "line_bytes = 256"),
    "the most": ("[http]\nline_bytes = 1M\n", "line_bytes = 1M"),
    "no blanks": ("[http]\nfields=8\n", "fields = 8"),
    "many blanks": ("  [http]  \n\t fields \t =  8 \t\n", "fields = 8"),
    "CR LF": ("[http]\r\nfields = 8\r\n", "fields = 8"),
    "no line feed at the end": ("[http]\nfields = 8", "fields = 8"),
    "comments": ("# a\n; b\n[http]\n  # fields = 9\nfields = 8\n", "fields = 8"),
    "twice: the last": ("[http]\nfields = 9\nfields = 8\n", "fields = 8"),
    "a section twice": ("[http]\nfields = 9\n[log]\n[http]\nfields = 8\n", "fields = 8"),
    "IPv6": ("[listen]\naddress = [::1]:0\n", "address = [::1]:0"),
    "two addresses": ("[listen]\naddress = 127.0.0.1:0  [::]:65535\n",
                      "address = 127.0.0.1:0  [::]:65535"),
    "a level": ("[log]\nlevel = debug\n", "level = debug"),
    "hosts": ("[http]\nhosts = models.example [::1] 10.0.0.1\n",
              "hosts = models.example [::1] 10.0.0.1"),
    "sources": ("[mirror]\nupstream = https://hub.example git+https://forge.example dir:/srv/models\n",
                "upstream = https://hub.example git+https://forge.example dir:/srv/models"),
    "no hosts": ("[http]\nhosts =\n", "hosts ="),
    "empty": ("", "fields = 200"),
    "blank lines": ("\n\n \t\n\r\n", "fields = 200"),
}

BAD = {  # what stands in the file: the line it is told of, and words
    "no section": ("fields = 8\n", 1, "before the first [section]"),
    "unknown section": ("[htpp]\n", 1, "unknown section 'htpp', the nearest known is 'http'"),
    "unknown section, near nothing": ("[elephants]\n", 1, "unknown section 'elephants'\n"),
    "unknown key": ("[http]\nfeilds = 8\n", 2, "unknown key 'feilds', the nearest known is 'fields'"),
    "a key of another section": ("[log]\nfields = 8\n", 2, "unknown key 'fields'"),
    "a key in capitals": ("[http]\nFIELDS = 8\n", 2, "unknown key 'FIELDS'"),
    "neither": ("[http]\nfields 8\n", 2, "'fields 8' is neither [section] nor key = value"),
    "half a section": ("[http\nfields = 8\n", 1, "neither"),
    "a comment behind a value": ("[http]\nfields = 8 # few\n", 2, "'8 # few' of 'fields' is not a number"),
    "an equals sign too many": ("[http]\nfields == 8\n", 2, "'= 8' of 'fields' is not a number"),
    "no value": ("[http]\nfields =\n", 2, "'' of 'fields' is not a number"),
    "a source of another scheme": ("[mirror]\nupstream = https://hub.example ftp://b\n", 2,
                                   "of 'upstream' is not a list of sources"),
    "a source twice": ("[mirror]\nupstream = https://a https://a/\n", 2, "is not a list of sources"),
    "a sign": ("[http]\nfields = +8\n", 2, "is not a number"),
    "negative": ("[http]\nfields = -8\n", 2, "is not a number"),
    "hexadecimal": ("[http]\nfields = 0x8\n", 2, "is not a number"),
    "a unit on what is no size": ("[http]\nfields = 1K\n", 2, "is not a number"),
    "a small unit": ("[http]\nline_bytes = 1k\n", 2, "is not a number"),
    "a unit and more": ("[http]\nline_bytes = 1KB\n", 2, "is not a number"),
    "a blank before the unit": ("[http]\nline_bytes = 1 K\n", 2, "is not a number"),
    "a unit alone": ("[http]\nline_bytes = K\n", 2, "is not a number"),
    "past 64 bits": ("[store]\nkeep_free = 18446744073709551616\n", 2, "is not a number"),
    "past 64 bits by its unit": ("[store]\nkeep_free = 16777216T\n", 2, "is not a number"),
    "past 63 bits": ("[store]\nkeep_free = 8388608T\n", 2, "is out of bounds"),
    "below the least": ("[http]\nline_bytes = 255\n", 2, "is out of bounds"),
    "above the most": ("[http]\nline_bytes = 1048577\n", 2, "is out of bounds"),
    "a name for an address": ("[listen]\naddress = localhost:80\n", 2, "numeric ADDRESS:PORT"),
    "no port": ("[listen]\naddress = 127.0.0.1\n", 2, "numeric ADDRESS:PORT"),
    "an empty port": ("[listen]\naddress = 127.0.0.1:\n", 2, "numeric ADDRESS:PORT"),
    "a port past 65535": ("[listen]\naddress = 127.0.0.1:65536\n", 2, "numeric ADDRESS:PORT"),
    "IPv6 without brackets": ("[listen]\naddress = ::1:80\n", 2, "numeric ADDRESS:PORT"),
    "half a bracket": ("[listen]\naddress = [::1:80\n", 2, "numeric ADDRESS:PORT"),
    "IPv4 in brackets": ("[listen]\naddress = [127.0.0.1]:80\n", 2, "numeric ADDRESS:PORT"),
    "one of two addresses": ("[listen]\naddress = 127.0.0.1:80 x\n", 2, "numeric ADDRESS:PORT"),
    "no address": ("[listen]\naddress =\n", 2, "numeric ADDRESS:PORT"),
    "no level": ("[log]\nlevel = loud\n", 2, "none of error, warn, info, debug"),
    "a slash in a host": ("[http]\nhosts = http://a\n", 2, "is not a list of host names"),
    "a long value": ("[http]\nhosts = " + 1024 * "a" + "\n", 2, "of 'hosts' is too long"),
    "after a good line": ("[http]\nfields = 8\n\n[log]\n\nlevel = 1\n", 6, "of 'level'"),
}


def bare_env(**more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("WEIGHD_")}
    return {**env, **more}


def print_config(path, *argv, **more):
    return run(BUILD / "weighd", "--config", path, *argv, "--print-config", env=bare_env(**more))


@pytest.mark.parametrize("label", GOOD)
def test_taken(label, tmp):
    text, line = GOOD[label]
    path = tmp / "weighd.conf"
    path.write_bytes(text.encode())
    r = print_config(path)
    assert r.code == 0 and r.err == "", r
    assert line in [given.rstrip() for given in r.out.splitlines()], r
    again = tmp / "again.conf"  # what is printed is a configuration, the same one
    again.write_text(r.out)
    settings = [s for s in r.out.splitlines() if not s.startswith("#")]
    r = print_config(again)
    assert settings == [s for s in r.out.splitlines() if not s.startswith("#")], r


@pytest.mark.parametrize("label", BAD)
def test_refused(label, tmp):
    text, line, words = BAD[label]
    path = tmp / "weighd.conf"
    path.write_bytes(text.encode())
    for what in ("--print-config", "--check-config"):
        r = run(BUILD / "weighd", "--config", path, what, env=bare_env())
        assert r.code == 2 and r.out == "", r
        assert f"{path}:{line}: " in r.err and words in r.err, r


def test_what_cannot_be_a_file_of_settings(tmp):
    path = tmp / "weighd.conf"
    for data, words in ((b"[http]\nfields\0 = 8\n", "NUL"), (b"#" * (1 << 20) + b"#", "larger than")):
        path.write_bytes(data)
        r = print_config(path)
        assert r.code != 0 and str(path) in r.err and words in r.err, r
    for missing in (tmp / "none.conf", tmp):
        r = print_config(missing)
        assert r.code != 0 and str(missing) in r.err, r


def test_each_source_comes_over_the_one_before_and_is_named(tmp):
    path, folder = tmp / "weighd.conf", tmp / "weighd.conf.d"
    folder.mkdir()
    address = "127.0.0.1:%d"
    (folder / "20-b.conf").write_text(f"[listen]\naddress = {address % 3}\n")
    (folder / "10-a.conf").write_text(f"[listen]\naddress = {address % 2}\n")
    (folder / "30-c.other").write_text("not for us\n")
    (folder / ".hidden.conf").write_text("not for us\n")
    path.write_text("[http]\nfields = 8\n")

    def where(*argv, **more):
        lines = print_config(path, *argv, **more).out.splitlines()
        at = next(i for i, s in enumerate(lines) if s.startswith("address = "))
        return lines[at - 1], lines[at]

    assert where() == (f"# from {folder}/20-b.conf:2", "address = 127.0.0.1:3")
    (folder / "20-b.conf").unlink()
    assert where() == (f"# from {folder}/10-a.conf:2", "address = 127.0.0.1:2")
    (folder / "10-a.conf").unlink()
    assert where() == ("# from default", "address = 127.0.0.1:8477")
    name = "WEIGHD_LISTEN_ADDRESS"
    assert where(**{name: address % 4}) == (f"# from {name}", "address = 127.0.0.1:4")
    flags = ("--listen", address % 5, "--listen", "[::1]:6")
    assert where(*flags, **{name: address % 4}) == ("# from --listen", "address = 127.0.0.1:5 [::1]:6")


@pytest.mark.parametrize("name, value, words", [
    ("WEIGHD_HTTP_FIELDS", "many", "WEIGHD_HTTP_FIELDS: 'many' of 'fields' is not a number"),
    ("WEIGHD_HTTP_FEILDS", "8", "'WEIGHD_HTTP_FEILDS' in the environment, the nearest known is "
                                "'WEIGHD_HTTP_FIELDS'"),
    ("WEIGHD_X", "8", "unknown setting 'WEIGHD_X' in the environment"),
])
def test_a_bad_environment_is_refused(name, value, words, tmp):
    path = tmp / "weighd.conf"
    path.write_text("")
    r = print_config(path, **{name: value})
    assert r.code == 2 and words in r.err, r
