"""huggingface_hub publishes: what it sent comes back, byte for byte.  Xet is off for
what writes (HF_HUB_DISABLE_XET=1): since 1.20 the client knows no other way to turn
to plain LFS."""
import pytest

import models
from clients import Failed
from house import sha256_of, tree_of
from py_read import follow


def back(reader, repo, **more):
    """tree_of what a client without a token gets, .gitattributes aside."""
    got = follow(reader("say(snapshot_download(repo, **more))", repo=repo, more=more))
    got.pop(".gitattributes", None)
    return got


def test_create_and_delete(writer):
    got = writer("""
        url = api.create_repo(repo)
        again = api.create_repo(repo, exist_ok=True)
        say([str(url), str(again), url.repo_id, api.repo_exists(repo),
             api.list_repo_files(repo)])""")
    assert got[0] == got[1] == f"{writer.url}/{writer.repo}" and got[2] == writer.repo
    assert got[3] is True and set(got[4]) <= {".gitattributes"}
    with pytest.raises(Failed) as e:
        writer("api.create_repo(repo)")
    assert e.value.kind == "HfHubHTTPError" and "409" in e.value.message
    writer("api.delete_repo(repo)")
    assert writer("say(api.repo_exists(repo))") is False
    writer("api.delete_repo(repo, missing_ok=True)")
    with pytest.raises(Failed, match="RepositoryNotFoundError"):
        writer("api.delete_repo(repo)")


@pytest.mark.parametrize("kind", ["dataset", "space"])
def test_other_kinds(writer, reader, tmp, kind):
    folder = models.tiny(tmp / "m", 5)
    writer("""
        api.create_repo(repo, repo_type=kind, **({'space_sdk': 'static'} if kind == 'space' else {}))
        api.upload_folder(repo_id=repo, repo_type=kind, folder_path=folder)
        say(0)""", kind=kind, folder=folder)
    assert back(reader, writer.repo, repo_type=kind) == tree_of(folder)


def test_upload_a_folder(writer, reader, tmp):
    """Odd names, an empty file, a dot-file, 9 MiB of weights: regular and LFS."""
    folder = models.small(tmp / "m", 11)
    got = writer("""
        api.create_repo(repo)
        c = api.upload_folder(repo_id=repo, folder_path=folder, commit_message='first',
                              commit_description='more words')
        commits = api.list_repo_commits(repo)
        say([c.oid, c.commit_url, commits[0].commit_id, commits[0].title, commits[0].message])""",
                 folder=folder)
    assert got[0] == got[2] and got[1] == f"{writer.url}/{writer.repo}/commit/{got[0]}"
    assert got[3] == "first" and "more words" in got[4]
    assert back(reader, writer.repo) == tree_of(folder)


def test_the_same_again_brings_nothing(writer, relay_to_mirror, tmp):
    folder = models.small(tmp / "m", 12)
    code = """
        api.create_repo(repo, exist_ok=True)
        say(api.upload_folder(repo_id=repo, folder_path=folder).oid)"""
    first = writer(code, folder=folder)
    by_relay = writer.at(relay_to_mirror.url)
    assert by_relay(code, folder=folder) == first  # "Skipping to prevent empty commit"
    assert not relay_to_mirror.of("PUT")


def test_upload_a_file_of_bytes_and_of_a_path(writer, reader, tmp):
    path = models.write(tmp / "m", {"w.safetensors": models.safetensors(3 << 20, 8)}) / "w.safetensors"
    got = writer("""
        api.create_repo(repo)
        api.upload_file(repo_id=repo, path_or_fileobj=b'one\\n', path_in_repo='a.txt')
        api.upload_file(repo_id=repo, path_or_fileobj=path, path_in_repo='sub/w.safetensors')
        api.upload_file(repo_id=repo, path_or_fileobj=b'', path_in_repo='empty.bin')
        say({f.rfilename: [f.size, f.lfs and f.lfs.sha256]
             for f in api.model_info(repo, files_metadata=True).siblings})""", path=path)
    assert got["a.txt"] == [4, None] and got["empty.bin"] == [0, None]
    assert got["sub/w.safetensors"] == [path.stat().st_size, sha256_of(path)]
    assert set(back(reader, writer.repo)) == {"a.txt", "sub/w.safetensors", "empty.bin"}


def test_a_large_file_in_parts(writer, reader, tmp):
    """More than the multipart answer's chunk: several PUTs of signed URLs."""
    folder = models.write(tmp / "m", {"w.bin": models.noise(40 << 20, 21)})
    writer("api.create_repo(repo); api.upload_folder(repo_id=repo, folder_path=folder)",
           folder=folder)
    assert back(reader, writer.repo) == tree_of(folder)


