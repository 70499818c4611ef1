/*
 * weigh: read the line by two tables, run the verb, say how it went.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/version.h>

#include "ask.h"
#include "cmds.h"
#include "help.h"
#include "stop.h"

static enum weigh_code
print_version(struct out *o, struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;

	if (o->format != OUT_JSON) {
		out_line("weigh %s", WEIGH_VERSION);
		return WEIGH_OK;
	}
	weigh_buf_init(&b, 1024);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.version/1");
	weigh_jw_kstr(&w, "version", WEIGH_VERSION);
	weigh_jw_object_end(&w);
	rc = out_buffer(o, &b, err);
	weigh_buf_free(&b);
	return rc;
}

/* "cannot show org/name", unless the verb found better words. */
static void
headline(const struct cmd *cmd, const struct call *c, struct weigh_err *err)
{
	if (err->code == WEIGH_USAGE && err->what[0] == '\0')
		weigh_what(err, "cannot understand the command line");
	if (!call_needs_what(err))
		return;
	if (c->nargs == 0) /* up to what is said beside it */
		weigh_what(err, "cannot %.*s", (int)strcspn(cmd->summary, ";"),
		    cmd->summary);
	else
		weigh_what(err, "cannot %s %.180s", cmd->verb, c->args[0]);
}

/* Options that every verb understands are right or refused, used or not. */
static enum weigh_code
check_options(const struct cmd *cmd, const struct call *c,
    struct weigh_err *err)
{
	unsigned number;
	enum weigh_code rc = opts_allow(c->opts, cmd->options, cmd->verb, err);

	if (rc == WEIGH_OK)
		rc = call_timeout(c, &number, err);
	if (rc == WEIGH_OK)
		rc = call_jobs(c, 1, &number, err);
	return rc;
}

static enum weigh_code
check_args(const struct cmd *cmd, const struct call *c, struct weigh_err *err)
{
	if (c->nargs >= cmd->fewest && c->nargs <= cmd->most)
		return check_options(cmd, c, err);
	if (c->nargs < cmd->fewest)
		weigh_fail(err, WEIGH_USAGE, "something is missing");
	else
		weigh_fail(err, WEIGH_USAGE, "'%.60s' is too much",
		    c->args[cmd->most]);
	weigh_fix(err, "usage: weigh %s%s%s [options]", cmd->verb,
	    cmd->args[0] != '\0' ? " " : "", cmd->args);
	return WEIGH_USAGE;
}

static enum weigh_code
run(const struct opts *opts, struct out *o, struct weigh_err *err)
{
	struct call c = { .opts = opts, .out = o };
	const struct cmd *cmd;
	enum weigh_code rc;
	size_t words;

	if (opts_has(opts, OPT_VERSION))
		return print_version(o, err);
	if (opts->nargs == 0 && opts_has(opts, OPT_HELP))
		return help_print(o, NULL, err);
	cmd = cmds_find(opts->args, opts->nargs, &words, err);
	if (cmd == NULL)
		return WEIGH_USAGE;
	if (opts_has(opts, OPT_HELP))
		return help_print(o, cmd, err);
	c.args = opts->args + words;
	c.nargs = opts->nargs - words;
	rc = check_args(cmd, &c, err);
	if (rc == WEIGH_OK)
		rc = cmd->run(&c, err);
	if (rc != WEIGH_OK)
		headline(cmd, &c, err);
	return rc;
}

/* (1) of out.h holds for a line that could not be read, too. */
static bool
wants_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0 ||
		    strcmp(argv[i], "--format=json") == 0 ||
		    (strcmp(argv[i], "--format") == 0 && i + 1 < argc &&
			strcmp(argv[i + 1], "json") == 0))
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	struct weigh_err err = { 0 };
	struct opts opts;
	struct out out;
	enum weigh_code rc, rc_out;
	int status = 0;

	stop_watch();
	rc = opts_parse(&opts, argc, argv, &err);
	rc_out = out_init(&out, &opts, rc == WEIGH_OK ? &err : NULL);
	if (rc == WEIGH_OK)
		rc = rc_out;
	if (rc != WEIGH_OK && wants_json(argc, argv))
		out.format = OUT_JSON;
	if (rc == WEIGH_OK)
		rc = run(&opts, &out, &err);
	if (rc == WEIGH_OK)
		rc = out_flush(&err);
	if (rc != WEIGH_OK) {
		if (err.what[0] == '\0')
			weigh_what(&err, "%s",
			    rc == WEIGH_USAGE ?
				"cannot understand the command line" :
				"cannot finish");
		status = ask_report(&out, &err);
		fflush(stdout);
	}
	opts_free(&opts);
	return status;
}
