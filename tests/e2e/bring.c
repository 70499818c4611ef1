/*
 * bring: a source of repositories alone, for stories: what a name means there, its
 * objects into a stage, what they hold and where large files are, as one object of
 * JSON.
 *
 *     bring KIND BASE DATA NAME [REV] [token=T] [ca=FILE] [etag=E]
 *
 * KIND is hub, git or dir; DATA the folder that has the stage "story".
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/json.h>

#include "base/fd.h"
#include "fetch/source.h"
#include "net/loop.h"

#define FILES 1000 /* of a story's revision, at most */

static const struct source *const sources[] = { &source_hub, &source_git,
	&source_dir };

struct bringer {
	const struct source *source;
	struct source_place place;
	struct weigh_repo repo;
	const char *rev, *etag;
	struct stage *stage;
	struct source_revision told;
	struct source_file files[FILES];
	char *names[FILES];
	struct source_bytes bytes[FILES];
	size_t nfiles;
	struct weigh_jw *w;
};

static void
print_code(struct weigh_jw *w, const char *step, enum weigh_code rc,
    int64_t wait, const struct weigh_err *err)
{
	weigh_jw_kstr(w, step, weigh_code_info(rc)->name);
	if (rc == WEIGH_OK)
		return;
	weigh_jw_kstr(w, "why", err->why);
	weigh_jw_key(w, "wait");
	weigh_jw_i64(w, wait);
}

static enum weigh_code
print_entry(void *ctx, const struct repo_entry *e, struct weigh_err *err)
{
	struct bringer *b = ctx;
	char hex[WEIGH_OID_HEX + 1];

	(void)err;
	if (e->directory)
		return WEIGH_OK;
	weigh_jw_key(b->w, e->path);
	weigh_jw_object(b->w);
	weigh_jw_ku64(b->w, "size", e->size);
	weigh_oid_hex(&e->oid, hex);
	if (e->lfs)
		weigh_jw_kstr(b->w, "sha256", hex);
	weigh_gitid_hex(&e->git, hex);
	weigh_jw_kstr(b->w, "git", hex);
	weigh_jw_object_end(b->w);
	if (!e->lfs || b->nfiles == FILES)
		return WEIGH_OK;
	b->names[b->nfiles] = strdup(e->path);
	b->files[b->nfiles] = (struct source_file){
		.path = b->names[b->nfiles],
		.size = e->size,
		.lfs = true,
		.oid = e->oid,
	};
	b->nfiles++;
	return WEIGH_OK;
}

static enum weigh_code
print_file(void *ctx, const struct source_file *f, struct weigh_err *err)
{
	struct repo_entry e = {
		.path = f->path,
		.size = f->size,
		.lfs = f->lfs,
		.git = f->git,
		.oid = f->oid,
	};

	return print_entry(ctx, &e, err);
}

static enum weigh_code
resolve(struct bringer *b, struct weigh_err *err)
{
	struct source_revision *r = &b->told;
	char hex[WEIGH_GITID_HEX + 1];
	int64_t wait = -1;
	enum weigh_code rc;

	rc = b->source->resolve(&b->place, &b->repo, b->rev, b->etag, r, &wait,
	    err);
	print_code(b->w, "resolve", rc, wait, err);
	if (rc != WEIGH_OK)
		return rc;
	weigh_gitid_hex(&r->commit, hex);
	weigh_jw_kstr(b->w, "commit", hex);
	weigh_jw_kstr(b->w, "branch", r->branch);
	weigh_jw_kstr(b->w, "etag", r->etag);
	weigh_jw_kbool(b->w, "tag", r->tag);
	weigh_jw_kbool(b->w, "unchanged", r->unchanged);
	return rc;
}

static enum weigh_code
bring(struct bringer *b, struct weigh_err *err)
{
	int64_t wait = -1;
	enum weigh_code rc;

	rc = b->source->objects(&b->place, &b->repo, &b->told, b->stage, &wait,
	    err);
	print_code(b->w, "objects", rc, wait, err);
	if (rc != WEIGH_OK && strcmp(b->source->kind, "dir") != 0)
		return rc;
	weigh_jw_key(b->w, "files");
	weigh_jw_object(b->w);
	rc = rc == WEIGH_OK ?
	    stage_each_entry(b->stage, &b->told.commit, print_entry, b, err) :
	    b->source->list(&b->place, &b->repo, &b->told, print_file, b, &wait,
		err);
	weigh_jw_object_end(b->w);
	print_code(b->w, "entries", rc, -1, err);
	return rc;
}

