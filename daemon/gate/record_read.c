/* record_read: what a revision's own files say of its license. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/declared.h>
#include <weigh/evidence.h>

#include "base/fd.h"
#include "catalog/texts.h"
#include "gate/about.h"
#include "gate/weights.h"
#include "inspect/license.h"
#include "recording.h"

#define PAGE 1000
#define PROMPT "README.md#extra_gated_prompt"

static enum weigh_code
no_memory(struct recording *k)
{
	return weigh_fail(k->err, WEIGH_NOMEM, "out of memory");
}

/* --- its files ---------------------------------------------------------------- */

struct page {
	struct recording *k;
	unsigned seen;
	char last[WEIGH_PATH_MAX + 1];
	bool failed;
};

static bool
grow_files(struct recording *k)
{
	size_t room = k->room == 0 ? 64 : 2 * k->room;
	struct recording_file *files;

	if (k->nfiles < k->room)
		return true;
	files = reallocarray(k->files, room, sizeof(*files));
	if (files == NULL)
		return false;
	k->files = files;
	k->room = room;
	return true;
}

static void
take_entry(void *ctx, const struct catalog_entry *e)
{
	struct page *p = ctx;
	struct recording *k = p->k;

	p->seen++;
	snprintf(p->last, sizeof(p->last), "%s", e->path);
	if (e->directory || p->failed)
		return;
	if (!grow_files(k) ||
	    !weigh_buf_add(&k->names, e->path, strlen(e->path) + 1)) {
		p->failed = true;
		return;
	}
	k->files[k->nfiles++] = (struct recording_file){
		.oid = e->oid,
		.size = e->size,
		.held = !e->absent && !e->bad,
	};
}

/* Names stand where they are, once all of them have come. */
static enum weigh_code
point_to_names(struct recording *k)
{
	const char *name = k->names.data;

	k->paths = calloc(k->nfiles + 1, sizeof(*k->paths));
	if (k->paths == NULL)
		return no_memory(k);
	for (size_t i = 0; i < k->nfiles; i++, name += strlen(name) + 1)
		k->files[i].path = k->paths[i] = name;
	return WEIGH_OK;
}

static enum weigh_code
read_files(struct recording *k)
{
	struct page p = { .k = k };
	enum weigh_code rc;

	do {
		p.seen = 0;
		rc = catalog_tree(k->reader, &k->of->repo, &k->of->commit, "",
		    true, p.last, PAGE, take_entry, &p, k->err);
		if (rc == WEIGH_OK && p.failed)
			rc = no_memory(k);
	} while (rc == WEIGH_OK && p.seen == PAGE);
	return rc == WEIGH_OK ? point_to_names(k) : rc;
}

static const struct recording_file *
find_file(const struct recording *k, const char *path)
{
	for (size_t i = 0; i < k->nfiles; i++)
		if (strcmp(k->files[i].path, path) == 0)
			return &k->files[i];
	return NULL;
}

bool
recording_bytes(struct recording *k, const struct weigh_oid *oid, uint64_t size,
    struct weigh_buf *out)
{
	enum weigh_code rc;
	char *bytes;
	int fd = -1;
	bool ok;

	if (size > GATE_ABOUT_MAX || (bytes = malloc(size + 1)) == NULL)
		return false;
	rc = gate_open(k->gate, k->reader, WEIGH_DOOR_NONE, oid, size, &fd,
	    NULL);
	k->waits = k->waits || rc == WEIGH_NOT_YET;
	ok = rc == WEIGH_OK &&
	    fd_pread_all(fd, bytes, (size_t)size, 0, NULL) == WEIGH_OK &&
	    weigh_buf_add(out, bytes, (size_t)size);
	fd_close(&fd);
	free(bytes);
	return ok;
}

/* --- what it declares ------------------------------------------------------------ */

static void
take_about(void *ctx, const struct catalog_about *about)
{
	weigh_buf_adds(ctx, about->card);
}

static enum weigh_code
read_card(struct recording *k)
{
	enum weigh_code rc = catalog_about(k->reader, &k->of->repo,
	    &k->of->commit, take_about, &k->card, k->err);

	return rc == WEIGH_OK && k->card.failed ? no_memory(k) : rc;
}

enum {
	README,
	CONFIG,
	ADAPTER,
	SMALL_FILES
};
static const char *const small_files[SMALL_FILES] = {
	[README] = "README.md",
	[CONFIG] = "config.json",
	[ADAPTER] = "adapter_config.json",
};

static enum weigh_code
read_declared(struct recording *k)
{
	struct weigh_buf texts[SMALL_FILES];
	struct weigh_declared d = {
		.card = k->card.data,
		.card_len = k->card.len,
		.paths = k->paths,
		.npaths = k->nfiles,
	};
	enum weigh_code rc;

	for (int i = 0; i < SMALL_FILES; i++) {
		const struct recording_file *f = find_file(k, small_files[i]);

		weigh_buf_init(&texts[i], GATE_ABOUT_MAX);
		if (f != NULL && f->held)
			(void)recording_bytes(k, &f->oid, f->size, &texts[i]);
	}
	d.readme = texts[README].data;
	d.readme_len = texts[README].len;
	d.config = texts[CONFIG].data;
	d.config_len = texts[CONFIG].len;
	d.adapter = texts[ADAPTER].data;
	d.adapter_len = texts[ADAPTER].len;
	rc = weigh_declared_read(k->r, &d, k->tables, k->ntables, k->err);
	for (int i = 0; i < SMALL_FILES; i++)
		weigh_buf_free(&texts[i]);
	return rc;
}

