/* tell: what the license engine found, in words for people. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phrase.h"
#include "tell.h"
#include "text.h"

#define KIND_WIDTH 9 /* "reference" */
#define INDENT (KIND_WIDTH + 2)
#define PASSAGES 8       /* of a file, before it is cut */
#define BESIDE 3         /* the same, beside a reference: prose, mostly */
#define PASSAGE 600      /* characters of one of them */
#define STRANGE 200      /* the same, of a text that is no license known here */
#define LICENSE_WIDTH 44 /* columns; what is longer pushes the path aside */
#define LINE_MAX_BYTES 65536u

/* --- pieces ------------------------------------------------------------------------ */

void
tell_wrapped(size_t indent, const char *text)
{
	struct weigh_buf b;

	weigh_buf_init(&b, 4 * LINE_MAX_BYTES);
	weigh_buf_addf(&b, "%*s", (int)indent, "");
	text_wrap(&b, text, indent, indent, out_width());
	out_line("%s", b.failed ? text : b.data);
	weigh_buf_free(&b);
}

/* --- passages ---------------------------------------------------------------------- */

/* The words themselves, between quotes, cut (2). */
static void
quoted(struct weigh_buf *out, const struct scanned_quote *q, size_t most)
{
	struct weigh_buf line;
	size_t end, i;

	weigh_buf_init(&line, LINE_MAX_BYTES);
	phrase_squeeze(&line, q->text, strlen(q->text));
	for (i = 0, end = 0; end < line.len; end++)
		if (((unsigned char)line.data[end] & 0xc0) != 0x80 &&
		    i++ == most)
			break;
	weigh_buf_addf(out, "\"%.*s%s\"", (int)end,
	    line.len > 0 ? line.data : "",
	    q->cut || end < line.len ? "..." : "");
	weigh_buf_free(&line);
}

static void
passage(const struct scanned *s, size_t i)
{
	const struct weigh_license_passage *p = &s->result->passages[i];
	const struct scanned_quote *q = &s->quotes[i];
	const char *whose = scanned_against(s, p);
	struct weigh_buf b;

	weigh_buf_init(&b, LINE_MAX_BYTES);
	phrase_passage(p, &b);
	if (s->result->kind == WEIGH_LICENSE_MULTIPLE && whose[0] != '\0')
		weigh_buf_addf(&b, ", against %s", whose);
	if (q->text != NULL)
		weigh_buf_addc(&b, ':');
	tell_wrapped(INDENT, b.failed ? "" : b.data);
	weigh_buf_reset(&b);
	if (q->text != NULL) {
		quoted(&b, q, whose[0] != '\0' ? PASSAGE : STRANGE);
		tell_wrapped(INDENT + 2, b.failed ? "" : b.data);
	}
	if (q->from != NULL)
		out_line("%*s(as %s has it%s%s)", INDENT + 2, "", q->from,
		    q->at != NULL ? ", at " : "", q->at != NULL ? q->at : "");
	weigh_buf_free(&b);
}

static void
passages(const struct scanned *s)
{
	const struct weigh_license_result *r = s->result;
	size_t most = r->kind == WEIGH_LICENSE_REFERENCE ? BESIDE : PASSAGES;
	size_t i;

	for (i = 0; i < r->npassages && i < most; i++)
		passage(s, i);
	if (i < r->npassages)
		out_line("%*sand %zu more, which --json has", INDENT, "",
		    r->npassages + r->more_passages - i);
}

/* --- one file ---------------------------------------------------------------------- */

/* Was the same said by a fact before this one? */
static bool
is_said(const struct weigh_license_result *r, size_t i)
{
	const struct weigh_license_fact *f = &r->facts[i];
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(r->facts[k].name, f->name) == 0 &&
		    strcmp(r->facts[k].value, f->value) == 0 &&
		    strcmp(r->facts[k].op, f->op) == 0 &&
		    strcmp(r->facts[k].currency, f->currency) == 0)
			return true;
	return false;
}

/* Facts that change what one may do, each once; dates and versions are in --json. */
static void
facts(const struct weigh_license_result *r)
{
	struct weigh_buf b;
	size_t i;

	for (i = 0; i < r->nfacts; i++) {
		const struct weigh_license_fact *f = &r->facts[i];

		if ((strncmp(f->name, "threshold", 9) != 0 &&
			strncmp(f->name, "territory", 9) != 0) ||
		    is_said(r, i))
			continue;
		weigh_buf_init(&b, LINE_MAX_BYTES);
		weigh_buf_addf(&b, "line %" PRIu32 " says: ", f->line);
		phrase_fact(f, &b);
		tell_wrapped(INDENT, b.failed ? "" : b.data);
		weigh_buf_free(&b);
	}
}

