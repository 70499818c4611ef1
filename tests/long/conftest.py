"""The fixtures and the counting are those of tests/e2e."""
import importlib.util
import pathlib
import sys

e2e = pathlib.Path(__file__).resolve().parent.parent / "e2e"
sys.path.insert(0, str(e2e))
spec = importlib.util.spec_from_file_location("e2e_conftest", e2e / "conftest.py")
shared_conftest = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shared_conftest)

tmp = shared_conftest.tmp
house = shared_conftest.house
shared = shared_conftest.shared
filled = shared_conftest.filled
pytest_runtest_logreport = shared_conftest.pytest_runtest_logreport
