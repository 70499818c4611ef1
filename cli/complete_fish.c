/* complete_fish: the script for fish. */
#include <stdio.h>
#include <string.h>

#include "complete.h"

static const char head[] =
    "# fish completion for weigh; made by: weigh completion fish\n"
    "\n"
    "# Names come from the server within 200 ms, or none do.\n"
    "function __weigh_names\n"
    "\tset -l program (commandline -opc)[1]\n"
    "\ttimeout 0.2 $program ls --quiet 2>/dev/null\n"
    "end\n"
    "\n"
    "function __weigh_licenses\n"
    "\tset -l program (commandline -opc)[1]\n"
    "\t$program license terms --quiet 2>/dev/null\n"
    "end\n"
    "\n"
    "# The words of the line that are neither options nor their values.\n"
    "function __weigh_words\n"
    "\tset -l skip 1\n"
    "\tfor word in (commandline -opc)\n"
    "\t\tif test $skip = 1\n"
    "\t\t\tset skip 0\n"
    "\t\t\tcontinue\n"
    "\t\tend\n"
    "\t\tswitch $word\n"
    "\t\t\tcase";

static const char middle[] =
    "\n"
    "\t\t\t\tset skip 1\n"
    "\t\t\tcase '-*'\n"
    "\t\t\tcase '*'\n"
    "\t\t\t\techo $word\n"
    "\t\tend\n"
    "\tend\n"
    "end\n"
    "\n"
    "# Is the verb given, and with N: is this its argument number N?\n"
    "function __weigh_at --argument-names verb n\n"
    "\tset -l words (__weigh_words)\n"
    "\tset -l wanted (string split -n ' ' -- $verb)\n"
    "\tset -l have (count $words)\n"
    "\tset -l need (count $wanted)\n"
    "\ttest $have -ge $need; or return 1\n"
    "\tfor i in (seq $need)\n"
    "\t\ttest $words[$i] = $wanted[$i]; or return 1\n"
    "\tend\n"
    "\ttest -z \"$n\"; or test (math $have - $need) = $n\n"
    "end\n"
    "\n"
    "complete -c weigh -f\n";

/* Text inside '…'. */
static void
quoted(struct weigh_buf *out, const char *text)
{
	weigh_buf_addc(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			weigh_buf_addc(out, '\\');
		weigh_buf_addc(out, *text);
	}
	weigh_buf_addc(out, '\'');
}

/* " -a …" for what can be offered. */
static void
offer(struct weigh_buf *out, const struct complete *c)
{
	switch (c->kind) {
	case COMPLETE_NOTHING:
		break;
	case COMPLETE_FOLDER:
		weigh_buf_adds(out,
		    " -a '(__fish_complete_directories (commandline -ct))'");
		break;
	case COMPLETE_FILE:
		weigh_buf_adds(out,
		    " -a '(__fish_complete_path (commandline -ct))'");
		break;
	case COMPLETE_NAME:
		weigh_buf_adds(out, " -a '(__weigh_names)'");
		break;
	case COMPLETE_LICENSE:
		weigh_buf_adds(out, " -a '(__weigh_licenses)'");
		break;
	case COMPLETE_WORDS:
		weigh_buf_addf(out, " -a '%s'", c->words);
		break;
	}
}

static void
option(struct weigh_buf *out, const struct opt *o, const char *verb)
{
	struct complete c;

	weigh_buf_adds(out, "complete -c weigh");
	if (verb != NULL)
		weigh_buf_addf(out, " -n '__weigh_at \"%s\"'", verb);
	weigh_buf_addf(out, " -l %s", o->name);
	if (o->letter != 0)
		weigh_buf_addf(out, " -s %c", o->letter);
	if (complete_value(o, &c)) {
		weigh_buf_adds(out, " -x");
		offer(out, &c);
	}
	weigh_buf_adds(out, " -d ");
	quoted(out, o->help);
	weigh_buf_addc(out, '\n');
}

/* A verb's last word, offered behind those before it. */
static void
verb_word(struct weigh_buf *out, const struct cmd *cmd)
{
	const char *space = strchr(cmd->verb, ' ');
	int before = space != NULL ? (int)(space - cmd->verb) : 0;

	weigh_buf_addf(out,
	    "complete -c weigh -n '__weigh_at \"%.*s\" 0' -a %s -d ", before,
	    cmd->verb, space != NULL ? space + 1 : cmd->verb);
	quoted(out, cmd->summary);
	weigh_buf_addc(out, '\n');
}

static void
verb(struct weigh_buf *out, const struct cmd *cmd)
{
	struct complete c;
	unsigned id;
	size_t n;

	verb_word(out, cmd);
	for (n = 0; complete_argument(cmd, n, &c); n++) {
		if (c.kind == COMPLETE_NOTHING)
			continue;
		weigh_buf_addf(out,
		    "complete -c weigh -n '__weigh_at \"%s\" %zu'", cmd->verb,
		    n);
		offer(out, &c);
		weigh_buf_addc(out, '\n');
	}
	for (id = 0; id < OPTS; id++)
		if ((cmd->options & OPT_BIT(id)) != 0)
			option(out, &opts_table[id], cmd->verb);
}

/* First words that are no verb alone. */
static void
family(struct weigh_buf *out, size_t row)
{
	const struct cmd *cmd = &cmds_table[row];

	if (strchr(cmd->verb, ' ') == NULL || !complete_is_first(row))
		return;
	weigh_buf_addf(out,
	    "complete -c weigh -n '__weigh_at \"\" 0' -a %.*s -d ",
	    (int)strcspn(cmd->verb, " "), cmd->verb);
	quoted(out, cmd->summary);
	weigh_buf_addc(out, '\n');
}

void
complete_fish(struct weigh_buf *out)
{
	size_t i;

	weigh_buf_adds(out, head);
	for (i = 0; i < OPTS; i++) {
		const struct opt *o = &opts_table[i];

		if (o->value == NULL)
			continue;
		weigh_buf_addf(out, " --%s", o->name);
		if (o->letter != 0)
			weigh_buf_addf(out, " -%c", o->letter);
	}
	weigh_buf_adds(out, middle);
	for (i = 0; i < OPTS; i++)
		if (opts_table[i].global)
			option(out, &opts_table[i], NULL);
	for (i = 0; i < cmds_count; i++) {
		family(out, i);
		verb(out, &cmds_table[i]);
	}
}