/* The texts of the GNU licenses are those of -only and of -or-later: the id is that of the
 * narrower, which no text says. */
static void
versions(const struct weigh_license_result *r)
{
	size_t i;

	for (i = 0; i < r->nmatches; i++) {
		if (!r->matches[i].untold)
			continue;
		tell_wrapped(INDENT,
		    "-only or -or-later: the text does not tell; the notices "
		    "that refer to it do");
		return;
	}
}

/* What the file points to; with `all` also what is not to be doubted, which never hides
 * what is. */
static void
references(const struct weigh_license_result *r, bool all)
{
	static const char *const doubts[WEIGH_LICENSE_DOUBTS] = {
		[WEIGH_LICENSE_DOUBT_NONE] = "",
		[WEIGH_LICENSE_DOUBT_UNLISTED] = ", which no list here has",
		[WEIGH_LICENSE_DOUBT_BROKEN] =
		    ", which is no expression of SPDX",
		[WEIGH_LICENSE_DOUBT_LIMITED] = ", with limits",
		[WEIGH_LICENSE_DOUBT_MORE] = ", and more follow",
	};
	size_t i, told[2] = { 0, 0 }, more = 0; /* told: sure, doubtful */
	struct weigh_buf b;

	for (i = 0; i < r->nrefs; i++) {
		const struct weigh_license_ref *ref = &r->refs[i];
		bool doubtful = ref->doubt != WEIGH_LICENSE_DOUBT_NONE;

		if (!all && !doubtful)
			continue;
		if (told[doubtful]++ >= PASSAGES) {
			more++;
			continue;
		}
		weigh_buf_init(&b, LINE_MAX_BYTES);
		weigh_buf_addf(&b, "line %" PRIu32 " points to ", ref->line);
		phrase_squeeze(&b, ref->id, strlen(ref->id));
		if (ref->id[0] != '\0' && ref->target[0] != '\0')
			weigh_buf_adds(&b, ": ");
		phrase_squeeze(&b, ref->target, strlen(ref->target));
		weigh_buf_adds(&b, doubts[ref->doubt]);
		tell_wrapped(INDENT, b.failed ? "" : b.data);
		weigh_buf_free(&b);
	}
	if (more > 0)
		out_line("%*sand to %zu more, which --json has", INDENT, "",
		    more);
}

static void
parts(const struct scanned *s)
{
	const struct weigh_license_result *r = s->result;
	size_t i;

	for (i = 0; i < r->nmatches; i++)
		out_line("%*s%s %s, lines %" PRIu32 " to %" PRIu32
			 " (bytes %" PRIu32 " to %" PRIu32 ")",
		    INDENT, "", weigh_license_kind_name(r->matches[i].kind),
		    r->matches[i].id, s->lines[i].first, s->lines[i].last,
		    r->matches[i].start, r->matches[i].end);
}

static void
nearest(const struct weigh_license_result *r)
{
	const char *before = "; nearest:";
	struct weigh_buf b;
	size_t i;

	weigh_buf_init(&b, LINE_MAX_BYTES);
	weigh_buf_adds(&b, "no license that is known here");
	for (i = 0; i < r->nnearest; i++) {
		unsigned percent = (unsigned)(r->nearest[i].containment * 100);

		if (percent == 0)
			continue;
		weigh_buf_addf(&b, "%s %s (%u %% of its words)", before,
		    r->nearest[i].id, percent);
		before = ",";
	}
	tell_wrapped(INDENT, b.failed ? "" : b.data);
	weigh_buf_free(&b);
}

static void
differences(const struct scanned *s)
{
	size_t i;

	for (i = 0; i < s->ndifferences; i++) {
		const struct scanned_difference *d = &s->differences[i];
		struct weigh_buf b;

		weigh_buf_init(&b, LINE_MAX_BYTES);
		weigh_buf_addf(&b, "%s: the text says ", d->what.fact);
		phrase_squeeze(&b, d->what.text, sizeof(d->what.text));
		weigh_buf_addf(&b, ", the terms of %s say %s", d->id,
		    d->what.table[0] != '\0' ? d->what.table : "nothing");
		tell_wrapped(INDENT, b.failed ? "" : b.data);
		weigh_buf_free(&b);
	}
}

