/* complete_zsh: the script for zsh, by its _arguments. */
#include <stdio.h>
#include <string.h>

#include "complete.h"

static const char head[] =
    "#compdef weigh\n"
    "# zsh completion for weigh; made by: weigh completion zsh\n"
    "\n"
    "# Names come from the server within 200 ms, or none do.\n"
    "_weigh_names()\n"
    "{\n"
    "\tlocal -a names\n"
    "\tlocal server=${opt_args[--server]:-$WEIGH_SERVER}\n"
    "\tnames=(${(f)\"$(WEIGH_SERVER=$server timeout 0.2 $program ls --quiet 2>/dev/null)\"})\n"
    "\tcompadd -a names\n"
    "}\n"
    "\n"
    "_weigh_licenses()\n"
    "{\n"
    "\tlocal -a ids\n"
    "\tids=(${(f)\"$($program license terms --quiet 2>/dev/null)\"})\n"
    "\tcompadd -a ids\n"
    "}\n"
    "\n"
    "_weigh()\n"
    "{\n"
    "\tlocal context state line program=$words[1]\n"
    "\tlocal -A opt_args\n"
    "\tlocal -a all verbs\n"
    "\n"
    "\tall=(\n";

static const char middle[] =
    "\t)\n"
    "\t_arguments -C -S $all '1: :->verb' '*:: :->rest' && return\n"
    "\tif [[ $state == verb ]]; then\n"
    "\t\tverbs=(\n";

static const char dispatch[] = "\t\t)\n"
			       "\t\t_describe verb verbs\n"
			       "\t\treturn\n"
			       "\tfi\n"
			       "\tcase $words[1] in\n";

static const char tail[] = "\tesac\n"
			   "}\n"
			   "\n"
			   "if [[ $funcstack[1] == _weigh ]]; then\n"
			   "\t_weigh \"$@\"\n"
			   "else\n"
			   "\tcompdef _weigh weigh\n"
			   "fi\n";

/* Text inside '…' in which `special` bytes get a backslash. */
static void
quoted(struct weigh_buf *out, const char *text, const char *special)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			weigh_buf_adds(out, "'\\''");
			continue;
		}
		if (strchr(special, *text) != NULL)
			weigh_buf_addc(out, '\\');
		weigh_buf_addc(out, *text);
	}
}

/* What _arguments does for a value or argument. */
static void
action(struct weigh_buf *out, const struct complete *c)
{
	switch (c->kind) {
	case COMPLETE_NOTHING:
		break;
	case COMPLETE_FOLDER:
		weigh_buf_adds(out, "_files -/");
		break;
	case COMPLETE_FILE:
		weigh_buf_adds(out, "_files");
		break;
	case COMPLETE_NAME:
		weigh_buf_adds(out, "_weigh_names");
		break;
	case COMPLETE_LICENSE:
		weigh_buf_adds(out, "_weigh_licenses");
		break;
	case COMPLETE_WORDS:
		weigh_buf_addf(out, "(%s)", c->words);
		break;
	}
}

static void
one_spec(struct weigh_buf *out, const struct opt *o, const char *name,
    const char *equals)
{
	struct complete c;

	weigh_buf_addf(out, "\t\t'*%s%s[", name, o->value ? equals : "");
	quoted(out, o->help, "[]:");
	weigh_buf_addc(out, ']');
	if (complete_value(o, &c)) {
		weigh_buf_addf(out, ":%s:", o->value);
		action(out, &c);
	}
	weigh_buf_adds(out, "'\n");
}

static void
specs(struct weigh_buf *out, uint64_t own, bool global)
{
	unsigned id;

	for (id = 0; id < OPTS; id++) {
		const struct opt *o = &opts_table[id];
		char name[64];

		if (o->global != global ||
		    (!global && (own & OPT_BIT(id)) == 0))
			continue;
		snprintf(name, sizeof(name), "--%s", o->name);
		one_spec(out, o, name, "=");
		snprintf(name, sizeof(name), "-%c", o->letter);
		if (o->letter != 0)
			one_spec(out, o, name, "+");
	}
}

