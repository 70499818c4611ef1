/* staged: see staged.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <git2.h>

#include "check.h"
#include "repo/priv.h"
#include "staged.h"

const struct gate_who staged_who = {
	.token = "job",
	.origin = "mirrored from https://hub.example",
};

static struct weigh_gitid
put_small(struct stage *s, const char *text)
{
	struct weigh_gitid id;
	git_oid oid;

	check_true("hash",
	    git_odb_hash(&oid, text, strlen(text), GIT_OBJECT_BLOB) == 0);
	id = repo_gitid(&oid);
	check_code("put", stage_put_blob(s, &id, text, strlen(text), NULL),
	    WEIGH_OK);
	return id;
}

struct weigh_gitid
staged_make(struct gatehouse *g, struct stage **out, const char *name,
    int64_t date, const struct staged_file *files, size_t count)
{
	struct repo_file list[STAGED_FILES] = { 0 };
	struct stage_told told = {
		.message = "as upstream has it\n",
		.date = date,
		.files = list,
		.nfiles = count,
	};

	check_true("so many", count <= STAGED_FILES);
	check_code("stage", stage_open(out, g->dir.fd, g->dir.path, name, NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < count; i++) {
		const struct staged_file *f = &files[i];

		list[i] = (struct repo_file){
			.path = f->path,
			.size = strlen(f->text),
			.lfs = f->lfs,
		};
		check_true("oid",
		    weigh_oid_of(&list[i].oid, f->text, strlen(f->text)));
		if (!f->lfs)
			list[i].git = put_small(*out, f->text);
	}
	check_code("make", stage_make(*out, &told, NULL), WEIGH_OK);
	return told.commit;
}

enum weigh_code
staged_receive(struct gatehouse *g, const char *text, bool arrived,
    struct weigh_err *err)
{
	const struct gatehouse_file file = { .path = "", .text = text };
	struct store_writer *writer = NULL;
	struct store_blob blob;

	gatehouse_seal(g, &file, &writer, &blob);
	return arrived ?
	    gate_arrived(g->gate, g->reader, writer, &blob, &staged_who, err) :
	    gate_receive(g->gate, g->reader, writer, &blob, &staged_who, err);
}

struct gate_mirrored
staged_order(struct stage *stage, const struct weigh_gitid *commit)
{
	return (struct gate_mirrored){
		.repo = { WEIGH_MODEL, "acme/far" },
		.stage = stage,
		.commit = *commit,
		.proof = GATE_PROVED,
		.ref_kind = CATALOG_BRANCH,
		.ref = "main",
		.source = "https://hub.example",
		.who = &staged_who,
	};
}