/* --- what headers of its weights say ----------------------------------------------- */

/* "…-00002-of-00005.gguf": the first part says it all. */
static bool
is_later_part(const char *path)
{
	const char *of = strstr(path, "-of-"), *at = of;
	bool first = true;

	while (at != NULL && at > path && at[-1] >= '0' && at[-1] <= '9') {
		at--;
		first = first && (*at == '0' || (*at == '1' && at + 1 == of));
	}
	return at != NULL && at < of && !first;
}

static enum weigh_code
take_says(struct recording *k, const char *path, const struct weigh_weights *w)
{
	const char *key = w->says.data, *value;
	enum weigh_code rc = WEIGH_OK;

	for (unsigned i = 0; rc == WEIGH_OK && i < w->nsays; i++) {
		value = key + strlen(key) + 1;
		rc = weigh_declared_weights(k->r, weigh_format_name(w->format),
		    path, key, value, strlen(value), k->tables, k->ntables,
		    k->err);
		key = value + strlen(value) + 1;
	}
	return rc;
}

static enum weigh_code
read_weights(struct recording *k)
{
	enum weigh_code rc = WEIGH_OK;
	unsigned n = 0;

	for (size_t i = 0;
	     rc == WEIGH_OK && i < k->nfiles && n < RECORDING_FILES; i++) {
		const struct recording_file *f = &k->files[i];
		struct gate_weights row = {
			.oid = f->oid,
			.size = f->size,
			.format = weigh_format_of(f->path),
		};

		if ((row.format != WEIGH_GGUF &&
			row.format != WEIGH_SAFETENSORS) ||
		    !f->held || is_later_part(f->path))
			continue;
		n++;
		rc = gate_weights_all(k->gate, k->reader, &row, 1, k->err);
		if (rc == WEIGH_OK && row.known)
			rc = take_says(k, f->path, &row.facts);
		gate_weights_free(&row, 1);
	}
	return rc;
}

/* --- its texts ---------------------------------------------------------------------- */

static bool
name_text(struct recording *k, struct weigh_record_text *t, const char *path,
    const struct weigh_oid *oid)
{
	const char *kept = weigh_record_keep(k->r, path, strlen(path));

	if (kept == NULL)
		return false;
	t->path = kept;
	t->oid = *oid;
	t->scope = weigh_record_scope(path);
	return true;
}

struct texts {
	struct recording *k;
	enum weigh_code rc;
};

static void
take_text(void *ctx, const struct catalog_text_of *of)
{
	struct texts *in = ctx;
	struct recording *k = in->k;
	struct weigh_record_text *t;

	if (of->waits && !gate_text_failed(k->gate, &of->oid))
		k->waits = true;
	if (of->result[0] == '\0' || in->rc != WEIGH_OK ||
	    (t = weigh_record_text(k->r)) == NULL)
		return;
	in->rc = weigh_record_text_read(k->r, t, of->result, strlen(of->result),
	    k->err);
	if (in->rc == WEIGH_OK && !name_text(k, t, of->path, &of->oid))
		in->rc = no_memory(k);
}

static enum weigh_code
read_texts(struct recording *k)
{
	struct texts in = { .k = k };
	enum weigh_code rc = catalog_texts_of(k->reader, &k->of->repo,
	    &k->of->commit, WEIGH_RECORD_TEXTS, take_text, &in, k->err);

	return rc == WEIGH_OK ? in.rc : rc;
}

enum weigh_code
recording_add_text(struct recording *k, const char *path,
    const struct weigh_oid *oid, const char *text, size_t len)
{
	struct weigh_license_result *found = NULL;
	struct weigh_record_text *t;
	enum weigh_code rc;

	if (len > WEIGH_EVIDENCE_MAX)
		return WEIGH_OK;
	rc = inspect_license_text(k->gate->judge, text, len, &found, k->err);
	if (rc == WEIGH_OK && found->kind != WEIGH_LICENSE_NONE &&
	    (t = weigh_record_text(k->r)) != NULL) {
		rc = weigh_record_take_scan(k->r, t, found, k->err);
		if (rc == WEIGH_OK && !name_text(k, t, path, oid))
			rc = no_memory(k);
	}
	weigh_license_result_free(found);
	return rc;
}

/* Some put the whole license where people are asked to agree. */
static enum weigh_code
read_prompt(struct recording *k)
{
	struct weigh_buf prompt;
	struct weigh_oid oid;
	enum weigh_code rc = WEIGH_OK;

	weigh_buf_init(&prompt, WEIGH_EVIDENCE_MAX);
	if (weigh_declared_prompt(k->card.data, k->card.len, &prompt) &&
	    weigh_oid_of(&oid, prompt.data, prompt.len))
		rc = recording_add_text(k, PROMPT, &oid, prompt.data,
		    prompt.len);
	weigh_buf_free(&prompt);
	return rc;
}

/* --- the whole ---------------------------------------------------------------------- */

enum weigh_code
recording_read(struct recording *k)
{
	static enum weigh_code (*const steps[])(struct recording *) = {
		read_card,
		read_files,
		read_texts,
		read_declared,
		read_weights,
		read_prompt,
	};
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) &&
	     rc == WEIGH_OK && !k->waits;
	     i++)
		rc = steps[i](k);
	return rc;
}