static void
verb_case(struct weigh_buf *out, const struct cmd *cmd, const char *word)
{
	struct complete c;
	size_t n;

	weigh_buf_addf(out, "\t%s)\n\t\tall+=(\n", word);
	specs(out, cmd->options, false);
	for (n = 0; complete_argument(cmd, n, &c); n++) {
		weigh_buf_addf(out, "\t\t'%zu:%s:", n + 1,
		    c.label[0] != '\0' ? c.label : "word");
		action(out, &c);
		weigh_buf_adds(out, "'\n");
	}
	weigh_buf_adds(out, "\t\t)\n\t\t_arguments -S $all\n\t\t;;\n");
}

/* "add:publish a folder", or of a verb's second word. */
static void
description(struct weigh_buf *out, const char *word, const char *help)
{
	weigh_buf_addf(out, "\t\t'%s:", word);
	quoted(out, help, ":");
	weigh_buf_adds(out, "'\n");
}

static const struct cmd *
plain_verb(const char *first)
{
	size_t i;

	for (i = 0; i < cmds_count; i++)
		if (strcmp(cmds_table[i].verb, first) == 0)
			return &cmds_table[i];
	return NULL;
}

/* The first word of verbs with two: offer the second, then go on by it. */
static void
family_case(struct weigh_buf *out, const char *first)
{
	const struct cmd *plain = plain_verb(first);
	size_t len = strlen(first);
	size_t i;

	weigh_buf_addf(out, "\t%s)\n\tif ((CURRENT == 2)); then\n\t\tverbs=(\n",
	    first);
	for (i = 0; i < cmds_count; i++)
		if (strncmp(cmds_table[i].verb, first, len) == 0 &&
		    cmds_table[i].verb[len] == ' ')
			description(out, cmds_table[i].verb + len + 1,
			    cmds_table[i].summary);
	weigh_buf_adds(out,
	    "\t\t)\n\t\t[[ $words[2] == -* ]] || _describe verb verbs\n\tfi\n"
	    "\tcase $words[2] in\n");
	for (i = 0; i < cmds_count; i++)
		if (strncmp(cmds_table[i].verb, first, len) == 0 &&
		    cmds_table[i].verb[len] == ' ') {
			weigh_buf_addf(out,
			    "\t%s) shift words; ((CURRENT--)) ;;\n",
			    cmds_table[i].verb + len + 1);
		}
	weigh_buf_adds(out, "\tesac\n\tcase $words[1] in\n");
	for (i = 0; i < cmds_count; i++)
		if (strncmp(cmds_table[i].verb, first, len) == 0 &&
		    cmds_table[i].verb[len] == ' ')
			verb_case(out, &cmds_table[i],
			    cmds_table[i].verb + len + 1);
	if (plain != NULL)
		verb_case(out, plain, first);
	weigh_buf_adds(out, "\tesac\n\t;;\n");
}

void
complete_zsh(struct weigh_buf *out)
{
	char first[64], second[COMPLETE_WORDS_MAX];
	size_t i;

	weigh_buf_adds(out, head);
	specs(out, 0, true);
	weigh_buf_adds(out, middle);
	for (i = 0; i < cmds_count; i++) {
		snprintf(first, sizeof(first), "%.*s",
		    (int)strcspn(cmds_table[i].verb, " "), cmds_table[i].verb);
		if (complete_is_first(i))
			description(out, first, cmds_table[i].summary);
	}
	weigh_buf_adds(out, dispatch);
	for (i = 0; i < cmds_count; i++) {
		snprintf(first, sizeof(first), "%.*s",
		    (int)strcspn(cmds_table[i].verb, " "), cmds_table[i].verb);
		if (!complete_is_first(i))
			continue;
		complete_second(first, second);
		if (second[0] != '\0')
			family_case(out, first);
		else
			verb_case(out, &cmds_table[i], first);
	}
	weigh_buf_adds(out, tail);
}
