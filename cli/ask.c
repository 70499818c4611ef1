/* ask: error sentences and exit statuses. */
#include <stdio.h>

#include <weigh/buf.h>
#include <weigh/control.h>

#include "ask.h"
#include "text.h"

#define SENTENCE_MAX 8192

static void
sentence(const char *label, const char *text)
{
	struct weigh_buf b;

	weigh_buf_init(&b, SENTENCE_MAX);
	text_clean(&b, text);
	fprintf(stderr, "%s%s\n", label, b.data != NULL ? b.data : "");
	weigh_buf_free(&b);
}

static void
for_people(const struct out *o, const struct weigh_err *err)
{
	const char *fix = weigh_err_fix(err);

	fflush(stdout);
	sentence(o->color ? "\033[1;31mweigh:\033[0m " : "weigh: ", err->what);
	if (err->why[0] != '\0')
		sentence("  why: ", err->why);
	if (fix[0] != '\0')
		sentence("  fix: ", fix);
}

int
ask_report(struct out *o, const struct weigh_err *err)
{
	struct weigh_buf b;

	if (o->format != OUT_JSON) {
		for_people(o, err);
	} else if (!o->documented) {
		weigh_buf_init(&b, SENTENCE_MAX);
		weigh_control_error_document(&b, err);
		if (!b.failed)
			printf("%s\n", b.data);
		o->documented = true;
		weigh_buf_free(&b);
	}
	return weigh_code_info(err->code)->exit_status;
}
