/* complete: what the tables say about each place of the line. */
#include <stdio.h>
#include <string.h>

#include <weigh/access.h>
#include <weigh/select.h>

#include "complete.h"

/* What the tables' words for arguments and values mean here.  Words that are not
 * listed (GLOB, TEXT, REV, …) can be anything. */
static const struct {
	const char *label;
	enum complete_kind kind;
} labels[] = {
	{ "DIR", COMPLETE_FOLDER },
	{ "FILE", COMPLETE_FILE },
	{ "NAME", COMPLETE_NAME },
	{ "PATH", COMPLETE_FILE },
	{ "LICENSE", COMPLETE_LICENSE },
	{ "VERB", COMPLETE_WORDS },
	{ "FORMAT", COMPLETE_WORDS },
	{ "ROLE", COMPLETE_WORDS },
	{ "WHICH", COMPLETE_WORDS },
	{ "VISIBILITY", COMPLETE_WORDS },
};

/* --- lists of words ------------------------------------------------------------- */

static void
add_word(char list[COMPLETE_WORDS_MAX], const char *word, size_t len)
{
	size_t have = strlen(list);

	snprintf(list + have, COMPLETE_WORDS_MAX - have, "%s%.*s",
	    have > 0 ? " " : "", (int)len, word);
}

static size_t
first_length(const char *verb)
{
	return strcspn(verb, " ");
}

bool
complete_is_first(size_t row)
{
	const char *verb = cmds_table[row].verb;
	size_t len = first_length(verb);
	size_t i;

	for (i = 0; i < row; i++)
		if (first_length(cmds_table[i].verb) == len &&
		    strncmp(cmds_table[i].verb, verb, len) == 0)
			return false;
	return true;
}

void
complete_first(char out[COMPLETE_WORDS_MAX])
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < cmds_count; i++)
		if (complete_is_first(i))
			add_word(out, cmds_table[i].verb,
			    first_length(cmds_table[i].verb));
}

void
complete_second(const char *first, char out[COMPLETE_WORDS_MAX])
{
	size_t len = strlen(first);
	size_t i;

	out[0] = '\0';
	for (i = 0; i < cmds_count; i++) {
		const char *verb = cmds_table[i].verb;

		if (strncmp(verb, first, len) == 0 && verb[len] == ' ')
			add_word(out, verb + len + 1, strlen(verb + len + 1));
	}
}

/* --- arguments and values --------------------------------------------------------- */

static void
formats(char out[COMPLETE_WORDS_MAX])
{
	const char *name;
	unsigned i;

	out[0] = '\0';
	for (i = 0; (name = out_format_name(i)) != NULL; i++)
		add_word(out, name, strlen(name));
}

static void
roles(char out[COMPLETE_WORDS_MAX])
{
	enum weigh_role r;

	out[0] = '\0';
	for (r = WEIGH_ROLE_READ; r < WEIGH_ROLES; r++)
		add_word(out, weigh_role_name(r), strlen(weigh_role_name(r)));
}

static void
visibilities(char out[COMPLETE_WORDS_MAX])
{
	enum weigh_visibility v;

	out[0] = '\0';
	for (v = WEIGH_PUBLIC; v < WEIGH_VISIBILITIES; v++)
		add_word(out, weigh_visibility_name(v),
		    strlen(weigh_visibility_name(v)));
}

static void
weights_formats(char out[COMPLETE_WORDS_MAX])
{
	enum weigh_formats f;

	out[0] = '\0';
	for (f = WEIGH_FORMATS_ALL; f < WEIGH_FORMATS; f++)
		add_word(out, weigh_formats_name(f),
		    strlen(weigh_formats_name(f)));
}

/* "bash|zsh|fish" is a list of words itself, "ID|WHO" is not; else the label says
 * it. */
static void
look_up(struct complete *c, const char *text, size_t len)
{
	size_t i;

	*c = (struct complete){ .kind = COMPLETE_NOTHING };
	if (memchr(text, '|', len) != NULL && text[0] >= 'a' &&
	    text[0] <= 'z') {
		c->kind = COMPLETE_WORDS;
		add_word(c->words, text, len);
		for (i = 0; c->words[i] != '\0'; i++)
			if (c->words[i] == '|')
				c->words[i] = ' ';
		return;
	}
	snprintf(c->label, sizeof(c->label), "%.*s", (int)len, text);
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].label, c->label) == 0)
			c->kind = labels[i].kind;
	if (strcmp(c->label, "VERB") == 0)
		complete_first(c->words);
	else if (strcmp(c->label, "FORMAT") == 0)
		formats(c->words);
	else if (strcmp(c->label, "ROLE") == 0)
		roles(c->words);
	else if (strcmp(c->label, "VISIBILITY") == 0)
		visibilities(c->words);
	else if (strcmp(c->label, "WHICH") == 0)
		weights_formats(c->words);
}

/* The words of "[NAME[@REV]] DIR", without marks of what may be left out. */
bool
complete_argument(const struct cmd *cmd, size_t n, struct complete *out)
{
	const char *p = cmd->args;

	*out = (struct complete){ .kind = COMPLETE_NOTHING };
	if (n == 0)
		complete_second(cmd->verb, out->words);
	if (out->words[0] != '\0') {
		out->kind = COMPLETE_WORDS;
		return true;
	}
	for (;;) {
		p += strspn(p, " [");
		if (*p == '\0')
			return false;
		if (n-- == 0)
			break;
		p += strcspn(p, " ");
	}
	look_up(out, p, strcspn(p, " []."));
	return true;
}

bool
complete_value(const struct opt *o, struct complete *out)
{
	*out = (struct complete){ .kind = COMPLETE_NOTHING };
	if (o->value == NULL)
		return false;
	look_up(out, o->value, strlen(o->value));
	return true;
}
