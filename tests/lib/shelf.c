/* shelf: see shelf.h. */
#include "shelf.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static void
open_both(struct shelf *s)
{
	struct weigh_err err = { .code = WEIGH_OK };

	check_code("catalog_open", catalog_open(&s->catalog, s->path, &err),
	    WEIGH_OK);
	check_code("catalog_reader_open",
	    catalog_reader_open(&s->reader, s->path, &err), WEIGH_OK);
}

void
shelf_open(struct shelf *s)
{
	tmpdir_make(&s->dir);
	snprintf(s->path, sizeof(s->path), "%s/catalog.db", s->dir.path);
	open_both(s);
}

void
shelf_reopen(struct shelf *s)
{
	catalog_reader_close(s->reader);
	catalog_close(s->catalog);
	open_both(s);
}

void
shelf_close(struct shelf *s)
{
	catalog_reader_close(s->reader);
	catalog_close(s->catalog);
	tmpdir_remove(&s->dir);
}

/* --- values from words --------------------------------------------------- */

struct weigh_repo
shelf_repo(const char *text)
{
	struct weigh_ref ref;

	check_code(text, weigh_ref_parse(&ref, text, NULL), WEIGH_OK);
	return ref.repo;
}

struct weigh_gitid
shelf_commit(unsigned number)
{
	struct weigh_gitid id = { { 0 } };

	if (number != 0) {
		memset(id.b, 0xc0, sizeof(id.b));
		id.b[18] = (uint8_t)(number >> 8);
		id.b[19] = (uint8_t)number;
	}
	return id;
}

unsigned
shelf_number(const struct weigh_gitid *commit)
{
	return (unsigned)commit->b[18] << 8 | commit->b[19];
}

struct weigh_oid
shelf_oid(const char *text)
{
	struct weigh_oid oid;

	check_true("sha-256", weigh_oid_of(&oid, text, strlen(text)));
	return oid;
}

struct stamp
shelf_stamp(const char *text)
{
	return (struct stamp){ (int64_t)strlen(text), 7, 8, 9 };
}

int64_t
shelf_date(unsigned number)
{
	return 1700000000 + (int64_t)number;
}

static struct weigh_gitid
gitid_of(const char *text, size_t len)
{
	struct weigh_gitid id;
	struct weigh_oid oid;

	check_true("sha-256", weigh_oid_of(&oid, text, len));
	memcpy(id.b, oid.b, sizeof(id.b));
	return id;
}

/* --- entries from files -------------------------------------------------- */

struct making {
	struct catalog_entry *entries;
	size_t count;
	struct catalog_blob *blobs;
	char *folders; /* texts of directory entries, one after the other */
};

/* A folder's id changes with whatever changes below it. */
static struct weigh_gitid
folder_id(const struct shelf_revision *v, const char *folder, size_t len)
{
	struct weigh_gitid id = gitid_of(folder, len);

	for (size_t i = 0; i < v->nfiles; i++) {
		const struct shelf_file *f = &v->files[i];
		struct weigh_gitid below;

		if (strncmp(f->path, folder, len) != 0 || f->path[len] != '/')
			continue;
		below = gitid_of(f->text, strlen(f->text));
		for (size_t j = 0; j < sizeof(id.b); j++)
			id.b[j] = (uint8_t)(id.b[j] * 31 + below.b[j]);
	}
	return id;
}

static bool
is_listed(const struct making *m, const char *path)
{
	for (size_t i = m->count; i-- > 0;)
		if (strcmp(m->entries[i].path, path) == 0)
			return true;
	return false;
}

static void
add_folders(struct making *m, const struct shelf_revision *v, const char *path)
{
	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		size_t len = (size_t)(p - path);
		char *folder = m->folders;

		memcpy(folder, path, len);
		folder[len] = '\0';
		if (is_listed(m, folder))
			continue;
		m->folders += len + 1;
		m->entries[m->count++] = (struct catalog_entry){
			.path = folder,
			.directory = true,
			.git = folder_id(v, folder, len),
		};
	}
}

static void
add_file(struct making *m, const struct shelf_revision *v, size_t i)
{
	const struct shelf_file *f = &v->files[i];
	bool lfs = strncmp(f->text, "lfs", 3) == 0;

	m->blobs[i] = (struct catalog_blob){
		.oid = shelf_oid(f->text),
		.size = strlen(f->text),
	};
	if (!v->unhashed)
		m->blobs[i].stamp = shelf_stamp(f->text);
	m->entries[m->count++] = (struct catalog_entry){
		.path = f->path,
		.git = gitid_of(f->text, strlen(f->text)),
		.size = strlen(f->text),
		.oid = m->blobs[i].oid,
		.lfs = lfs,
		.pointer_size = lfs ? 130 : 0,
	};
}

static int
compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct catalog_entry *)a)->path,
	    ((const struct catalog_entry *)b)->path);
}

static void *
array(size_t count, size_t size)
{
	void *p = calloc(count + 1, size);

	check_true("memory", p != NULL);
	return p;
}

static size_t
count_folders(const struct shelf_revision *v, size_t *text)
{
	size_t n = 0;

	*text = 0;
	for (size_t i = 0; i < v->nfiles; i++)
		for (const char *p = v->files[i].path; *p != '\0'; p++)
			if (*p == '/') {
				n++;
				*text += (size_t)(p - v->files[i].path) + 1;
			}
	return n;
}

enum weigh_code
shelf_admit(struct shelf *s, const struct shelf_revision *v,
    struct weigh_err *err)
{
	bool tag = v->ref != NULL && strncmp(v->ref, "tag:", 4) == 0;
	size_t text, folders = count_folders(v, &text);
	struct making m = {
		.entries = array(v->nfiles + folders, sizeof(*m.entries)),
		.blobs = array(v->nfiles, sizeof(*m.blobs)),
		.folders = array(text, 1),
	};
	char *texts = m.folders;
	struct catalog_revision revision = {
		.commit = shelf_commit(v->commit),
		.parent = shelf_commit(v->parent),
		.manifest = shelf_oid("manifest"),
		.date = shelf_date(v->commit),
		.title = "a title",
		.origin = "published by a test",
		.license = "apache-2.0",
		.files = v->nfiles,
	};
	struct catalog_admission a = {
		.repo = shelf_repo(v->repo),
		.ref_kind = tag ? CATALOG_TAG : CATALOG_BRANCH,
		.ref = tag ? v->ref + 4 : v->ref,
		.revision = &revision,
		.blobs = m.blobs,
		.nblobs = v->blobless ? 0 : v->nfiles,
		.intent = v->intent,
		.now = 1000 + v->commit,
	};
	enum weigh_code rc;

	for (size_t i = 0; i < v->nfiles; i++) {
		add_folders(&m, v, v->files[i].path);
		add_file(&m, v, i);
		revision.bytes += strlen(v->files[i].text);
	}
	qsort(m.entries, m.count, sizeof(*m.entries), compare_entries);
	a.entries = m.entries;
	a.nentries = m.count;
	rc = catalog_admit(s->catalog, &a, err);
	free(m.entries);
	free(m.blobs);
	free(texts);
	return rc;
}

int64_t
shelf_ask(const struct shelf *s, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *sqlite = NULL;
	int64_t answer;

	check_u64("open", (uint64_t)sqlite3_open(s->path, &sqlite), SQLITE_OK);
	check_u64(sql,
	    (uint64_t)sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL),
	    SQLITE_OK);
	check_u64(sql, (uint64_t)sqlite3_step(stmt), SQLITE_ROW);
	answer = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(sqlite);
	return answer;
}
