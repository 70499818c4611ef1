/* phrase: what the license engine found, as words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "phrase.h"
#include "text.h"

#define LINE_MAX_BYTES 65536u

static const char *const strong_names[] = { "number", "negation", "modal",
	"place", "scope", "grant", "other" };

const char *
phrase_strong_name(unsigned bit)
{
	return bit < sizeof(strong_names) / sizeof(strong_names[0]) ?
	    strong_names[bit] :
	    NULL;
}

void
phrase_squeeze(struct weigh_buf *out, const char *text, size_t len)
{
	struct weigh_buf line;
	bool blank = false;
	size_t i;

	weigh_buf_init(&line, LINE_MAX_BYTES);
	for (i = 0; i < len && text[i] != '\0'; i++) {
		if (strchr(" \t\r\n\f\v", text[i]) != NULL) {
			blank = true;
			continue;
		}
		if (blank && line.len > 0)
			weigh_buf_addc(&line, ' ');
		blank = false;
		weigh_buf_addc(&line, text[i]);
	}
	text_clean(out, line.len > 0 ? line.data : "");
	weigh_buf_free(&line);
}

void
phrase_strong(unsigned strong, struct weigh_buf *out)
{
	const char *comma = "";
	unsigned bit;

	for (bit = 0; phrase_strong_name(bit) != NULL; bit++)
		if ((strong & 1u << bit) != 0) {
			weigh_buf_addf(out, "%s%s", comma,
			    phrase_strong_name(bit));
			comma = ", ";
		}
}

void
phrase_number(struct weigh_buf *out, uint64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);
	size_t i;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			weigh_buf_addc(out, ',');
		weigh_buf_addc(out, digits[i]);
	}
}

static const struct {
	const char *op, *words;
} operators[] = {
	{ ">", "more than " },
	{ ">=", "at least " },
	{ "<", "less than " },
	{ "<=", "at most " },
};

static const char *const unit_words[WEIGH_UNITS] = {
	[WEIGH_UNIT_MAU] = "users active in a month",
	[WEIGH_UNIT_MUU] = "unique users in a month",
	[WEIGH_UNIT_REVENUE_YEAR] = "revenue in a year",
	[WEIGH_UNIT_REVENUE_MONTH] = "revenue in a month",
	[WEIGH_UNIT_DAYS] = "days",
	[WEIGH_UNIT_PERCENT] = "percent",
};

void
phrase_fact(const struct weigh_license_fact *f, struct weigh_buf *out)
{
	size_t i;

	if (strcmp(f->name, "territory-excludes") == 0) {
		phrase_squeeze(out, f->value, strlen(f->value));
		weigh_buf_adds(out, " left out");
		return;
	}
	if (f->number == 0 || f->unit == WEIGH_UNIT_NONE ||
	    f->unit == WEIGH_UNIT_DATE) {
		weigh_buf_addf(out, "%s ", f->name);
		phrase_squeeze(out, f->value, strlen(f->value));
		return;
	}
	for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (strcmp(operators[i].op, f->op) == 0)
			weigh_buf_adds(out, operators[i].words);
	phrase_number(out, f->number);
	if (f->currency[0] != '\0')
		weigh_buf_addf(out, " %s", f->currency);
	if (f->unit < WEIGH_UNITS && unit_words[f->unit] != NULL)
		weigh_buf_addf(out, " %s", unit_words[f->unit]);
}

void
phrase_passage(const struct weigh_license_passage *p, struct weigh_buf *out)
{
	char words[TEXT_COUNT];
	struct weigh_buf why;

	text_count(p->words, "word", words);
	weigh_buf_init(&why, 256);
	phrase_strong(p->strong, &why);
	weigh_buf_addf(out, "line %" PRIu32 ": %s %s", p->line, words,
	    p->truncated   ? "missing, where the file is cut off" :
		p->removed ? "missing" :
			     "added");
	if (p->clause[0] != '\0') {
		weigh_buf_adds(out, ", clause ");
		text_clean(out, p->clause);
	}
	if (why.len > 0)
		weigh_buf_addf(out, " (%s)", why.data);
	weigh_buf_free(&why);
}

void
phrase_sum(const struct weigh_license_result *r, struct weigh_buf *out)
{
	size_t i, added = 0, removed = 0;
	char count[TEXT_COUNT];

	for (i = 0; i < r->npassages; i++) {
		removed += r->passages[i].removed;
		added += !r->passages[i].removed;
	}
	if (added > 0) {
		text_count(added, "passage", count);
		weigh_buf_addf(out, "%s added", count);
	}
	if (removed > 0) {
		text_count(removed, "passage", count);
		weigh_buf_addf(out, "%s%s missing", added > 0 ? ", " : "",
		    count);
	}
}
