/*
 * Writing a revision: blobs and pointers, trees from the bottom up, the commit.
 * Everything is checked before it becomes an object, so that `git fsck --strict`
 * has nothing to say about it.
 */
#include <git2/sys/commit.h>
#include <git2/sys/path.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/pointer.h>

#include "base/fd.h"
#include "objects.h"

#define ATTRIBUTES_LINE_MAX 2047 /* git fsck refuses longer ones */

/* --- files --------------------------------------------------------------- */

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Is the file's name `what`, also in the disguises of HFS+ and NTFS? */
static bool
is_gitfile(const char *path, git_path_gitfile what)
{
	const char *name = last_part(path);

	return git_path_is_gitfile(name, strlen(name), what,
		   GIT_PATH_FS_GENERIC) == 1;
}

bool
repo_is_attributes(const char *path)
{
	return is_gitfile(path, GIT_PATH_GITFILE_GITATTRIBUTES);
}

enum weigh_code
repo_check_name(const char *path, struct weigh_err *err)
{
	enum weigh_code rc = weigh_path_check(path, strlen(path), err);

	if (rc != WEIGH_OK)
		return rc;
	if (is_gitfile(path, GIT_PATH_GITFILE_GITMODULES)) {
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "'%s' names submodules, which are not kept here", path);
		weigh_fix(err, "leave it out, or add what it points to");
		return rc;
	}
	return WEIGH_OK;
}

static enum weigh_code
check_file(const struct repo_file *f, struct weigh_err *err)
{
	enum weigh_code rc = repo_check_name(f->path, err);

	if (rc == WEIGH_OK && !f->lfs && f->size > REPO_SMALL_MAX)
		rc = weigh_fail(err, WEIGH_TOO_BIG,
		    "'%s' has %llu bytes: over %u it must be LFS", f->path,
		    (unsigned long long)f->size, REPO_SMALL_MAX);
	return rc;
}

/* Paths in order, each once.  (That none is also a folder shows in the trees.) */
static enum weigh_code
check_files(const struct repo_commit *c, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (c->nfiles == 0)
		return weigh_fail(err, WEIGH_USAGE, "a revision without files");
	if (c->nfiles > REPO_ENTRIES_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "%zu files, at most %d allowed", c->nfiles,
		    REPO_ENTRIES_MAX);
	for (size_t i = 0; rc == WEIGH_OK && i < c->nfiles; i++) {
		rc = check_file(&c->files[i], err);
		if (rc == WEIGH_OK && i > 0 &&
		    strcmp(c->files[i - 1].path, c->files[i].path) >= 0)
			rc = weigh_fail(err, WEIGH_MALFORMED,
			    "'%s' stands twice, or out of order",
			    c->files[i].path);
	}
	return rc;
}

static bool
has_long_line(const char *text, size_t len)
{
	while (len > ATTRIBUTES_LINE_MAX) {
		const char *nl = memchr(text, '\n', len);
		size_t line = nl != NULL ? (size_t)(nl - text) : len;

		if (line > ATTRIBUTES_LINE_MAX)
			return true;
		text += line + 1;
		len -= line + 1;
	}
	return false;
}

enum weigh_code
repo_check_text(const char *path, const char *text, size_t len,
    struct weigh_err *err)
{
	if (repo_is_attributes(path) && has_long_line(text, len))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%s' has a line of more than %d bytes, which git refuses",
		    path, ATTRIBUTES_LINE_MAX);
	return WEIGH_OK;
}

/* A pointer is a promise of other bytes.  Kept as a plain file, it would later
 * be taken for that promise; so it is refused. */
enum weigh_code
repo_check_plain(const char *path, const char *text, size_t len,
    struct weigh_err *err)
{
	struct weigh_pointer pointer;
	enum weigh_code rc = repo_check_text(path, text, len, err);

	if (rc == WEIGH_OK &&
	    weigh_pointer_parse(&pointer, text, len, NULL) == WEIGH_OK) {
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "'%s' is an LFS pointer, not the bytes it stands for",
		    path);
		weigh_fix(err, "get the bytes first, with 'git lfs pull'");
	}
	return rc;
}

static enum weigh_code
check_content(const struct repo_file *f, const char *text, size_t len,
    struct weigh_err *err)
{
	struct weigh_oid oid;