static void
unheld(const struct scanned *s)
{
	size_t i;

	for (i = 0; i < s->nunheld; i++) {
		const struct scanned_unheld *u = &s->unheld[i];
		struct weigh_buf b;

		weigh_buf_init(&b, 1024);
		weigh_buf_addf(&b,
		    "%s incorporates a policy of use%s%s%s, which is not held "
		    "there%s%s",
		    u->id, u->clause[0] != '\0' ? " (" : "", u->clause,
		    u->clause[0] != '\0' ? ")" : "",
		    u->policy[0] != '\0' ? ": " : "", u->policy);
		tell_wrapped(INDENT, b.failed ? "" : b.data);
		weigh_buf_free(&b);
	}
}

/* What stands below the line of a license that is one, changed or not. */
static void
one(const struct scanned *s)
{
	const struct weigh_license_result *r = s->result;
	const struct weigh_license_match *m = r->matches;
	struct weigh_buf b;

	if (r->npassages == 0 || r->nmatches == 0)
		return;
	weigh_buf_init(&b, 1024);
	if (r->kind == WEIGH_LICENSE_EXACT)
		weigh_buf_addf(&b, "known as a form of %s, with ", m->based_on);
	else
		weigh_buf_addf(&b, "%s with ", m->id);
	phrase_sum(r, &b);
	tell_wrapped(INDENT, b.failed ? "" : b.data);
	weigh_buf_free(&b);
}

const char *
tell_license(const struct scanned *s)
{
	return s->result->license[0] != '\0' ? s->result->license : "-";
}

/* The same for people: of many parts, which are listed below, how many they are. */
static void
label(const struct scanned *s, char out[WEIGH_LICENSE_EXPR])
{
	size_t n = s->result->nmatches;

	if (s->result->kind == WEIGH_LICENSE_MULTIPLE &&
	    strlen(s->result->license) > LICENSE_WIDTH)
		snprintf(out, WEIGH_LICENSE_EXPR, "%zu parts", n);
	else
		snprintf(out, WEIGH_LICENSE_EXPR, "%s", tell_license(s));
}

size_t
tell_width(const struct scanned *s)
{
	char text[WEIGH_LICENSE_EXPR];
	size_t len;

	label(s, text);
	len = strlen(text);
	return len <= LICENSE_WIDTH ? len : 0;
}

/* What there is to say of a kind, before its passages. */
static void
by_kind(const struct scanned *s)
{
	const struct weigh_license_result *r = s->result;

	switch (r->kind) {
	case WEIGH_LICENSE_EXACT:
	case WEIGH_LICENSE_MODIFIED:
		one(s);
		break;
	case WEIGH_LICENSE_MULTIPLE:
		parts(s);
		references(r, false);
		break;
	case WEIGH_LICENSE_REFERENCE:
		references(r, true);
		break;
	case WEIGH_LICENSE_UNKNOWN:
		nearest(r);
		break;
	case WEIGH_LICENSE_NONE:
	case WEIGH_LICENSE_KINDS:
		break;
	}
}

void
tell_scanned(const struct out *o, const struct scanned *s, size_t width)
{
	const struct weigh_license_result *r = s->result;
	char license[WEIGH_LICENSE_EXPR];
	struct weigh_buf path;

	label(s, license);
	weigh_buf_init(&path, LINE_MAX_BYTES);
	text_clean(&path, s->path);
	out_line("%-*s  %-*s  %s", KIND_WIDTH, weigh_license_kind_name(r->kind),
	    (int)width, license, path.len > 0 ? path.data : "");
	weigh_buf_free(&path);
	if (o->verbose)
		out_line("%*ssha256 %s, %" PRIu64 " bytes, %s%s", INDENT, "",
		    s->sha256[0] != '\0' ? s->sha256 : "not known", s->bytes,
		    r->encoding, r->html ? ", HTML" : "");
	if (r->reason[0] != '\0')
		tell_wrapped(INDENT, r->reason);
	if (r->unscanned)
		out_line("%*sonly the first %u MiB were looked at", INDENT, "",
		    WEIGH_LICENSE_MAX >> 20);
	by_kind(s);
	passages(s);
	facts(r);
	versions(r);
	differences(s);
	unheld(s);
}
