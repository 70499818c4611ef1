/* weigh accept: the terms of a gated repository, shown and accepted. */
#include <stdio.h>
#include <string.h>

#include <weigh/control.h>

#include "cmds.h"
#include "consent.h"
#include "text.h"

#define PATH "/-/v1/access"

/* --- what is accepted ------------------------------------------------------------ */

/* A text that somebody wrote, line by line: none of it commands the terminal. */
static enum weigh_code
show_text(const char *text, struct weigh_err *err)
{
	struct weigh_buf line, clean;
	bool failed = false;

	while (*text != '\0' && !failed) {
		size_t len = strcspn(text, "\n");

		weigh_buf_init(&line, len + 1);
		weigh_buf_init(&clean, 8 * len + 16);
		weigh_buf_add(&line, text, len);
		weigh_buf_addc(&line, '\0');
		failed = line.failed;
		if (!failed)
			text_clean(&clean, line.data);
		failed = failed || clean.failed;
		if (!failed)
			fprintf(stderr, "    %s\n",
			    clean.len > 0 ? clean.data : "");
		weigh_buf_free(&line);
		weigh_buf_free(&clean);
		text += len + (text[len] == '\n');
	}
	return failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			WEIGH_OK;
}

static enum weigh_code
show_terms(const struct doc *d, struct weigh_err *err)
{
	const struct doc *texts = doc_get(d, "texts"), *t;
	const char *prompt = doc_str(d, "prompt");
	enum weigh_code rc = WEIGH_OK;

	fprintf(stderr, "terms of %s, revision %.12s\n", doc_str(d, "name"),
	    doc_str(d, "revision"));
	if (prompt[0] != '\0') {
		fprintf(stderr, "\n  what its card says:\n");
		rc = show_text(prompt, err);
	}
	for (t = texts != NULL ? texts->first : NULL;
	     t != NULL && rc == WEIGH_OK; t = t->next) {
		fprintf(stderr, "\n  %s, sha256 %s:\n", doc_str(t, "path"),
		    doc_str(t, "sha256"));
		if (doc_get(t, "text") != NULL)
			rc = show_text(doc_str(t, "text"), err);
		else
			fprintf(stderr,
			    "    (its words cannot be shown here)\n");
	}
	if (doc_u64(d, "more") > 0)
		fprintf(stderr, "\n  and %llu more texts\n",
		    (unsigned long long)doc_u64(d, "more"));
	if (prompt[0] == '\0' && doc_count(texts) == 0)
		fprintf(stderr, "  (its revision brings no text of terms)\n");
	fprintf(stderr, "\n  sha256 of all of them: %s\n\n",
	    doc_str(d, "terms"));
	return rc;
}

static enum weigh_code
ask(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (c->out->format == OUT_HUMAN || !opts_has(c->opts, OPT_YES))
		rc = show_terms(d, err);
	if (rc == WEIGH_OK)
		rc = consent(c,
		    "Do you accept these terms? It is recorded with your "
		    "token's id.",
		    err);
	if (rc == WEIGH_USAGE) {
		weigh_fail(err, WEIGH_USAGE,
		    "nobody said yes to these terms, and there is no terminal "
		    "to ask at");
		weigh_fix(err, "read them, then say --yes");
	}
	return rc;
}

/* --- accepting -------------------------------------------------------------------- */

static enum weigh_code
tell(struct client *client, const struct doc *terms, struct doc **out,
    struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&b, WEIGH_CONTROL_BODY);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "name", doc_str(terms, "name"));
	weigh_jw_kstr(&w, "terms", doc_str(terms, "terms"));
	weigh_jw_object_end(&w);
	rc = b.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			client_doc(client, PATH "/accept", b.data,
			    "weigh.consent/1", out, err);
	weigh_buf_free(&b);
	return rc;
}

static enum weigh_code
print(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	if (c->out->format == OUT_JSON)
		return out_document(c->out, d, err);
	out_line("%s", doc_str(d, "name"));
	if (strcmp(doc_str(d, "standing"), "waiting") == 0)
		out_say(c->out,
		    "accepted; an approver of this mirror has to grant it\n"
		    "next: ask for: weigh access grant %s %s",
		    doc_str(d, "name"), doc_str(d, "token"));
	else
		out_say(c->out, "accepted\nnext: weigh pull %s",
		    doc_str(d, "name"));
	return WEIGH_OK;
}

/* Is there nothing to be asked: no terms, or accepted as they are? */
static bool
is_settled(const struct doc *terms)
{
	const char *visibility = doc_str(terms, "visibility");
	const char *standing = doc_str(terms, "standing");

	return strcmp(standing, "waiting") == 0 ||
	    strcmp(standing, "refused") == 0 ||
	    (strcmp(standing, "may") == 0 &&
		(strcmp(visibility, "gated-auto") == 0 ||
		    strcmp(visibility, "gated-manual") == 0));
}

enum weigh_code
cmd_accept(const struct call *c, struct weigh_err *err)
{
	struct doc *terms = NULL, *d = NULL;
	struct client client = { 0 };
	struct weigh_ref ref;
	enum weigh_code rc;

	rc = call_open_ref(c, c->args[0], &ref, &client, err);
	if (rc == WEIGH_OK && ref.rev[0] != '\0')
		rc = weigh_fail(err, WEIGH_USAGE,
		    "terms are of a repository, not of a revision of it");
	if (rc == WEIGH_OK)
		rc = call_ref_doc(&client, PATH "/terms", &ref, "weigh.terms/1",
		    &terms, err);
	if (rc == WEIGH_OK && !is_settled(terms) &&
	    strncmp(doc_str(terms, "visibility"), "gated-", 6) == 0)
		rc = ask(c, terms, err);
	if (rc == WEIGH_OK)
		rc = tell(&client, terms, &d, err);
	if (rc == WEIGH_OK)
		rc = print(c, d, err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot accept the terms of %.180s",
		    c->args[0]);
	doc_free(terms);
	doc_free(d);
	client_close(&client);
	return rc;
}
