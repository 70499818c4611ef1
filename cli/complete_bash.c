/* complete_bash: the script for bash. */
#include <stdio.h>
#include <string.h>

#include "complete.h"

static const char head[] =
    "# bash completion for weigh; made by: weigh completion bash\n"
    "\n"
    "# Names come from the server within 200 ms, or none do.\n"
    "_weigh_names()\n"
    "{\n"
    "\tlocal server=${WEIGH_SERVER-}\n"
    "\t[[ $COMP_LINE =~ --server[=\\ ]+([^\\ ]+) ]] && server=${BASH_REMATCH[1]}\n"
    "\tWEIGH_SERVER=$server timeout 0.2 \"${COMP_WORDS[0]}\" ls --quiet 2>/dev/null\n"
    "}\n"
    "\n"
    "# _weigh_reply KIND: what begins with the word being typed\n"
    "_weigh_reply()\n"
    "{\n"
    "\tcase $1 in\n"
    "\tnothing) ;;\n"
    "\tfolder)\n"
    "\t\tcompopt -o filenames 2>/dev/null\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    "\t\t;;\n"
    "\tfile)\n"
    "\t\tcompopt -o filenames 2>/dev/null\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "\t\t;;\n"
    "\tname) mapfile -t COMPREPLY < <(compgen -W \"$(_weigh_names)\" -- \"$cur\") ;;\n"
    "\tlicense)\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \\\n"
    "\t\t    \"$(\"${COMP_WORDS[0]}\" license terms --quiet 2>/dev/null)\" -- \"$cur\")\n"
    "\t\t;;\n"
    "\t*) mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\") ;;\n"
    "\tesac\n"
    "}\n"
    "\n"
    "# _weigh_value OPTION: set `kind` to what its value is; false if it takes none\n"
    "_weigh_value()\n"
    "{\n"
    "\tcase $1 in\n";

static const char middle[] =
    "\t*) return 1 ;;\n"
    "\tesac\n"
    "}\n"
    "\n"
    "_weigh()\n"
    "{\n"
    "\tlocal cur=$2 kind= own= at=0 i last\n"
    "\tlocal -a line=() words=() kinds=()\n"
    "\n"
    "\tCOMPREPLY=()\n"
    "\tread -ra line <<<\"${COMP_LINE:0:COMP_POINT}\"\n"
    "\t[[ ${COMP_LINE:COMP_POINT-1:1} == [[:blank:]] ]] && line+=(\"\")\n"
    "\tlast=$((${#line[@]} - 1))\n"
    "\tfor ((i = 1; i < last; i++)); do\n"
    "\t\tcase ${line[i]} in\n"
    "\t\t-*) _weigh_value \"${line[i]}\" && ((i++)) ;;\n"
    "\t\t*) words+=(\"${line[i]}\") ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "\tif ((i > last)); then # the word being typed is an option's value\n"
    "\t\t_weigh_reply \"$kind\"\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tif [[ ${line[last]} == --*=* ]]; then\n"
    "\t\t[[ $cur == *=* ]] && cur=${cur#*=}\n"
    "\t\t_weigh_value \"${line[last]%%=*}\" && _weigh_reply \"$kind\"\n"
    "\t\treturn\n"
    "\tfi\n";

static const char tail[] = "\tesac\n"
			   "\tif [[ $cur == -* ]]; then\n"
			   "\t\t_weigh_reply \"$own $all\"\n"
			   "\telse\n"
			   "\t\ti=$((${#words[@]} - at))\n"
			   "\t\t_weigh_reply \"${kinds[i]-nothing}\"\n"
			   "\tfi\n"
			   "}\n"
			   "\n"
			   "complete -F _weigh weigh\n";

static const char *
kind_text(const struct complete *c)
{
	switch (c->kind) {
	case COMPLETE_NOTHING:
		break;
	case COMPLETE_FOLDER:
		return "folder";
	case COMPLETE_FILE:
		return "file";
	case COMPLETE_NAME:
		return "name";
	case COMPLETE_LICENSE:
		return "license";
	case COMPLETE_WORDS:
		return c->words;
	}
	return "nothing";
}

static void
value_case(struct weigh_buf *out, const struct opt *o)
{
	struct complete c;

	if (!complete_value(o, &c))
		return;
	weigh_buf_addf(out, "\t--%s", o->name);
	if (o->letter != 0)
		weigh_buf_addf(out, " | -%c", o->letter);
	weigh_buf_addf(out, ") kind='%s' ;;\n", kind_text(&c));
}

/* "--name -n " of the options in a set. */
static void
option_words(struct weigh_buf *out, uint64_t own, bool global)
{
	unsigned id;

	for (id = 0; id < OPTS; id++) {
		const struct opt *o = &opts_table[id];

		if (o->global != global ||
		    (!global && (own & OPT_BIT(id)) == 0))
			continue;
		weigh_buf_addf(out, "--%s ", o->name);
		if (o->letter != 0)
			weigh_buf_addf(out, "-%c ", o->letter);
	}
}

static void
verb_case(struct weigh_buf *out, const struct cmd *cmd)
{
	bool two = strchr(cmd->verb, ' ') != NULL;
	struct complete c;
	size_t n;

	weigh_buf_addf(out,
	    two ? "\t\"%s\") at=2 own='" : "\t\"%s \"*) at=1 own='", cmd->verb);
	option_words(out, cmd->options, false);
	weigh_buf_adds(out, "' kinds=(");
	for (n = 0; complete_argument(cmd, n, &c); n++)
		weigh_buf_addf(out, "%s'%s'", n > 0 ? " " : "", kind_text(&c));
	weigh_buf_adds(out, ") ;;\n");
}

/* The first word of verbs that all have two. */
static void
family_case(struct weigh_buf *out, const char *verb)
{
	char first[64], words[COMPLETE_WORDS_MAX];

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(verb, " "), verb);
	complete_second(first, words);
	weigh_buf_addf(out, "\t\"%s \"*) at=1 kinds=('%s') ;;\n", first, words);
}

void
complete_bash(struct weigh_buf *out)
{
	char words[COMPLETE_WORDS_MAX];
	size_t i;

	weigh_buf_adds(out, head);
	for (i = 0; i < OPTS; i++)
		value_case(out, &opts_table[i]);
	weigh_buf_adds(out, middle);
	weigh_buf_adds(out, "\tlocal all='");
	option_words(out, 0, true);
	weigh_buf_adds(out, "'\n\n\tcase \"${words[0]-} ${words[1]-}\" in\n");
	for (i = 0; i < cmds_count; i++) /* two words go before one */
		if (strchr(cmds_table[i].verb, ' ') != NULL)
			verb_case(out, &cmds_table[i]);
	for (i = 0; i < cmds_count; i++)
		if (strchr(cmds_table[i].verb, ' ') == NULL)
			verb_case(out, &cmds_table[i]);
	for (i = 0; i < cmds_count; i++)
		if (strchr(cmds_table[i].verb, ' ') != NULL &&
		    complete_is_first(i))
			family_case(out, cmds_table[i].verb);
	complete_first(words);
	weigh_buf_addf(out, "\t\" \") kinds=('%s') ;;\n\t*) return ;;\n",
	    words);
	weigh_buf_adds(out, tail);
}
