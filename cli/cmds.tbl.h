/*
 * Every verb of weigh, one row each:
 * COMMAND(verb, arguments, fewest, most, own options, summary, example,
 *     another example, function)
 * Dispatch, usage, `weigh help` and "did you mean" read these rows.
 */
// clang-format off
COMMAND("add", "DIR NAME", 2, 2,
    OPT_BIT(OPT_REVISION) | OPT_BIT(OPT_MESSAGE),
    "publish a folder as a new revision",
    "weigh add ./my-model org/my-model",
    "weigh add ./my-model org/my-model -m 'first release'", cmd_add)
COMMAND("pull", "NAME[@REV]", 1, 1,
    OPT_BIT(OPT_TO) | OPT_BIT(OPT_INCLUDE) | OPT_BIT(OPT_EXCLUDE),
    "write a verified copy; goes on where an earlier pull stopped",
    "weigh pull org/my-model",
    "weigh pull org/my-model@v1 --to /models/m --include '*.safetensors'", cmd_pull)
COMMAND("mirror", "NAME...", 1, 64,
    OPT_BIT(OPT_FROM) | OPT_BIT(OPT_REVISION) | OPT_BIT(OPT_INCLUDE) |
    OPT_BIT(OPT_EXCLUDE) | OPT_BIT(OPT_FORMATS) | OPT_BIT(OPT_FOLLOW) |
    OPT_BIT(OPT_DRY_RUN) | OPT_BIT(OPT_PRIORITY) | OPT_BIT(OPT_DETACH),
    "bring repositories in from elsewhere, and keep them true",
    "weigh mirror org/model --follow",
    "weigh mirror org/model --include '*.safetensors' --dry-run", cmd_mirror)
COMMAND("mirror ls", "", 0, 0, 0,
    "list what is brought in and what was, with its source",
    "weigh mirror ls",
    "weigh mirror ls --json", cmd_mirror_ls)
COMMAND("mirror sync", "[NAME...]", 0, 64, OPT_BIT(OPT_DETACH),
    "look upstream now and bring what is new; without a name, of all",
    "weigh mirror sync org/model",
    "weigh mirror sync --detach", cmd_mirror_sync)
COMMAND("mirror rm", "NAME", 1, 1, 0,
    "end mirroring a repository; what is held stays",
    "weigh mirror rm org/model",
    "weigh mirror rm datasets/org/data --json", cmd_mirror_rm)
COMMAND("mirror pause", "JOB|NAME", 1, 1, 0,
    "let a job rest; what it has stays",
    "weigh mirror pause org/model",
    "weigh mirror pause 12", cmd_mirror_pause)
COMMAND("mirror resume", "JOB|NAME", 1, 1, 0,
    "let a job that rests go on, or one that waits do so now",
    "weigh mirror resume org/model",
    "weigh mirror resume 12", cmd_mirror_resume)
COMMAND("mirror cancel", "JOB|NAME", 1, 1, 0,
    "give a job up",
    "weigh mirror cancel org/model",
    "weigh mirror cancel 12", cmd_mirror_cancel)
COMMAND("events", "[NAME]", 0, 1, OPT_BIT(OPT_SINCE),
    "show what happened to what is mirrored, here and upstream",
    "weigh events --since 7d",
    "weigh events org/model --json", cmd_events)
COMMAND("pin", "[NAME[@REV]]", 0, 1, OPT_BIT(OPT_MESSAGE),
    "keep a revision whatever happens; without a name, list what is kept so",
    "weigh pin org/model@v1 -m 'what the paper used'",
    "weigh pin --json", cmd_pin)
COMMAND("unpin", "NAME[@REV]", 1, 1, 0,
    "keep a revision only as long as others are",
    "weigh unpin org/model@v1",
    "weigh unpin org/model", cmd_unpin)
COMMAND("ls", "", 0, 0, 0,
    "list the models held here",
    "weigh ls",
    "weigh ls --format tsv", cmd_ls)
COMMAND("files", "NAME[@REV]", 1, 1, 0,
    "list the files of a revision with their SHA-256",
    "weigh files org/my-model",
    "weigh files datasets/org/my-data@main --json", cmd_files)
COMMAND("show", "NAME[@REV]", 1, 1, 0,
    "show what a revision is and where it came from",
    "weigh show org/my-model",
    "weigh show org/my-model@v1 --json", cmd_show)
COMMAND("diff", "NAME OLD NEW", 3, 3, 0,
    "compare two revisions: files, and the text of the license",
    "weigh diff org/my-model v1 main",
    "weigh diff org/my-model v1 v2 --json", cmd_diff)
COMMAND("verify", "[NAME[@REV]]", 0, 1,
    OPT_BIT(OPT_DIR),
    "check every byte again, in the store or in a pulled folder",
    "weigh verify org/my-model",
    "weigh verify --dir ./my-model", cmd_verify)
COMMAND("rm", "NAME", 1, 1, 0,
    "delete a model with all its revisions; asks first",
    "weigh rm org/my-model",
    "weigh rm datasets/org/my-data --yes", cmd_rm)
COMMAND("gc", "", 0, 0,
    OPT_BIT(OPT_DRY_RUN) | OPT_BIT(OPT_QUARANTINE) | OPT_BIT(OPT_OLDER),
    "take away what no revision names",
    "weigh gc --dry-run",
    "weigh gc --quarantine --older 90 --yes", cmd_gc)
COMMAND("scrub", "[NAME[@REV]]", 0, 1,
    OPT_BIT(OPT_ALL) | OPT_BIT(OPT_SINCE),
    "show how the reading back of every byte is doing, or read some now",
    "weigh scrub",
    "weigh scrub --all", cmd_scrub)
