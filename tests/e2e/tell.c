/*
 * tell: a source of repositories alone, for stories: what it says a name means, what
 * the revision holds and where the bytes are, as one object of JSON.
 *
 *     tell SOURCE NAME[@REV] [ETAG]
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <weigh/json.h>
#include <weigh/source.h>

#include "fetch/source.h"
#include "net/loop.h"

#define SHOWN 100 /* files that are listed by name */

static const struct source *const sources[] = {
	[WEIGH_SOURCE_HUB] = &source_hub,
};

struct teller {
	const struct source *source;
	struct source_place place;
	struct weigh_ref ref;
	struct source_revision rev;
	struct weigh_jw *w;
	uint64_t files, bytes;
};

static void
print_code(struct weigh_jw *w, enum weigh_code rc, int64_t wait,
    const struct weigh_err *err)
{
	weigh_jw_kstr(w, "code", weigh_code_info(rc)->name);
	weigh_jw_kstr(w, "why", err->why);
	weigh_jw_key(w, "wait");
	weigh_jw_i64(w, wait);
}

static void
print_revision(const struct teller *t)
{
	const struct source_revision *r = &t->rev;
	char hex[WEIGH_GITID_HEX + 1];

	weigh_gitid_hex(&r->commit, hex);
	weigh_jw_kstr(t->w, "commit", hex);
	weigh_jw_kstr(t->w, "branch", r->branch);
	weigh_jw_kbool(t->w, "tag", r->tag);
	weigh_jw_kstr(t->w, "etag", r->etag);
	weigh_jw_kbool(t->w, "unchanged", r->unchanged);
	weigh_jw_kbool(t->w, "gated", r->gated);
	weigh_jw_kbool(t->w, "private", r->private_);
	weigh_jw_kbool(t->w, "segments", r->segments);
	weigh_jw_kstr(t->w, "repo", r->repo.name);
	weigh_jw_key(t->w, "date");
	weigh_jw_i64(t->w, r->date);
}

static enum weigh_code
print_file(void *ctx, const struct source_file *f, struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];
	struct teller *t = ctx;
	struct source_bytes b;
	enum weigh_code rc;
	int64_t wait;

	t->bytes += f->size;
	if (t->files++ >= SHOWN)
		return WEIGH_OK;
	rc = t->source->locate(&t->place, &t->ref.repo, &t->rev, f, 1, &b,
	    &wait, err);
	if (f->lfs)
		weigh_oid_hex(&f->oid, hex);
	else
		weigh_gitid_hex(&f->git, hex);
	weigh_jw_object(t->w);
	weigh_jw_kstr(t->w, "path", f->path);
	weigh_jw_ku64(t->w, "size", f->size);
	weigh_jw_kbool(t->w, "lfs", f->lfs);
	weigh_jw_kstr(t->w, "id", hex);
	weigh_jw_kstr(t->w, "url", rc == WEIGH_OK ? b.url : "");
	weigh_jw_object_end(t->w);
	return rc;
}

static void
tell_list(struct teller *t)
{
	struct weigh_err err;
	int64_t wait = -1;
	enum weigh_code rc;

	weigh_err_clear(&err);
	weigh_jw_key(t->w, "list");
	weigh_jw_object(t->w);
	weigh_jw_key(t->w, "files");
	weigh_jw_array(t->w);
	rc = t->source->list(&t->place, &t->ref.repo, &t->rev, print_file, t,
	    &wait, &err);
	weigh_jw_array_end(t->w);
	weigh_jw_ku64(t->w, "count", t->files);
	weigh_jw_ku64(t->w, "bytes", t->bytes);
	print_code(t->w, rc, wait, &err);
	weigh_jw_object_end(t->w);
}

static void
tell(struct teller *t, const char *etag)
{
	struct weigh_err err;
	int64_t wait = -1;
	enum weigh_code rc;

	weigh_err_clear(&err);
	weigh_jw_object(t->w);
	rc = t->source->resolve(&t->place, &t->ref.repo, t->ref.rev, etag,
	    &t->rev, &wait, &err);
	print_code(t->w, rc, wait, &err);
	if (rc == WEIGH_OK)
		print_revision(t);
	if (rc == WEIGH_OK && !t->rev.unchanged)
		tell_list(t);
	weigh_jw_object_end(t->w);
}

static void
tell_all(struct outbound *o, const struct weigh_source *from,
    const struct weigh_ref *ref, const char *etag)
{
	struct weigh_buf out;
	struct weigh_jw w;
	struct teller t = {
		.source = sources[from->kind],
		.place = { .site = { .base = from->base,
			       .token = "",
			       .ca_file = "" },
		    .dirfd = -1,
		    .outbound = o },
		.ref = *ref,
		.w = &w,
	};

	weigh_buf_init(&out, 1u << 20);
	weigh_jw_init(&w, &out);
	tell(&t, etag);
	printf("%s\n", out.failed ? "{}" : out.data);
	weigh_buf_free(&out);
}

int
main(int argc, char **argv)
{
	struct outbound_settings settings = { .connect_seconds = 10,
		.silent_seconds = 30 };
	struct outbound_parts parts = { .post = loop_post };
	struct outbound *o = NULL;
	struct loop *loop = NULL;
	struct weigh_source from;
	struct weigh_ref ref;
	struct weigh_err err;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 3 ||
	    weigh_source_parse(&from, argv[1], WEIGH_SOURCE_CONFIGURED, &err) !=
		WEIGH_OK ||
	    weigh_ref_parse(&ref, argv[2], &err) != WEIGH_OK ||
	    loop_new(&loop, &err) != WEIGH_OK)
		return fprintf(stderr, "tell SOURCE NAME[@REV] [ETAG]\n"), 64;
	parts.base = loop_base(loop);
	parts.home = loop;
	if (outbound_new(&o, &parts, &settings, &err) != WEIGH_OK ||
	    loop_start(loop, "outbound", &err) != WEIGH_OK)
		return fprintf(stderr, "tell: %s\n", err.why), 70;
	tell_all(o, &from, &ref, argc > 3 ? argv[3] : "");
	outbound_stop(o);
	loop_stop(loop);
	loop_join(loop);
	while (loop_finish(loop))
		continue;
	outbound_free(o);
	loop_free(loop);
	return 0;
}