static enum weigh_code
locate(struct bringer *b, struct weigh_err *err)
{
	int64_t wait = -1;
	enum weigh_code rc;

	rc = b->source->locate(&b->place, &b->repo, &b->told, b->files,
	    b->nfiles, b->bytes, &wait, err);
	print_code(b->w, "locate", rc, wait, err);
	if (rc != WEIGH_OK)
		return rc;
	weigh_jw_key(b->w, "bytes");
	weigh_jw_object(b->w);
	for (size_t i = 0; i < b->nfiles; i++) {
		weigh_jw_key(b->w, b->files[i].path);
		weigh_jw_object(b->w);
		weigh_jw_kstr(b->w, "url", b->bytes[i].url);
		weigh_jw_kstr(b->w, "fields", b->bytes[i].fields);
		weigh_jw_kbool(b->w, "open", b->bytes[i].fd >= 0);
		weigh_jw_object_end(b->w);
		fd_close(&b->bytes[i].fd);
	}
	weigh_jw_object_end(b->w);
	return rc;
}

static bool
read_arguments(struct bringer *b, int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(sources[i]->kind, argv[1]) == 0)
			b->source = sources[i];
	b->place.site = (struct outbound_site){ argv[2], "", "", false };
	b->rev = b->etag = "";
	if (strcmp(argv[1], "dir") == 0 || argv[2][0] == '/')
		b->place.dirfd = open(argv[2],
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 5; i < argc; i++)
		if (strncmp(argv[i], "token=", 6) == 0)
			b->place.site.token = argv[i] + 6;
		else if (strncmp(argv[i], "ca=", 3) == 0)
			b->place.site.ca_file = argv[i] + 3;
		else if (strncmp(argv[i], "etag=", 5) == 0)
			b->etag = argv[i] + 5;
		else
			b->rev = argv[i];
	return b->source != NULL &&
	    weigh_repo_parse(&b->repo, WEIGH_MODEL, argv[4], strlen(argv[4]),
		NULL) == WEIGH_OK;
}

static void
run(struct bringer *b, const char *data, struct weigh_err *err)
{
	int fd = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct weigh_buf out;
	struct weigh_jw w;

	weigh_buf_init(&out, 1 << 20);
	weigh_jw_init(&w, &out);
	b->w = &w;
	weigh_jw_object(&w);
	if (stage_open(&b->stage, fd, data, "story", err) == WEIGH_OK &&
	    resolve(b, err) == WEIGH_OK && bring(b, err) == WEIGH_OK)
		locate(b, err);
	weigh_jw_object_end(&w);
	printf("%s\n", out.failed ? err->why : out.data);
	stage_close(b->stage);
	while (b->nfiles > 0)
		free(b->names[--b->nfiles]);
	weigh_buf_free(&out);
	fd_close(&fd);
}

int
main(int argc, char **argv)
{
	static const struct outbound_settings settings = {
		.connect_seconds = 5,
		.silent_seconds = 1,
	};
	struct outbound_parts parts = { .post = loop_post };
	static struct bringer b;
	struct loop *loop = NULL;
	struct weigh_err err;

	signal(SIGPIPE, SIG_IGN);
	weigh_err_clear(&err);
	b.place.dirfd = -1;
	if (argc < 5 || !read_arguments(&b, argc, argv) ||
	    repo_init(&err) != WEIGH_OK || loop_new(&loop, &err) != WEIGH_OK)
		return fprintf(stderr, "bring: usage\n"), 64;
	parts.base = loop_base(loop);
	parts.home = loop;
	if (outbound_new(&b.place.outbound, &parts, &settings, &err) !=
		WEIGH_OK ||
	    loop_start(loop, "outbound", &err) != WEIGH_OK)
		return fprintf(stderr, "bring: %s\n", err.why), 70;
	run(&b, argv[3], &err);
	outbound_stop(b.place.outbound);
	loop_stop(loop);
	loop_join(loop);
	while (loop_finish(loop))
		continue;
	outbound_free(b.place.outbound);
	loop_free(loop);
	fd_close(&b.place.dirfd);
	return 0;
}
