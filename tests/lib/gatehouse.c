/* gatehouse: see gatehouse.h. */
#include "gatehouse.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "blobs.h"
#include "check.h"
#include "gitrun.h"

#define TEXT_MAX ((size_t)64 << 20)

/* --- opening and closing ------------------------------------------------------- */

void
gatehouse_make(struct gatehouse *g)
{
	*g = (struct gatehouse){ 0 };
	tmpdir_make(&g->dir);
	snprintf(g->catalog_path, sizeof(g->catalog_path), "%s/catalog.db",
	    g->dir.path);
	check_true("mkdir", mkdirat(g->dir.fd, "repos", 0755) == 0);
	weigh_buf_init(&g->text, TEXT_MAX);
	check_code("repo_init", repo_init(NULL), WEIGH_OK);
	gatehouse_open(g);
}

void
gatehouse_remove(struct gatehouse *g)
{
	gatehouse_shut(g);
	repo_shutdown();
	weigh_buf_free(&g->text);
	tmpdir_remove(&g->dir);
}

void
gatehouse_open(struct gatehouse *g)
{
	const struct store_options options = { .keep_free = 0 };
	struct gate_parts parts = { .verify_threads = 1 };
	struct weigh_err err = { .code = WEIGH_OK };
	char repos[300];
	bool cut;

	snprintf(repos, sizeof(repos), "%s/repos", g->dir.path);
	check_code("catalog_open",
	    catalog_open(&g->catalog, g->catalog_path, &err), WEIGH_OK);
	check_code("audit_open", audit_open(&g->audit, g->dir.fd, &cut, &err),
	    WEIGH_OK);
	check_code("store_open",
	    store_open(&g->store, g->dir.fd, &options, &err), WEIGH_OK);
	check_code("repo_root_open", repo_root_open(&g->repos, repos, &err),
	    WEIGH_OK);
	check_code("catalog_reader_open",
	    catalog_reader_open(&g->reader, g->catalog_path, &err), WEIGH_OK);
	parts.store = g->store;
	parts.catalog = g->catalog;
	parts.audit = g->audit;
	parts.repos = g->repos;
	check_code("gate_new", gate_new(&g->gate, &parts, &err), WEIGH_OK);
}

void
gatehouse_shut(struct gatehouse *g)
{
	gate_free(g->gate);
	catalog_reader_close(g->reader);
	repo_root_close(g->repos);
	store_close(g->store);
	audit_close(g->audit);
	catalog_close(g->catalog);
	g->gate = NULL;
	g->reader = NULL;
	g->repos = NULL;
	g->store = NULL;
	g->audit = NULL;
	g->catalog = NULL;
}

unsigned
gatehouse_start(struct gatehouse *g)
{
	struct weigh_err err = { .code = WEIGH_OK };
	unsigned restored = 0;
	enum weigh_code rc;

	gatehouse_open(g);
	rc = gate_recover(g->gate, g->reader, &restored, &err);
	check_code(rc != WEIGH_OK ? err.why : "gate_recover", rc, WEIGH_OK);
	return restored;
}

/* --- publishing ------------------------------------------------------------------ */

static size_t
size_of(const struct gatehouse_file *f)
{
	return f->text != NULL ? strlen(f->text) : f->noise;
}

static uint8_t *
bytes_of(const struct gatehouse_file *f)
{
	uint8_t *bytes;

	if (f->text == NULL)
		return blobs_bytes(f->noise, f->seed);
	bytes = (uint8_t *)strdup(f->text);
	check_true("memory", bytes != NULL);
	return bytes;
}

struct weigh_oid
gatehouse_oid(const struct gatehouse_file *file)
{
	uint8_t *bytes = bytes_of(file);
	struct weigh_oid oid;

	check_true("sha-256", weigh_oid_of(&oid, bytes, size_of(file)));
	free(bytes);
	return oid;
}

void
gatehouse_seal(struct gatehouse *g, const struct gatehouse_file *f,
    struct store_writer **writer, struct store_blob *blob)
{
	uint8_t *bytes = bytes_of(f);
	struct weigh_err err = { .code = WEIGH_OK };