	if (!weigh_oid_of(&oid, text, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (!weigh_oid_equal(&oid, &f->oid))
		return weigh_fail(err, WEIGH_MISMATCH,
		    "'%s' does not have the SHA-256 it was given", f->path);
	return repo_check_plain(f->path, text, len, err);
}

static enum weigh_code
read_file(const struct repo_commit *c, const struct repo_file *f, char *text,
    struct weigh_err *err)
{
	enum weigh_code rc;
	int fd = -1;

	if ((rc = c->open(c->ctx, f, &fd, err)) == WEIGH_OK && f->size > 0)
		rc = fd_pread_all(fd, text, (size_t)f->size, 0, err);
	fd_close(&fd);
	return weigh_context(err, rc, "'%s'", f->path);
}

static enum weigh_code
write_small(struct objects *o, const struct repo_commit *c, struct repo_file *f,
    struct weigh_err *err)
{
	size_t len = (size_t)f->size; /* check_file bounded it */
	char *text = malloc(len + 1);
	enum weigh_code rc;

	if (text == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = read_file(c, f, text, err)) == WEIGH_OK)
		rc = check_content(f, text, len, err);
	if (rc == WEIGH_OK)
		rc = objects_write(o, GIT_OBJECT_BLOB, text, len, &f->git, err);
	free(text);
	return rc;
}

static enum weigh_code
write_pointer(struct objects *o, struct repo_file *f, struct weigh_err *err)
{
	struct weigh_pointer pointer = { .oid = f->oid, .size = f->size };
	char text[WEIGH_POINTER_TEXT];
	size_t len = weigh_pointer_print(&pointer, text);

	f->pointer_size = (unsigned)len;
	return objects_write(o, GIT_OBJECT_BLOB, text, len, &f->git, err);
}

static enum weigh_code
write_files(struct objects *o, struct repo_commit *c, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < c->nfiles; i++)
		if (!c->files[i].known)
			rc = c->files[i].lfs ?
			    write_pointer(o, &c->files[i], err) :
			    write_small(o, c, &c->files[i], err);
	return rc;
}

/* --- trees --------------------------------------------------------------- */

/* Files first..end of the commit are those below one folder, whose path with
 * its '/' is their first `prefix` bytes. */
struct branch {
	size_t first;
	size_t end;
	size_t prefix;
};

struct trees {
	struct objects *objects;
	struct repo_commit *commit;
	size_t room; /* for commit->dirs */
};