def test_a_commit_of_everything(writer):
    got = writer("""
        api.create_repo(repo)
        Add, Del, Copy = CommitOperationAdd, CommitOperationDelete, CommitOperationCopy
        api.create_commit(repo, [Add('a.txt', b'a'), Add('d/b.txt', b'b'), Add('d/c.txt', b'c'),
                                 Add('w.bin', b'w' * 100)], commit_message='one')
        api.create_commit(repo, [Del('a.txt'), Del('d/'), Add('e.txt', b'e'),
                                 Copy('w.bin', 'copy/w2.bin')], commit_message='two')
        say([sorted(api.list_repo_files(repo)), open(hf_hub_download(repo, 'copy/w2.bin')).read()])""")
    assert set(got[0]) - {".gitattributes"} == {"copy/w2.bin", "e.txt", "w.bin"}
    assert got[1] == "w" * 100


def test_delete_files_and_folders(writer):
    got = writer("""
        api.create_repo(repo)
        api.create_commit(repo, [CommitOperationAdd(p, p.encode()) for p in
                                 ('a.txt', 'b.txt', 'd/c.txt', 'd/d.txt', 'e.log')], commit_message='x')
        api.delete_file('a.txt', repo)
        api.delete_folder('d', repo)
        api.delete_files(repo, ['*.log'])
        say(sorted(api.list_repo_files(repo)))""")
    assert set(got) - {".gitattributes"} == {"b.txt"}


def test_a_stale_parent_is_refused(writer):
    writer("""
        api.create_repo(repo)
        old = api.model_info(repo).sha
        api.upload_file(repo_id=repo, path_or_fileobj=b'1', path_in_repo='a', parent_commit=old)
        say(0)""")
    with pytest.raises(Failed) as e:
        writer("""
            old = api.list_repo_commits(repo)[1].commit_id
            api.upload_file(repo_id=repo, path_or_fileobj=b'2', path_in_repo='a', parent_commit=old)""")
    assert e.value.kind == "HfHubHTTPError" and "412" in e.value.message
    assert writer("say(open(hf_hub_download(repo, 'a')).read())") == "1"


def test_branches_and_tags(writer):
    got = writer("""
        api.create_repo(repo)
        first = api.upload_file(repo_id=repo, path_or_fileobj=b'1', path_in_repo='a').oid
        api.create_branch(repo, branch='dev/one')
        api.create_tag(repo, tag='v1', tag_message='the first')
        api.create_tag(repo, tag='v0', revision=first)
        second = api.upload_file(repo_id=repo, path_or_fileobj=b'2', path_in_repo='a', revision='dev/one').oid
        api.create_branch(repo, branch='from', revision=first)
        r = api.list_repo_refs(repo)
        read = lambda rev: open(hf_hub_download(repo, 'a', revision=rev)).read()
        say([first, second, {b.name: b.target_commit for b in r.branches},
             {t.name: t.target_commit for t in r.tags}, read('v1'), read('dev/one'), read('main')])""")
    first, second = got[:2]
    assert got[2] == {"main": first, "dev/one": second, "from": first}
    assert got[3] == {"v1": first, "v0": first} and got[4:] == ["1", "2", "1"]
    got = writer("""
        api.create_branch(repo, branch='dev/one', exist_ok=True)
        api.create_tag(repo, tag='v1', exist_ok=True)
        api.delete_branch(repo, branch='dev/one')
        api.delete_tag(repo, tag='v1')
        r = api.list_repo_refs(repo)
        say([[b.name for b in r.branches], [t.name for t in r.tags]])""")
    assert sorted(got[0]) == ["from", "main"] and got[1] == ["v0"]
    for code in ("api.create_branch(repo, branch='from')", "api.create_tag(repo, tag='v0')"):
        with pytest.raises(Failed, match="409"):
            writer(code)


def test_a_pull_request(writer):
    got = writer("""
        api.create_repo(repo)
        c = api.create_commit(repo, [CommitOperationAdd('a.txt', b'proposed')],
                              commit_message='please', create_pr=True)
        r = api.list_repo_refs(repo, include_pull_requests=True)
        say([c.pr_url, c.pr_num, c.pr_revision, [p.ref for p in r.pull_requests],
             api.file_exists(repo, 'a.txt'),
             open(hf_hub_download(repo, 'a.txt', revision=c.pr_revision)).read(),
             snapshot_download(repo, revision='refs/pr/1')])""")
    assert got[1] == 1 and got[2] == "refs/pr/1" and got[3] == ["refs/pr/1"]
    assert got[4] is False and got[5] == "proposed" and got[0].startswith(writer.url)


