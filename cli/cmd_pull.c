/* weigh pull: a verified copy of a revision in a folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds.h"
#include "pull.h"
#include "stop.h"
#include "text.h"

#define JOBS 4

/* --to, or ./ and the last part of the name. */
static enum weigh_code
name_folder(struct pull *p, struct weigh_err *err)
{
	const char *name = p->ref.repo.name;
	const char *slash = strrchr(name, '/');
	const char *to = opts_value(p->c->opts, OPT_TO,
	    slash != NULL ? slash + 1 : name);

	if (to[0] == '\0' || strlen(to) >= sizeof(p->folder))
		return weigh_fail(err, WEIGH_USAGE,
		    "--to names no folder: '%.60s'", to);
	snprintf(p->folder, sizeof(p->folder), "%s", to);
	return WEIGH_OK;
}

/* What another run must bring, and what it need not. */
static void
advise(const struct pull *p, enum weigh_code rc, struct weigh_err *err)
{
	if (rc == WEIGH_CANCELED)
		weigh_fix(err,
		    "run the same command again: it goes on where "
		    "it stopped");
	if (call_needs_what(err))
		weigh_what(err, "cannot pull %.180s into '%.60s'",
		    p->c->args[0], p->folder);
}

static enum weigh_code
print_json(const struct pull *p, struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&b, 1u << 20);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.pull/1");
	weigh_jw_kstr(&w, "name", p->name);
	weigh_jw_kstr(&w, "revision", p->commit);
	weigh_jw_kstr(&w, "manifest", p->digest);
	weigh_jw_kstr(&w, "dir", p->folder);
	weigh_jw_ku64(&w, "files", p->count);
	weigh_jw_ku64(&w, "bytes", p->bytes);
	weigh_jw_ku64(&w, "kept", p->kept);
	weigh_jw_ku64(&w, "fetched_files", p->fetched);
	weigh_jw_ku64(&w, "fetched_bytes", p->received);
	weigh_jw_ku64(&w, "refetched_bytes", p->refetched);
	weigh_jw_ku64(&w, "left_out_files", p->left_out);
	weigh_jw_ku64(&w, "left_out_bytes", p->left_out_bytes);
	weigh_jw_object_end(&w);
	rc = out_buffer(p->c->out, &b, err);
	weigh_buf_free(&b);
	return rc;
}

static void
print_files(const struct pull *p)
{
	char hex[WEIGH_OID_HEX + 1];
	size_t i;

	for (i = 0; i < p->count; i++) {
		weigh_oid_hex(&p->files[i].want->oid, hex);
		out_line("%s  %s", hex, p->files[i].want->path);
	}
}

static void
print_people(const struct pull *p)
{
	char files[TEXT_COUNT], size[TEXT_SIZE], got[TEXT_SIZE];

	text_count(p->count, "file", files);
	text_size(p->bytes, size);
	text_size(p->received, got);
	out_line("%s@%s  %s, %s, every byte matches its SHA-256", p->name,
	    p->commit, files, size);
	out_say(p->c->out, "in '%s': %zu kept, %s fetched", p->folder,
	    (size_t)p->kept, got);
	out_say(p->c->out, "next: weigh verify --dir '%s'", p->folder);
}

/* A mirror that took a part in says so; everybody hears it, but not a script's -q. */
static void
say_left_out(const struct pull *p)
{
	char files[TEXT_COUNT], size[TEXT_SIZE];

	if (p->left_out == 0)
		return;
	text_count(p->left_out, "file", files);
	text_size(p->left_out_bytes, size);
	out_say(p->c->out, "%s, %s, %s not held there and left out%s '%.200s'",
	    files, size, p->left_out == 1 ? "is" : "are",
	    p->left_out == 1 ? ":" : "; the first is", p->left_out_first);
}

static enum weigh_code
print(const struct pull *p, struct weigh_err *err)
{
	switch (p->c->out->format) {
	case OUT_JSON:
		return print_json(p, err);
	case OUT_HUMAN:
		if (p->c->out->verbose)
			print_files(p);
		print_people(p);
		say_left_out(p);
		break;
	case OUT_TSV:
		out_line("name\trevision\tfiles\tbytes\tdir");
		out_line("%s\t%s\t%zu\t%llu\t%s", p->name, p->commit, p->count,
		    (unsigned long long)p->bytes, p->folder);
		break;
	case OUT_QUIET:
		out_line("%s", p->commit);
		break;
	}
	return WEIGH_OK;
}

static enum weigh_code
pull(struct pull *p, struct weigh_err *err)
{
	enum weigh_code rc = name_folder(p, err);

	if (rc == WEIGH_OK)
		rc = call_jobs(p->c, JOBS, &p->jobs, err);
	if (rc == WEIGH_OK)
		rc = call_client(p->c, &p->client, err);
	if (rc == WEIGH_OK)
		rc = pull_ask_manifest(p, err);
	if (rc == WEIGH_OK)
		rc = pull_choose(p, err);
	if (rc == WEIGH_OK)
		rc = pull_open_folder(p, err);
	if (rc == WEIGH_OK)
		rc = pull_plan(p, err);
	if (rc == WEIGH_OK)
		rc = pull_note_begin(p, err);
	if (rc == WEIGH_OK)
		rc = pull_fetch(p, err);
	if (rc == WEIGH_OK)
		rc = pull_note_end(p, err);
	return rc;
}

static void
let_go(struct pull *p)
{
	weigh_manifest_free(&p->manifest);
	weigh_manifest_free(&p->old[0]);
	weigh_manifest_free(&p->old[1]);
	free(p->files);
	client_close(&p->client);
	if (p->partial >= 0)
		close(p->partial);
	if (p->own >= 0)
		close(p->own);
	if (p->dir >= 0)
		close(p->dir);
}

enum weigh_code
cmd_pull(const struct call *c, struct weigh_err *err)
{
	struct pull p = { .c = c, .dir = -1, .own = -1, .partial = -1 };
	enum weigh_code rc = call_ref(&p.ref, c->args[0], err);

	if (rc == WEIGH_OK) {
		weigh_repo_text(&p.ref.repo, p.name);
		rc = pull(&p, err);
	}
	if (rc == WEIGH_OK)
		rc = print(&p, err);
	else
		advise(&p, rc, err);
	let_go(&p);
	return rc;
}