	check_code("store_begin",
	    store_begin(g->store, size_of(f), writer, &err), WEIGH_OK);
	check_code("store_append",
	    store_append(*writer, bytes, size_of(f), &err), WEIGH_OK);
	check_code("store_seal", store_seal(*writer, NULL, blob, &err),
	    WEIGH_OK);
	free(bytes);
}

static void
seal(struct gatehouse *g, struct gate_file *out, const struct gatehouse_file *f)
{
	out->path = strdup(f->path);
	check_true("memory", out->path != NULL);
	gatehouse_seal(g, f, &out->writer, &out->blob);
}

void
gatehouse_prepare(struct gatehouse *g, struct gate_publication *p,
    const char *repo, const char *branch, const struct gatehouse_file *files,
    size_t nfiles)
{
	struct weigh_ref ref;

	check_code(repo, weigh_ref_parse(&ref, repo, NULL), WEIGH_OK);
	*p = (struct gate_publication){
		.repo = ref.repo,
		.branch = branch,
		.message = "a title\n\nand more",
		.origin = "published by a test",
		.nfiles = nfiles,
	};
	p->files = calloc(nfiles + 1, sizeof(*p->files));
	check_true("memory", p->files != NULL);
	for (size_t i = 0; i < nfiles; i++)
		seal(g, &p->files[i], &files[i]);
}

void
gatehouse_release(struct gate_publication *p)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		store_abandon(p->files[i].writer);
		free(p->files[i].path);
	}
	free(p->files);
	p->files = NULL;
	p->nfiles = 0;
}

enum weigh_code
gatehouse_publish(struct gatehouse *g, struct gate_publication *p,
    const char *repo, const char *branch, const struct gatehouse_file *files,
    size_t nfiles, struct weigh_err *err)
{
	enum weigh_code rc;

	gatehouse_prepare(g, p, repo, branch, files, nfiles);
	rc = gate_publish(g->gate, g->reader, p, err);
	gatehouse_release(p);
	return rc;
}

/* --- SQL --------------------------------------------------------------------------- */