@pytest.mark.parametrize("writer", ["old"], indirect=True)
def test_upload_large_folder(writer, reader, tmp):
    """Gone since 2.0: upload_folder does its work."""
    folder = models.write(tmp / "m", {
        **{f"d/{i:03}.txt": b"%d" % i for i in range(300)},
        "w.safetensors": models.safetensors(6 << 20, 3)})
    wanted = tree_of(folder)  # before the client writes what it did into it
    writer("""
        api.upload_large_folder(repo_id=repo, repo_type='model', folder_path=folder,
                                print_report=False, num_workers=2)
        say(0)""", folder=folder)
    assert back(reader, writer.repo) == wanted


def test_many_small_files_in_one_commit(writer, reader, tmp):
    folder = models.write(tmp / "m", {f"d{i % 7}/{i:04}.txt": b"%d" % i for i in range(600)})
    writer("api.create_repo(repo); api.upload_folder(repo_id=repo, folder_path=folder)",
           folder=folder)
    assert back(reader, writer.repo) == tree_of(folder)


def test_a_private_repository_is_hidden(writer, reader):
    writer("""
        api.create_repo(repo, private=True)
        api.upload_file(repo_id=repo, path_or_fileobj=b'1', path_in_repo='a')
        say(0)""")
    with pytest.raises(Failed) as e:
        reader("api.model_info(repo)", repo=writer.repo)
    assert e.value.kind == "RepositoryNotFoundError" and "401" in e.value.message
    assert writer("say([api.model_info(repo).private, open(hf_hub_download(repo, 'a')).read()])") \
        == [True, "1"]
    with pytest.raises(Failed, match="RepositoryNotFoundError"):
        reader("hf_hub_download(repo, 'a')", repo=writer.repo)


def test_a_moved_repository_is_found_by_its_old_name(writer, reader):
    to = writer.repo + "-moved"
    got = writer("""
        api.create_repo(repo)
        api.upload_file(repo_id=repo, path_or_fileobj=b'1', path_in_repo='a')
        api.move_repo(from_id=repo, to_id=to)
        say([api.model_info(repo).id, open(hf_hub_download(repo, 'a')).read(),
             open(hf_hub_download(to, 'a')).read()])""", to=to)
    assert got == [to, "1", "1"]
    assert reader("say(len(snapshot_download(repo)) > 0)", repo=writer.repo)


# --- who may ---------------------------------------------------------------------------


def test_who_am_i(writer):
    got = writer("""
        w = api.whoami()
        say([w['type'], w['name'], w['auth']['accessToken']['role']])""")
    assert got == ["user", "alice", "write"]


def test_nobody_may_write(reader):
    with pytest.raises(Failed) as e:
        reader("api.create_repo('alice/x', token=False)")
    assert "401" in e.value.message
    reader.env["HF_TOKEN"] = "hf_" + "x" * 34
    with pytest.raises(Failed, match="401"):
        reader("api.create_repo('alice/x')")


def test_a_reader_s_token_may_not_write(reader, mirror):
    reader.env["HF_TOKEN"] = mirror.tokens["bob"]
    with pytest.raises(Failed, match="403"):
        reader("api.create_repo('alice/x')")


def test_auth_check(writer, reader):
    writer("api.create_repo(repo, private=True); api.auth_check(repo); say(0)")
    if writer.new:
        writer("api.auth_check(repo, write=True)")
    with pytest.raises(Failed, match="RepositoryNotFoundError"):
        reader("api.auth_check(repo)", repo=writer.repo)


