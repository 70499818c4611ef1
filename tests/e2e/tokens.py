"""Tokens for tests, and repositories that not everybody may see."""
import sqlite3

BAD_WORDS = "Invalid credentials in Authorization header"
STRANGE = "hf_" + "x" * 34  # a token of another place
PUBLIC, GATED, AUTO, MANUAL, PRIVATE = range(5)


def bearer(token):
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def make(house, name, role, *args):
    """The text of a new token."""
    return house.weigh("token", "new", name, "--role", role, *args).out.strip()


def set_visibility(house, name, visibility):
    """As gate does it, while weighd rests: the repository's file, and the catalog."""
    word = ("", "visibility gated\n", "visibility gated-auto\n", "visibility gated-manual\n",
            "visibility private\n")[visibility]
    running = house.proc is not None
    if running:
        house.stop()
    (house.data / f"repos/models/{name}.git/weighhouse").write_text(
        "weighhouse repository 1\n" + word)
    with sqlite3.connect(house.data / "catalog.db") as db:
        db.execute("UPDATE repositories SET visibility = ? WHERE name = ?", (visibility, name))
    db.close()
    if running:
        house.start()
