"""A made-up license with its terms, and a site that has learned it.

No text of a real license is here: those of /usr/share/common-licenses serve where they
are installed.
"""
from house import BUILD, clean_env, run

ID = "LicenseRef-Brook-1.0"
TITLE = "BROOK MODEL LICENSE\nVersion 1.0\n\n"
GRANT = ("1. Grant. The maker of this model grants you a worldwide and royalty-free license to "
         "run the model, to copy it, to alter it, and to hand copies to others, as long as you "
         "keep to the sections below.\n\n")
COPIES = ("2. Copies. Whoever receives a copy from you must receive this license with it. You "
          "must keep the lines that name the maker, and say in plain words what you altered.\n\n")
LIMIT = ("3. Large services. If a product or service that contains the model has more than "
         "5,000,000 monthly active users, you must ask the maker for a separate agreement "
         "before the end of that month.\n\n")
USES = ("4. Uses. You may not steer weapons with the model, and you may not use it to watch "
        "people who have not agreed to be watched.\n\n")
NOTHING = ("5. No warranty. The model comes as it is. The maker does not promise that it fits "
           "any purpose, and is not liable for damage that follows from its use.\n")
RIDER = "You may not offer the model as a paid service"
TEXT = TITLE + GRANT + COPIES + LIMIT + USES + NOTHING

TERMS = f"""[{ID}]
name = Brook Model License 1.0
family = vendor-community
evidence = text
commercial = conditional (3)
threshold.mau = > 5000000, product, rolling, request (3)
redistribution = yes (1)
agreement-copy = yes (2)
field-excludes = military, surveillance (4)
"""


class Desk:
    """A person at a machine without weighd: files, and weigh."""

    def __init__(self, tmp):
        self.tmp = tmp
        self.env = clean_env(tmp)
        self.dir = tmp / "site"

    def write(self, name, text):
        path = self.tmp / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def weigh(self, *words, code=0, env=None):
        """weigh license ..., with the site's folder."""
        r = run(BUILD / "weigh", "license", *words, "--dir", self.dir,
                env=self.env | (env or {}), cwd=self.tmp)
        assert r.code == code, r
        return r

    def learn(self, text=TEXT, id_=ID, terms=None, *words, code=0):
        """Learn a license from files of these contents."""
        self.write("learn.txt", text)
        self.write("learn.terms", TERMS.replace(ID, id_) if terms is None else terms)
        return self.weigh("learn", "learn.txt", "--id", id_, "--terms", "learn.terms", *words,
                          code=code)

    def scan(self, *paths, code=0, words=()):
        """The results of weigh license scan, by path."""
        d = self.weigh("scan", *paths, *words, "--json", code=code).json
        assert d["schema"] == "weigh.license-scan/1", d
        return {r["path"]: r for r in d["results"]}

    def scan_text(self, text, code=0, name="LICENSE"):
        self.write(name, text)
        return self.scan(name, code=code)[name]


def learned(folder):
    """A site that has learned the license."""
    d = Desk(folder)
    d.learn()
    return d
