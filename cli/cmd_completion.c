/* weigh completion: a script for a shell, made from the tables. */
#include <stdio.h>
#include <string.h>

#include "complete.h"

#define SCRIPT_MAX (1u << 20)

static const struct {
	const char *name;
	void (*print)(struct weigh_buf *out);
} shells[] = {
	{ "bash", complete_bash },
	{ "zsh", complete_zsh },
	{ "fish", complete_fish },
};

static enum weigh_code
print(const struct call *c, const char *shell, const struct weigh_buf *script,
    struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;

	if (c->out->format != OUT_JSON) {
		fputs(script->data, stdout);
		return WEIGH_OK;
	}
	weigh_buf_init(&b, 4 * SCRIPT_MAX);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.completion/1");
	weigh_jw_kstr(&w, "shell", shell);
	weigh_jw_kstr(&w, "script", script->data);
	weigh_jw_object_end(&w);
	rc = out_buffer(c->out, &b, err);
	weigh_buf_free(&b);
	return rc;
}

enum weigh_code
cmd_completion(const struct call *c, struct weigh_err *err)
{
	struct weigh_buf script;
	enum weigh_code rc;
	size_t i, n = sizeof(shells) / sizeof(shells[0]);

	for (i = 0; i < n && strcmp(shells[i].name, c->args[0]) != 0; i++)
		;
	if (i == n) {
		weigh_fail(err, WEIGH_USAGE, "there is no script for '%.60s'",
		    c->args[0]);
		weigh_fix(err, "take one of: bash, zsh, fish");
		return WEIGH_USAGE;
	}
	weigh_buf_init(&script, SCRIPT_MAX);
	shells[i].print(&script);
	rc = script.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			     print(c, shells[i].name, &script, err);
	weigh_buf_free(&script);
	return rc;
}