static enum weigh_code
note_dir(struct trees *t, const char *path, size_t len,
    const struct weigh_gitid *id, struct weigh_err *err)
{
	struct repo_commit *c = t->commit;
	struct repo_dir *dirs;
	char *copy;

	if (c->ndirs == t->room) {
		size_t room = t->room != 0 ? 2 * t->room : 16;

		dirs = reallocarray(c->dirs, room, sizeof(*dirs));
		if (dirs == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		c->dirs = dirs;
		t->room = room;
	}
	if ((copy = strndup(path, len)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	c->dirs[c->ndirs++] = (struct repo_dir){ copy, *id };
	return WEIGH_OK;
}

/* libgit2 looks at the name once more, and at the object. */
static enum weigh_code
insert(git_treebuilder *tree, const char *path, size_t prefix, size_t len,
    const struct weigh_gitid *id, git_filemode_t mode, struct weigh_err *err)
{
	char name[WEIGH_PATH_PART_MAX + 1];
	git_oid oid = repo_git_oid(id);
	int rc;

	memcpy(name, path + prefix, len); /* weigh_path_check bounded it */
	name[len] = '\0';
	if (git_treebuilder_get(tree, name) != NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%.*s' is both a file and a folder", (int)(prefix + len),
		    path);
	if ((rc = git_treebuilder_insert(NULL, tree, name, &oid, mode)) == 0)
		return WEIGH_OK;
	return weigh_context(err, repo_fail(err, rc, "git refuses it"), "'%s'",
	    path);
}

static enum weigh_code write_tree(struct trees *t, struct branch b,
    struct weigh_gitid *out, struct weigh_err *err);

/* Insert the folder that the file at b->first lies in, and step behind it. */
static enum weigh_code
insert_folder(struct trees *t, git_treebuilder *tree, struct branch *b,
    size_t len, struct weigh_err *err)
{
	const struct repo_file *files = t->commit->files;
	const char *path = files[b->first].path;
	struct branch below = { b->first, b->first, b->prefix + len + 1 };
	struct weigh_gitid id;
	enum weigh_code rc;

	while (below.end < b->end &&
	    strncmp(files[below.end].path, path, below.prefix) == 0)
		below.end++;
	b->first = below.end;
	if ((rc = write_tree(t, below, &id, err)) == WEIGH_OK)
		rc = insert(tree, path, b->prefix, len, &id, GIT_FILEMODE_TREE,
		    err);
	if (rc == WEIGH_OK)
		rc = note_dir(t, path, b->prefix + len, &id, err);
	return rc;
}

static enum weigh_code
fill_tree(struct trees *t, git_treebuilder *tree, struct branch b,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	while (rc == WEIGH_OK && b.first < b.end) {
		const struct repo_file *f = &t->commit->files[b.first];
		size_t len = strcspn(f->path + b.prefix, "/");

		if (f->path[b.prefix + len] == '/') {
			rc = insert_folder(t, tree, &b, len, err);
		} else {
			rc = insert(tree, f->path, b.prefix, len, &f->git,
			    GIT_FILEMODE_BLOB, err);
			b.first++;
		}
	}
	return rc;
}

/* As deep as paths are: WEIGH_PATH_DEPTH. */
static enum weigh_code
write_tree(struct trees *t, struct branch b, struct weigh_gitid *out,
    struct weigh_err *err)
{
	git_treebuilder *tree = NULL;
	enum weigh_code rc;
	git_oid id;
	int git_rc;

	git_rc = git_treebuilder_new(&tree, objects_repository(t->objects),
	    NULL);
	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot begin a tree");
	rc = fill_tree(t, tree, b, err);
	if (rc == WEIGH_OK && (git_rc = git_treebuilder_write(&id, tree)) != 0)
		rc = repo_fail(err, git_rc, "cannot make a tree");
	if (rc == WEIGH_OK)
		rc = objects_note(t->objects, &id,
		    40 * git_treebuilder_entrycount(tree), err);
	if (rc == WEIGH_OK)
		*out = repo_gitid(&id);
	git_treebuilder_free(tree);
	return rc;
}

static int
compare_dirs(const void *a, const void *b)
{
	return strcmp(((const struct repo_dir *)a)->path,
	    ((const struct repo_dir *)b)->path);
}

static enum weigh_code
write_trees(struct objects *o, struct repo_commit *c, struct weigh_err *err)
{
	struct trees t = { .objects = o, .commit = c };
	struct branch all = { 0, c->nfiles, 0 };
	enum weigh_code rc = write_tree(&t, all, &c->tree, err);

	if (rc == WEIGH_OK && c->ndirs > 1)
		qsort(c->dirs, c->ndirs, sizeof(*c->dirs), compare_dirs);
	return rc;
}

/* --- the commit ---------------------------------------------------------- */

/* One line, nothing that would end a header's field early. */
static enum weigh_code
check_identity(const char *text, const char *what, struct weigh_err *err)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len == 0 || len > REPO_IDENTITY_MAX || !weigh_utf8_ok(text, len))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the author's %s must be 1 to %d bytes of UTF-8", what,
		    REPO_IDENTITY_MAX);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f ||
		    text[i] == '<' || text[i] == '>')
			return weigh_fail(err, WEIGH_MALFORMED,
			    "the author's %s has a '<', '>' or control "
			    "character in it",
			    what);
	return WEIGH_OK;
}

static enum weigh_code
check_commit(const struct repo_commit *c, struct weigh_err *err)
{
	enum weigh_code rc = check_identity(c->author, "name", err);
	size_t len = strlen(c->message);

	if (rc == WEIGH_OK)
		rc = check_identity(c->email, "e-mail", err);
	if (rc != WEIGH_OK)
		return rc;
	if (c->date < 0)
		return weigh_fail(err, WEIGH_MALFORMED, "a date before 1970");
	if (len > REPO_MESSAGE_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a message of %zu bytes, at most %u allowed", len,
		    REPO_MESSAGE_MAX);
	if (!weigh_utf8_ok(c->message, len))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a message that is not UTF-8");
	return WEIGH_OK;
}