static sqlite3 *
connect_to(struct gatehouse *g)
{
	sqlite3 *db = NULL;

	check_u64("sqlite3_open", (uint64_t)sqlite3_open(g->catalog_path, &db),
	    SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

static void
add_column(struct weigh_buf *out, sqlite3_stmt *stmt, int column)
{
	const uint8_t *data = sqlite3_column_blob(stmt, column);
	int len = sqlite3_column_bytes(stmt, column);

	if (column > 0)
		weigh_buf_addc(out, ' ');
	if (sqlite3_column_type(stmt, column) != SQLITE_BLOB)
		weigh_buf_add(out, sqlite3_column_text(stmt, column),
		    (size_t)sqlite3_column_bytes(stmt, column));
	else
		for (int i = 0; i < len; i++)
			weigh_buf_addf(out, "%02x", data[i]);
}

static void
add_rows(struct gatehouse *g, struct weigh_buf *out, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = connect_to(g);
	int rc;

	rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	check_u64(sql, (uint64_t)rc, SQLITE_OK);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			add_column(out, stmt, i);
		weigh_buf_addc(out, '\n');
	}
	check_u64(sql, (uint64_t)rc, SQLITE_DONE);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

void
gatehouse_ask(struct gatehouse *g, struct weigh_buf *out, const char *sql)
{
	weigh_buf_reset(out);
	weigh_buf_adds(out, "");
	add_rows(g, out, sql);
	check_true("the answer fits", !out->failed);
}

int64_t
gatehouse_number(struct gatehouse *g, const char *sql)
{
	gatehouse_ask(g, &g->text, sql);
	return strtoll(g->text.data, NULL, 10);
}

bool
gatehouse_try(struct gatehouse *g, const char *sql)
{
	sqlite3 *db = connect_to(g);
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	sqlite3_close(db);
	return rc == SQLITE_OK;
}

void
gatehouse_meddle(struct gatehouse *g, const char *sql)
{
	check_true(sql, gatehouse_try(g, sql));
}

/* --- what is there --------------------------------------------------------------------- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted, a '/' behind those of folders; each to be
 * freed. */
static size_t
list_folder(struct gatehouse *g, const char *path, char *names[], size_t most)
{
	struct dirent *e;
	size_t n = 0;
	DIR *dir;
	int fd;

	fd = openat(g->dir.fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	check_true(path, fd >= 0);
	dir = fdopendir(fd);
	check_true(path, dir != NULL);
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		check_true(path, n < most);
		check_true("asprintf",
		    asprintf(&names[n++], "%s%s", e->d_name,
			e->d_type == DT_DIR ? "/" : "") > 0);
	}
	closedir(dir);
	qsort(names, n, sizeof(names[0]), compare_names);
	return n;
}

/* The files below `path`, which ends in '/', one a line. */
static void
add_files(struct gatehouse *g, struct weigh_buf *out, const char *path)
{
	char *names[4096];
	size_t n = list_folder(g, path, names, 4096);

	for (size_t i = 0; i < n; i++) {
		char *below;

		check_true("asprintf",
		    asprintf(&below, "%s%s", path, names[i]) > 0);
		if (below[strlen(below) - 1] == '/')
			add_files(g, out, below);
		else
			weigh_buf_addf(out, "%s\n", below);
		free(below);
		free(names[i]);
	}
}

struct refs {
	struct gatehouse *g;
	struct weigh_buf *out;
	const struct weigh_repo *repo;
	unsigned count; /* of the repository */
	bool kept;      /* also those that the catalog has no name for */
	const char *label;
};

static enum weigh_code
add_ref(void *ctx, const char *ref, const struct weigh_gitid *id,
    struct weigh_err *err)
{
	char hex[WEIGH_GITID_HEX + 1];
	struct refs *r = ctx;

	(void)err;
	weigh_gitid_hex(id, hex);
	if (r->kept || strncmp(ref, REPO_KEPT, strlen(REPO_KEPT)) != 0)
		weigh_buf_addf(r->out, "%d %s %s %s\n", (int)r->repo->kind,
		    r->repo->name, ref, hex);
	r->count++;
	return WEIGH_OK;
}

static enum weigh_code
add_repo(void *ctx, const struct weigh_repo *name, struct weigh_err *err)
{
	struct refs *r = ctx;
	struct repo *repo = NULL;
	enum weigh_code rc;

	r->repo = name;
	r->count = 0;
	rc = repo_open(r->g->repos, name, false, &repo, err);
	if (rc == WEIGH_OK)
		rc = repo_each_ref(repo, add_ref, r, err);
	repo_close(repo);
	if (r->count == 0)
		weigh_buf_addf(r->out, "%d %s has no refs\n", (int)name->kind,
		    name->name);
	return rc;
}

/* Repositories come in no order; their lines are sorted. */
static void
add_refs(struct gatehouse *g, struct weigh_buf *out, bool kept)
{
	char *lines[4096], *rest;
	struct weigh_buf text;
	struct refs r = { .g = g, .out = &text, .kept = kept };
	size_t n = 0;

	weigh_buf_init(&text, TEXT_MAX);
	weigh_buf_adds(&text, "");
	check_code("repositories", repo_root_each(g->repos, add_repo, &r, NULL),
	    WEIGH_OK);
	check_true("memory", !text.failed);
	for (char *line = strtok_r(text.data, "\n", &rest);
	     line != NULL && n < 4096; line = strtok_r(NULL, "\n", &rest))
		lines[n++] = line;
	qsort(lines, n, sizeof(lines[0]), compare_names);
	for (size_t i = 0; i < n; i++)
		weigh_buf_addf(out, "%s\n", lines[i]);
	weigh_buf_free(&text);
}

static const char *const tables[] = {
	"SELECT 'repository', kind, name FROM repositories ORDER BY 2, 3",
	"SELECT 'ref', p.name, f.kind, f.name, v.git FROM refs f, revisions v, "
	"repositories p WHERE v.id = f.revision AND p.id = f.repo "
	"ORDER BY p.kind, 2, 3, 4",
	"SELECT 'revision', p.name, v.git, parent, manifest, date, title, "
	"origin, license, files, bytes, absent, absent_bytes FROM revisions v, repositories p "
	"WHERE p.id = v.repo ORDER BY 2, 6, 3",
	"SELECT 'entry', v.git, path, e.git, b.oid, b.size, pointer_size, l.git "
	"FROM revisions v, revisions l, entries e LEFT JOIN blobs b "
	"ON b.id = e.blob WHERE v.id = e.revision AND l.id = e.last "
	"ORDER BY 2, 3",
	"SELECT 'blob', oid, size, state, held FROM blobs ORDER BY 2",
	"SELECT 'mirror', p.name, source, request, follow, through "
	"FROM mirrors m, repositories p WHERE p.id = m.repo ORDER BY 2",
	"SELECT 'told', p.name, t.git, v.git FROM told t, revisions v, "
	"repositories p WHERE p.id = t.repo AND v.id = t.revision ORDER BY 2, 3",
	"SELECT 'pin', v.git, time, why FROM pins n, revisions v "
	"WHERE v.id = n.revision ORDER BY 2",
	"SELECT 'intent', name, ref FROM intents ORDER BY id",
	"SELECT 'totals', repos, revisions, blobs, bytes, bad, absent, "
	"absent_bytes FROM totals",
};

char *
gatehouse_picture(struct gatehouse *g)
{
	struct weigh_buf *out = &g->text;

	weigh_buf_reset(out);
	add_files(g, out, "blobs/");
	add_files(g, out, "incoming/");
	add_files(g, out, "quarantine/");
	add_refs(g, out, true);
	check_code("journal",
	    fd_read_file(g->dir.fd, "audit/journal.ndjson", out, NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		add_rows(g, out, tables[i]);
	check_true("the picture fits", !out->failed);
	return weigh_buf_take(out);
}

unsigned
gatehouse_journal(struct gatehouse *g, const char *part, const char *also)
{
	unsigned n = 0;
	char *rest;

	weigh_buf_reset(&g->text);
	weigh_buf_adds(&g->text, "");
	check_code("journal",
	    fd_read_file(g->dir.fd, "audit/journal.ndjson", &g->text, NULL),
	    WEIGH_OK);
	for (char *line = strtok_r(g->text.data, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (strstr(line, part) != NULL && strstr(line, also) != NULL)
			n++;
	return n;
}

/* --- what always holds ------------------------------------------------------------------- */

/* Each file under blobs/ is a blob with its bytes and a row, or the list beside
 * one. */
static unsigned
check_file(struct gatehouse *g, const char *label, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	enum catalog_blob_state state;
	struct store_finding finding;
	struct catalog_blob blob;
	struct weigh_oid oid;

	check_true(path, weigh_oid_parse(&oid, name, WEIGH_OID_HEX));
	if (strcmp(name + WEIGH_OID_HEX, ".mid") == 0) {
		check_true(label, tmpdir_has(&g->dir, blobs_path(&oid, "")));
		return 0;
	}
	check_str(path, name + WEIGH_OID_HEX, "");
	check_code(path,
	    catalog_known_blob(g->reader, &oid, &blob, &state, NULL), WEIGH_OK);
	check_code(path,
	    store_verify(g->store, &oid, blob.size, 1, NULL, &finding, NULL),
	    WEIGH_OK);
	check_true(path, finding.ok);
	return 1;
}

static void
check_blobs(struct gatehouse *g, const char *label)
{
	char *files, *line, *rest;
	unsigned n = 0;

	weigh_buf_reset(&g->text);
	add_files(g, &g->text, "blobs/");
	files = weigh_buf_take(&g->text);
	for (line = files != NULL ? strtok_r(files, "\n", &rest) : NULL;
	     line != NULL; line = strtok_r(NULL, "\n", &rest))
		n += check_file(g, label, line);
	free(files);
	check_u64(label, n,
	    (uint64_t)gatehouse_number(g,
		"SELECT count(*) FROM blobs WHERE state = 0 AND held"));
}

static void
check_refs(struct gatehouse *g, const char *label)
{
	char *known;

	gatehouse_ask(g, &g->text,
	    "SELECT p.kind, p.name, CASE f.kind WHEN 0 THEN 'refs/heads/' "
	    "WHEN 1 THEN 'refs/tags/' ELSE 'refs/pr/' END "
	    "|| f.name AS ref, v.git FROM refs f, revisions v, "
	    "repositories p WHERE v.id = f.revision AND p.id = f.repo "
	    "ORDER BY 1, 2, 3");
	known = weigh_buf_take(&g->text);
	weigh_buf_adds(&g->text, "");
	add_refs(g, &g->text, false);
	check_str(label, g->text.data, known != NULL ? known : "");
	free(known);
}

static enum weigh_code
fsck(void *ctx, const struct weigh_repo *name, struct weigh_err *err)
{
	struct refs *r = ctx;
	char path[600];
	int status;

	(void)err;
	snprintf(path, sizeof(path), "%s/repos/%s/%s.git", r->g->dir.path,
	    weigh_kind_plural(name->kind), name->name);
	status = gitrun(r->out, path, "fsck", "--strict", "--full",
	    "--no-dangling", "--no-progress", NULL);
	check_str(r->label, r->out->data, "");
	check_u64(r->label, (uint64_t)status, 0);
	return WEIGH_OK;
}

/* Lines about a revision of a repository, by the name it has or the one it had: a
 * test moves one at most once. */
static unsigned
count_events(struct gatehouse *g, const char *event, int kind, const char *name,
    const char *id)
{
	const char *plural = weigh_kind_plural((enum weigh_kind)kind);
	char part[WEIGH_NAME_MAX + 64], to[WEIGH_NAME_MAX + 64];
	unsigned n;

	snprintf(part, sizeof(part), "\"event\":\"%s\",\"repo\":\"%s/%s\"",
	    event, plural, name);
	n = gatehouse_journal(g, part, id);
	snprintf(to, sizeof(to), "\"to\":\"%s/%s\"", plural, name);
	if (gatehouse_journal(g, "\"event\":\"move\"", to) > 0) {
		snprintf(part, sizeof(part), "\"event\":\"%s\"", event);
		n = gatehouse_journal(g, part, id);
	}
	return n;
}

/* Each revision was admitted once more than it was withdrawn. */
static void
check_journal(struct gatehouse *g, const char *label)
{
	char *rows, *row, *rest;

	gatehouse_ask(g, &g->text,
	    "SELECT p.kind, v.git, p.name FROM revisions v, repositories p "
	    "WHERE p.id = v.repo");
	rows = weigh_buf_take(&g->text);
	for (row = rows != NULL ? strtok_r(rows, "\n", &rest) : NULL;
	     row != NULL; row = strtok_r(NULL, "\n", &rest)) {
		const char *name = strrchr(row, ' ') + 1;
		char id[WEIGH_GITID_HEX + 1];
		int kind;

		check_true(row, sscanf(row, "%d %40s", &kind, id) == 2);
		check_u64(label, count_events(g, "admit", kind, name, id),
		    count_events(g, "withdraw", kind, name, id) + 1);
	}
	free(rows);
}

void
gatehouse_check(struct gatehouse *g, const char *label)
{
	check_u64(label, (uint64_t)tmpdir_count(&g->dir, "incoming"),
	    tmpdir_has(&g->dir, "incoming/stages"));
	check_u64(label,
	    (uint64_t)gatehouse_number(g, "SELECT count(*) FROM intents"), 0);
	check_blobs(g, label);
	check_refs(g, label);
	check_journal(g, label);
}

void
gatehouse_fsck(struct gatehouse *g, const char *label)
{
	struct refs r = { .g = g, .out = &g->text, .label = label };

	check_code(label, repo_root_each(g->repos, fsck, &r, NULL), WEIGH_OK);
}
