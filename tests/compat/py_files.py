"""HfFileSystem: the Hub as a folder."""
from house import sha256_of


def test_ls_and_find(hub, held):
    got = hub("""
        fs = HfFileSystem()
        say([sorted(fs.ls('acme/small', detail=False)),
             sorted(fs.find('acme/small')),
             sorted(fs.ls('datasets/acme/rows', detail=False))])""")
    assert "acme/small/config.json" in got[0] and "acme/small/sub" in got[0]
    assert "acme/small/sub/deeper/notes.txt" in got[1] and "acme/small/sub" not in got[1]
    assert got[2] == ["datasets/acme/rows/.gitattributes",
                      "datasets/acme/rows/README.md", "datasets/acme/rows/w.bin"]


def test_info_and_exists(hub, held):
    got = hub("""
        fs = HfFileSystem()
        i = fs.info('acme/small/model.safetensors')
        say([i['type'], i['size'], (i.get('lfs') or {}).get('sha256'),
             fs.exists('acme/small/none'), fs.exists('acme/none'),
             fs.isdir('acme/small/sub'), fs.isfile('acme/small/config.json'),
             fs.info('acme/small@dev%2Ffeature-1/other.txt')['size']])""")
    path = held.folder["acme/small"] / "model.safetensors"
    assert got == ["file", path.stat().st_size, sha256_of(path), False, False, True, True, 7]


def test_open_and_read_a_part(hub, held):
    got = hub("""
        fs = HfFileSystem()
        with fs.open('acme/small/model.safetensors', 'rb', block_size=1 << 20) as f:
            f.seek(5_000_000)
            part = f.read(1000)
        say([part.hex(), fs.read_text('acme/small/config.json')])""")
    data = (held.folder["acme/small"] / "model.safetensors").read_bytes()
    assert bytes.fromhex(got[0]) == data[5_000_000:5_001_000]
    assert got[1] == '{"model_type":"small"}\n'


def test_glob(hub):
    assert hub("""
        fs = HfFileSystem()
        say([sorted(fs.glob('acme/small/**/*.txt')), fs.glob('acme/sharded/*.json')])""") == [
        ["acme/small/empty.txt", "acme/small/sub/a b#c%d+é.txt",
         "acme/small/sub/deeper/notes.txt"],
        ["acme/sharded/config.json", "acme/sharded/model.safetensors.index.json"]]