/* Is the new tree the parent's? */
static enum weigh_code
compare_with_parent(struct repo *r, const struct repo_commit *c, bool *same,
    struct weigh_err *err)
{
	git_oid id = repo_git_oid(&c->parent);
	git_commit *parent = NULL;
	struct weigh_gitid tree;
	enum weigh_code rc;
	size_t size;
	int git_rc;

	*same = false;
	if (weigh_gitid_is_zero(&c->parent))
		return WEIGH_OK;
	rc = repo_check_object(r->odb, &id, GIT_OBJECT_COMMIT, REPO_COMMIT_MAX,
	    &size, err);
	if (rc != WEIGH_OK)
		return weigh_context(err, rc, "the parent");
	if ((git_rc = git_commit_lookup(&parent, r->git, &id)) != 0)
		return repo_fail(err, git_rc, "cannot read the parent");
	tree = repo_gitid(git_commit_tree_id(parent));
	*same = weigh_gitid_equal(&tree, &c->tree);
	git_commit_free(parent);
	return WEIGH_OK;
}

/* The message as git's own tools leave it: with a line's end. */
static char *
finished_message(const char *message)
{
	size_t len = strlen(message);
	char *text = malloc(len + 2);

	if (text == NULL)
		return NULL;
	memcpy(text, message, len);
	if (len > 0 && message[len - 1] != '\n')
		text[len++] = '\n';
	text[len] = '\0';
	return text;
}

static int
create_commit(git_oid *id, git_repository *git, const struct repo_commit *c,
    const char *message)
{
	git_oid tree = repo_git_oid(&c->tree),
		parent = repo_git_oid(&c->parent);
	const git_oid *parents[] = { &parent };
	git_signature *author = NULL;
	int rc = git_signature_new(&author, c->author, c->email, c->date, 0);

	if (rc == 0)
		rc = git_commit_create_from_ids(id, git, NULL, author, author,
		    NULL, message, &tree,
		    weigh_gitid_is_zero(&c->parent) ? 0 : 1, parents);
	git_signature_free(author);
	return rc;
}

static enum weigh_code
write_commit(struct objects *o, struct repo_commit *c, struct weigh_err *err)
{
	char *message = finished_message(c->message);
	enum weigh_code rc;
	git_oid id;
	int git_rc;

	if (message == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	git_rc = create_commit(&id, objects_repository(o), c, message);
	if (git_rc != 0) {
		rc = repo_fail(err, git_rc, "cannot make the commit");
	} else {
		rc = objects_note(o, &id, strlen(message), err);
		c->id = repo_gitid(&id);
	}
	free(message);
	return rc;
}

enum weigh_code
repo_write(struct repo *r, struct repo_commit *c, struct weigh_err *err)
{
	struct objects *o = NULL;
	enum weigh_code rc;
	bool same;

	c->dirs = NULL;
	c->ndirs = 0;
	if ((rc = check_commit(c, err)) != WEIGH_OK ||
	    (rc = check_files(c, err)) != WEIGH_OK ||
	    (rc = objects_open(r, &o, err)) != WEIGH_OK ||
	    (rc = write_files(o, c, err)) != WEIGH_OK ||
	    (rc = write_trees(o, c, err)) != WEIGH_OK ||
	    (rc = compare_with_parent(r, c, &same, err)) != WEIGH_OK)
		goto out;
	if (same) {
		c->id = c->parent;
		rc = weigh_fail(err, WEIGH_EXISTS,
		    "nothing differs from the revision before");
		goto out;
	}
	if ((rc = write_commit(o, c, err)) == WEIGH_OK)
		rc = objects_finish(o, err);
out:
	if (rc != WEIGH_OK && rc != WEIGH_EXISTS)
		repo_commit_free(c);
	objects_close(o);
	return rc;
}

void
repo_commit_free(struct repo_commit *c)
{
	for (size_t i = 0; i < c->ndirs; i++)
		free(c->dirs[i].path);
	free(c->dirs);
	c->dirs = NULL;
	c->ndirs = 0;
}
