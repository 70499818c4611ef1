"""What goes wrong is raised as what it is: the table of classes that
huggingface_hub makes of status, X-Error-Code and X-Error-Message."""
import pytest

from clients import Failed


def fails(hub, code):
    with pytest.raises(Failed) as e:
        hub(code)
    return e.value


@pytest.mark.parametrize("code", [
    "api.model_info('acme/none')",
    "api.model_info('none')",
    "snapshot_download('acme/none')",
    "hf_hub_download('acme/none', 'x')",
    "list(api.list_repo_tree('acme/none'))",
    "api.list_repo_refs('acme/none')",
    "api.dataset_info('acme/small')",
])
def test_an_unknown_repository(hub, code):
    e = fails(hub, code)
    assert e.kind == "RepositoryNotFoundError", e
    assert "404" in e.message and "Repository Not Found" in e.message


@pytest.mark.parametrize("code", [
    "api.model_info('acme/small', revision='none')",
    "snapshot_download('acme/small', revision='none')",
    "hf_hub_download('acme/small', 'config.json', revision='no/such/branch')",
    "list(api.list_repo_tree('acme/small', revision='none'))",
])
def test_an_unknown_revision(hub, code):
    e = fails(hub, code)
    assert e.kind == "RevisionNotFoundError", e
    assert "404" in e.message and "Revision Not Found" in e.message


@pytest.mark.parametrize("code", [
    "hf_hub_download('acme/small', 'none.json')",
    "hf_hub_download('acme/small', 'sub')",
    "list(api.list_repo_tree('acme/small', 'none'))",
])
def test_an_unknown_file(hub, code):
    e = fails(hub, code)
    assert "EntryNotFoundError" in e.bases, e
    if "hf_hub_download" in code:
        assert e.kind in ("RemoteEntryNotFoundError", "EntryNotFoundError"), e
    assert "404" in e.message and "Entry Not Found" in e.message


def test_a_bad_token(hub):
    e = fails(hub, "api.whoami(token='hf_' + 'x' * 34)")
    assert "401" in e.message or "Invalid user token" in e.message, e
    assert "RepositoryNotFoundError" not in e.bases


def test_no_token(hub):
    assert fails(hub, "api.whoami()").kind in ("LocalTokenNotFoundError", "HfHubHTTPError")


def test_names_that_no_repository_has(hub):
    assert fails(hub, "api.model_info('a/b/c')").kind == "HFValidationError"