def test_a_gated_repository(writer, reader, mirror):
    """By the client's own words, but for accepting: the Hub has a page for that."""
    def accept():
        a = mirror.ask("POST", f"/{writer.repo}/ask-access", body=b"",
                       Authorization="Bearer " + mirror.tokens["bob"])
        assert a.status == 200, a
        return a.json["status"]

    def approver(code):
        env = dict(writer.env)
        writer.env["HF_TOKEN"] = mirror.tokens["carol"]
        try:
            return writer(code)
        finally:
            writer.env = env

    card = "---\\nlicense: other\\nextra_gated_prompt: be kind\\n---\\n"
    assert writer(f"""
        api.create_repo(repo)
        api.upload_file(repo_id=repo, path_or_fileobj=b'{card}', path_in_repo='README.md')
        api.upload_file(repo_id=repo, path_or_fileobj=b'1', path_in_repo='a')
        api.update_repo_settings(repo, gated='auto')
        say(api.model_info(repo).gated)""") == "auto"
    read = "say(open(hf_hub_download(repo, 'a')).read())"
    with pytest.raises(Failed) as e:
        reader(read, repo=writer.repo)
    assert e.value.kind == "GatedRepoError" and "401" in e.value.message
    reader.env["HF_TOKEN"] = mirror.tokens["bob"]
    for code in (read, "api.auth_check(repo)"):
        with pytest.raises(Failed) as e:
            reader(code, repo=writer.repo)
        assert e.value.kind == "GatedRepoError" and "weigh accept" in e.value.message
    assert accept() == "accepted" and reader(read, repo=writer.repo) == "1"

    assert writer("api.update_repo_settings(repo, gated='manual'); say(api.model_info(repo).gated)") == "manual"
    with pytest.raises(Failed, match="GatedRepoError"):
        reader("api.auth_check(repo)", repo=writer.repo)
    with pytest.raises(Failed, match="403"):
        writer("say(len(list(api.list_pending_access_requests(repo))))")
    assert approver("say([r.username for r in api.list_pending_access_requests(repo)])") == ["bob"]
    assert approver("""
        api.accept_access_request(repo, 'bob')
        say([[r.username, r.status] for r in api.list_accepted_access_requests(repo)])""") == [["bob", "accepted"]]
    assert reader("api.auth_check(repo); say(0)", repo=writer.repo) == 0
    assert approver("""
        api.reject_access_request(repo, 'bob', rejection_reason='no')
        say([r.username for r in api.list_rejected_access_requests(repo)])""") == ["bob"]
    with pytest.raises(Failed, match="GatedRepoError"):
        reader("api.auth_check(repo)", repo=writer.repo)
    who = "request_id=next(api.list_rejected_access_requests(repo)).request_id" if writer.new else "user='bob'"
    approver(f"api.cancel_access_request(repo, {who}); api.grant_access(repo, 'bob'); say(0)")
    assert reader("api.auth_check(repo); say(0)", repo=writer.repo) == 0


def test_a_bad_card_is_refused(writer):
    with pytest.raises(Failed):
        writer("""
            api.create_repo(repo)
            api.upload_file(repo_id=repo, path_in_repo='README.md',
                            path_or_fileobj=b'---\\nlicense: [\\n---\\n')""")


# --- the command line ----------------------------------------------------------------------


def test_hf_upload(writer, reader, tmp):
    folder = models.small(tmp / "m", 13)
    r = writer.cli("upload", writer.repo, folder, ".", "--commit-message", "by hand")
    assert writer.url in r.out, r
    assert back(reader, writer.repo) == tree_of(folder)
    r = writer.cli("upload", writer.repo, folder / "config.json", "other/config.json")
    assert "other/config.json" in back(reader, writer.repo), r


def test_hf_repo_and_tag(writer):
    group = "repos" if writer.new else "repo"
    writer.cli(group, "create", writer.repo)
    writer.cli(group, "tag", "create", writer.repo, "v1")
    assert "v1" in writer.cli(group, "tag", "list", writer.repo).out


def test_hf_auth_whoami(writer):
    assert "alice" in writer.cli("auth", "whoami").out


def test_hf_auth_login_keeps_the_token(writer):
    token = writer.env.pop("HF_TOKEN")
    writer.cli("auth", "login", "--token", token)
    assert "alice" in writer.cli("auth", "whoami").out


@pytest.mark.parametrize("writer", ["old"], indirect=True)
def test_huggingface_cli_upload(writer, reader, tmp):
    folder = models.tiny(tmp / "m", 14)
    writer.run(writer.bin / "huggingface-cli", "upload", writer.repo, folder, ".")
    assert back(reader, writer.repo) == tree_of(folder)


def test_cut_in_the_middle_and_again(writer, reader, relay_to_mirror, tmp):
    """The client is killed while it sends; the same call again makes it whole."""
    folder = models.write(tmp / "m", {f"w{i}.bin": models.noise(6 << 20, 40 + i + 4 * writer.new)
                                      for i in range(4)})
    code = """
        api.create_repo(repo, exist_ok=True)
        api.upload_folder(repo_id=repo, folder_path=folder)
        say(0)"""
    slow = writer.at(relay_to_mirror.url)
    relay_to_mirror.stall_up = 8 << 20
    p = slow.start(code, folder=folder)
    assert relay_to_mirror.stalled.wait(60), relay_to_mirror.asked
    p.kill()
    p.communicate()
    relay_to_mirror.stall_up = None
    relay_to_mirror.go.set()
    assert set(back(reader, writer.repo)) == set()  # nothing by halves
    writer(code, folder=folder)
    assert back(reader, writer.repo) == tree_of(folder)
