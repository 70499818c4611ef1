/* weigh help: usage, made from the two tables. */
#include <stdio.h>
#include <string.h>

#include "cmds.h"
#include "help.h"
#include "text.h"

/* `  -j, --jobs N          how many …`, below each other on a narrow terminal. */
static void
entry(const char *left, const char *text)
{
	unsigned width = out_width();
	bool narrow = width < 60;
	size_t indent = narrow ? 10 : 27;
	struct weigh_buf b;

	weigh_buf_init(&b, 1u << 16);
	if (narrow || strlen(left) > 24)
		weigh_buf_addf(&b, "  %s\n%*s", left, (int)indent, "");
	else
		weigh_buf_addf(&b, "  %-24s ", left);
	text_wrap(&b, text, indent, indent, width);
	out_line("%s", b.failed ? left : b.data);
	weigh_buf_free(&b);
}

static void
paragraph(const char *text)
{
	struct weigh_buf b;

	weigh_buf_init(&b, 1u << 16);
	text_wrap(&b, text, 0, 0, out_width());
	out_line("%s", b.data != NULL ? b.data : "");
	weigh_buf_free(&b);
}

static void
option_line(const struct opt *o)
{
	char left[64];
	int n;

	n = snprintf(left, sizeof(left), "%c%c%c --%s", o->letter ? '-' : ' ',
	    o->letter ? o->letter : ' ', o->letter ? ',' : ' ', o->name);
	if (o->value != NULL && n > 0 && (size_t)n < sizeof(left))
		snprintf(left + n, sizeof(left) - (size_t)n, " %s", o->value);
	entry(left, o->help);
}

static void
options(uint64_t own, bool global)
{
	unsigned id;

	for (id = 0; id < OPTS; id++)
		if (opts_table[id].global == global &&
		    (global || (own & OPT_BIT(id)) != 0))
			option_line(&opts_table[id]);
}

/* Is it "mirror ls" where `verb` is "mirror"? */
static bool
is_below(const struct cmd *cmd, const char *verb)
{
	size_t len = strlen(verb);

	return strncmp(cmd->verb, verb, len) == 0 && cmd->verb[len] == ' ';
}

static void
verb_line(const struct cmd *cmd)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%s%s", cmd->verb,
	    cmd->args[0] != '\0' ? " " : "", cmd->args);
	entry(left, cmd->summary);
}

/* The verbs of two words whose first this is, under `head`. */
static void
verbs_below(const char *verb, const char *head)
{
	bool any = false;

	for (size_t i = 0; i < cmds_count; i++) {
		if (!is_below(&cmds_table[i], verb))
			continue;
		if (!any)
			out_line("%s", head);
		any = true;
		verb_line(&cmds_table[i]);
	}
	if (any)
		out_line("%s", "");
}

static void
one_verb(const struct cmd *cmd)
{
	out_line("%s", cmd->example[0]);
	out_line("%s\n", cmd->example[1]);
	out_line("usage: weigh %s%s%s [options]", cmd->verb,
	    cmd->args[0] != '\0' ? " " : "", cmd->args);
	paragraph(cmd->summary);
	out_line("%s", "");
	verbs_below(cmd->verb, "verbs below it:");
	if (cmd->options != 0) {
		out_line("options:");
		options(cmd->options, false);
		out_line("%s", "");
	}
	out_line("options of every verb:");
	options(0, true);
}

static void
all_verbs(void)
{
	size_t i;

	out_line("weigh add ./my-model org/my-model");
	out_line("weigh pull org/my-model\n");
	out_line("usage: weigh VERB [arguments] [options]\n");
	for (i = 0; i < cmds_count; i++)
		verb_line(&cmds_table[i]);
	out_line("\noptions of every verb:");
	options(0, true);
	out_line("%s", "");
	paragraph("NAME is org/name, name or datasets/org/name; @REV is a "
		  "branch, tag or commit id.");
}

static void
json_option(struct weigh_jw *w, const struct opt *o)
{
	char letter[2] = { o->letter, '\0' };

	weigh_jw_object(w);
	weigh_jw_kstr(w, "name", o->name);
	if (o->letter != 0)
		weigh_jw_kstr(w, "letter", letter);
	if (o->value != NULL)
		weigh_jw_kstr(w, "value", o->value);
	weigh_jw_kstr(w, "help", o->help);
	weigh_jw_object_end(w);
}

static void
json_options(struct weigh_jw *w, uint64_t own, bool global)
{
	unsigned id;

	weigh_jw_key(w, "options");
	weigh_jw_array(w);
	for (id = 0; id < OPTS; id++)
		if (opts_table[id].global == global &&
		    (global || (own & OPT_BIT(id)) != 0))
			json_option(w, &opts_table[id]);
	weigh_jw_array_end(w);
}

static void
json_verb(struct weigh_jw *w, const struct cmd *cmd)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "verb", cmd->verb);
	weigh_jw_kstr(w, "arguments", cmd->args);
	weigh_jw_kstr(w, "summary", cmd->summary);
	json_options(w, cmd->options, false);
	weigh_jw_object_end(w);
}

/* The tables as they are: for completion and manual pages too. */
static enum weigh_code
json_help(struct out *o, const char *only, struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;
	size_t i;

	weigh_buf_init(&b, 1u << 20);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.help/1");
	weigh_jw_key(&w, "verbs");
	weigh_jw_array(&w);
	for (i = 0; i < cmds_count; i++)
		if (only == NULL || strcmp(cmds_table[i].verb, only) == 0 ||
		    is_below(&cmds_table[i], only))
			json_verb(&w, &cmds_table[i]);
	weigh_jw_array_end(&w);
	json_options(&w, 0, true);
	weigh_jw_object_end(&w);
	rc = out_buffer(o, &b, err);
	weigh_buf_free(&b);
	return rc;
}

enum weigh_code
help_print(struct out *o, const struct cmd *cmd, struct weigh_err *err)
{
	size_t i;

	if (o->format == OUT_JSON)
		return json_help(o, cmd != NULL ? cmd->verb : NULL, err);
	if (o->format == OUT_QUIET || o->format == OUT_TSV)
		for (i = 0; i < cmds_count; i++)
			out_line("%s", cmds_table[i].verb);
	else if (cmd != NULL)
		one_verb(cmd);
	else
		all_verbs();
	return WEIGH_OK;
}

/* A first word that is no verb by itself: "token". */
static bool
is_family(const char *word)
{
	for (size_t i = 0; i < cmds_count; i++) {
		if (strcmp(cmds_table[i].verb, word) == 0)
			return false;
		if (is_below(&cmds_table[i], word))
			return true;
	}
	return false;
}

static enum weigh_code
print_family(struct out *o, const char *word, struct weigh_err *err)
{
	if (o->format == OUT_JSON)
		return json_help(o, word, err);
	out_line("usage: weigh %s VERB [arguments] [options]\n", word);
	verbs_below(word, "verbs:");
	out_line("weigh help %s VERB explains one of them", word);
	return WEIGH_OK;
}

enum weigh_code
cmd_help(const struct call *c, struct weigh_err *err)
{
	const struct cmd *cmd = NULL;
	size_t words = 0;

	if (c->nargs == 1 && is_family(c->args[0]))
		return print_family(c->out, c->args[0], err);
	if (c->nargs > 0) {
		cmd = cmds_find(c->args, c->nargs, &words, err);
		if (cmd == NULL)
			return WEIGH_USAGE;
	}
	if (words < c->nargs)
		return weigh_fail(err, WEIGH_USAGE, "'%.60s' is too much",
		    c->args[words]);
	return help_print(c->out, cmd, err);
}
