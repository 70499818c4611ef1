/*
 * notice: what people should know beside the answer: X-HF-Warning, which
 * huggingface_hub prints, each topic once.  One field a notice; our own words and
 * numbers, so each fits its line.
 */
#include <inttypes.h>
#include <stdio.h>

#include <weigh/hub.h>

#include "priv.h"

#define TEXT 256

/* What the notices are made from. */
struct facts {
	const struct weigh_who *who;
	bool told; /* of the revision: by the catalog */
	bool licensed;
	uint64_t bad, files;
};

static bool
say_bad(const struct facts *f, char out[TEXT])
{
	snprintf(out, TEXT,
	    "%" PRIu64 " of %" PRIu64 " files of this revision are damaged on "
	    "the mirror, and not given out until they are mended",
	    f->bad, f->files);
	return f->told && f->bad > 0;
}

static bool
say_license(const struct facts *f, char out[TEXT])
{
	snprintf(out, TEXT,
	    "this revision declares no license: ask its author what you may "
	    "do with it");
	return f->told && !f->licensed;
}

static bool
say_end(const struct facts *f, char out[TEXT])
{
	char date[WEIGH_HUB_DATE];

	if (!serve_ends_soon(f->who))
		return false;
	weigh_hub_date(f->who->expires, date);
	snprintf(out, TEXT, "the token '%s' expires at %s", f->who->name, date);
	return true;
}

static const struct {
	const char *topic;
	bool (*say)(const struct facts *f, char out[TEXT]);
} notices[] = {
	{ "integrity", say_bad },
	{ "license", say_license },
	{ "token", say_end },
};

static void
keep_revision(void *ctx, const struct catalog_revision *rev)
{
	struct facts *f = ctx;

	f->told = true;
	f->licensed = rev->license[0] != '\0';
	f->bad = rev->bad;
	f->files = rev->files;
}

void
ask_notices(struct ask *ask, struct catalog_reader *reader)
{
	struct facts f = { .who = &ask->who };
	char text[TEXT];

	/* The answer itself finds out what is wrong with the catalog. */
	(void)catalog_revision(reader, &ask->match.repo, &ask->commit,
	    keep_revision, &f, NULL);
	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++)
		if (notices[i].say(&f, text))
			http_reply_field(&ask->task.reply, "X-HF-Warning",
			    "%s; %s", notices[i].topic, text);
}