COMMAND("rebuild", "", 0, 0, 0,
    "make the catalog again from what lies on disk",
    "weigh rebuild",
    "weigh rebuild --json", cmd_rebuild)
COMMAND("status", "", 0, 0, 0,
    "show how weighd is doing",
    "weigh status",
    "weigh status --server http://mirror:8477 --json", cmd_status)
COMMAND("top", "", 0, 0, 0,
    "show what weighd is doing now; live on a terminal",
    "weigh top",
    "weigh top --json", cmd_top)
COMMAND("doctor", "", 0, 0,
    OPT_BIT(OPT_FULL),
    "look whether all is well, and how to mend what is not",
    "weigh doctor",
    "weigh doctor --full --json", cmd_doctor)
COMMAND("license scan", "PATH...", 1, 1000000,
    OPT_BIT(OPT_DIR) | OPT_BIT(OPT_TEXTS),
    "tell which licenses files and folders have, and what was changed in them",
    "weigh license scan ./my-model",
    "weigh license scan LICENSE --texts ./texts --json", cmd_license_scan)
COMMAND("license diff", "FILE LICENSE", 2, 2,
    OPT_BIT(OPT_DIR) | OPT_BIT(OPT_TEXTS),
    "show in context what a file adds to a license and what it leaves out",
    "weigh license diff LICENSE MIT",
    "weigh license diff LICENSE Apache-2.0 --json", cmd_license_diff)
COMMAND("license terms", "[LICENSE]", 0, 1, OPT_BIT(OPT_DIR),
    "show what a license demands, with its clauses; without a LICENSE, list them",
    "weigh license terms LicenseRef-Llama-3.3-Community",
    "weigh license terms MIT --json", cmd_license_terms)
COMMAND("license learn", "FILE", 1, 1,
    OPT_BIT(OPT_ID) | OPT_BIT(OPT_TERMS) | OPT_BIT(OPT_DIR),
    "make a license of your own known here, with its text and its terms",
    "weigh license learn our.txt --id LicenseRef-Acme-1.0 --terms our.terms",
    "weigh license learn v2.txt --id LicenseRef-Acme-2.0 --terms v2.terms -q",
    cmd_license_learn)
COMMAND("license forget", "LICENSE", 1, 1, OPT_BIT(OPT_DIR),
    "take back what license learn made known: its text and its terms; asks first",
    "weigh license forget LicenseRef-Acme-1.0",
    "weigh license forget LicenseRef-Acme-1.0 --dir ./licenses --yes",
    cmd_license_forget)
COMMAND("license packs", "", 0, 0, OPT_BIT(OPT_DIR),
    "list the fingerprints of licenses that are in use",
    "weigh license packs",
    "weigh license packs --json", cmd_license_packs)
COMMAND("key export", "", 0, 0, 0,
    "print the mirror's public key",
    "weigh key export > mirror.pem",
    "weigh key export --json", cmd_key_export)
COMMAND("token new", "WHO", 1, 1,
    OPT_BIT(OPT_ROLE) | OPT_BIT(OPT_REPO) | OPT_BIT(OPT_EXPIRES),
    "make a token; it is printed this once",
    "weigh token new ci --role publish --repo 'acme/*' --expires 90",
    "weigh token new laptop --role read", cmd_token_new)
COMMAND("token ls", "", 0, 0, 0,
    "list the tokens; what each may and until when, never its text",
    "weigh token ls",
    "weigh token ls --json", cmd_token_ls)
COMMAND("token rm", "ID|WHO", 1, 1, 0,
    "take a token away; it is refused at once",
    "weigh token rm ci",
    "weigh token rm 3f2a5c0d9e8b7a61", cmd_token_rm)
COMMAND("accept", "NAME", 1, 1, 0,
    "show the terms of a gated repository and accept them; asks first",
    "weigh accept org/gated-model",
    "weigh accept org/gated-model --yes", cmd_accept)
COMMAND("access ls", "NAME", 1, 1, 0,
    "list who accepted its terms, and who was granted or refused",
    "weigh access ls org/gated-model",
    "weigh access ls org/gated-model --json", cmd_access_ls)
COMMAND("access grant", "NAME ID|WHO", 2, 2, OPT_BIT(OPT_MESSAGE),
    "let the bearer of a token in, once they have accepted the terms",
    "weigh access grant org/gated-model ci",
    "weigh access grant org/gated-model ci -m 'ticket 17'", cmd_access_grant)
COMMAND("access refuse", "NAME ID|WHO", 2, 2, OPT_BIT(OPT_MESSAGE),
    "keep the bearer of a token out, whatever they accept",
    "weigh access refuse org/gated-model ci",
    "weigh access refuse org/gated-model ci -m 'not for production'",
    cmd_access_refuse)
COMMAND("access reopen", "NAME ID|WHO", 2, 2, OPT_BIT(OPT_MESSAGE),
    "take back what was granted or refused",
    "weigh access reopen org/gated-model ci",
    "weigh access reopen org/gated-model 3f2a5c0d9e8b7a61", cmd_access_reopen)
COMMAND("access set", "NAME VISIBILITY", 2, 2, 0,
    "say who sees a repository and who has its files",
    "weigh access set org/model gated-auto",
    "weigh access set org/model private", cmd_access_set)
COMMAND("completion", "bash|zsh|fish", 1, 1, 0,
    "print a script that completes weigh's words in a shell",
    "weigh completion bash > ~/.local/share/bash-completion/completions/weigh",
    "weigh completion fish > ~/.config/fish/completions/weigh.fish", cmd_completion)
COMMAND("help", "[VERB]", 0, 2, 0,
    "explain a verb, or list them all",
    "weigh help",
    "weigh help pull", cmd_help)
// clang-format on
