"""Fixtures: `house` is a running weighd on an empty data folder."""
import os

import pytest

import models
from house import House, remove, short_tmp
from licenses import Desk, learned


@pytest.fixture
def tmp():
    folder = short_tmp()
    yield folder
    remove(folder)


@pytest.fixture
def house(tmp):
    h = House(tmp).start()
    yield h
    if h.proc:
        h.stop()


@pytest.fixture
def shared(filled):
    """One house for all tests of a file that only read: holds acme/small,
    acme/sharded, datasets/acme/rows and the one-segment `solo`."""
    yield filled
    if filled.proc.poll() is not None:  # the next test shall not suffer for it
        log = filled.log
        filled.start()
        pytest.fail("weighd died: " + "\n".join(log))


@pytest.fixture(scope="module")
def filled():
    folder = short_tmp()
    h = House(folder).start()
    h.folder = {
        "acme/small": models.small(folder / "small"),
        "acme/sharded": models.sharded(folder / "sharded"),
        "datasets/acme/rows": models.tiny(folder / "rows", 1),
        "solo": models.tiny(folder / "solo", 2),
    }
    h.sha = {name: h.add(path, name)["revision"] for name, path in h.folder.items()}
    yield h
    if h.proc:
        h.stop()
    remove(folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that has learned the license of licenses.py; no weighd."""
    return learned(tmp_path_factory.mktemp("site"))


@pytest.fixture
def desk(site, tmp):
    """A desk of one's own, at the site that has learned the license."""
    d = Desk(tmp)
    d.dir = site.dir
    return d


# One line a test for tests/tools/run-checks, which counts.
def pytest_runtest_logreport(report):
    results = os.environ.get("WEIGH_RESULTS")
    if not results or report.when != "call" and report.outcome == "passed":
        return
    name = report.nodeid.replace("\n", " ")
    if report.outcome == "skipped":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        line = f"skip {name}: {str(reason).removeprefix('Skipped: ')}"
    else:
        line = f"{'ok' if report.outcome == 'passed' else 'not ok'} {name}"
    with open(results, "a", encoding="utf-8") as f:
        print(line, file=f)
