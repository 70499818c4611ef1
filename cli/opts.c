/* opts: the line, read by the table of options. */
#include <stdlib.h>
#include <string.h>

#include <weigh/near.h>

#include "opts.h"

const struct opt opts_table[OPTS] = {
#define OPTION(id, name, letter, value, global, help) \
	[OPT_##id] = { name, letter, value, global, help },
#include "opts.tbl.h"
#undef OPTION
};

static enum weigh_code
unknown_option(const char *name, size_t len, struct weigh_err *err)
{
	const char *names[OPTS];
	char word[64];
	const char *near;
	size_t i;

	for (i = 0; i < OPTS; i++)
		names[i] = opts_table[i].name;
	if (len >= sizeof(word))
		len = sizeof(word) - 1;
	memcpy(word, name, len);
	word[len] = '\0';
	near = weigh_nearest(word, names, OPTS);
	weigh_fail(err, WEIGH_USAGE, "there is no option '--%s'", word);
	if (near != NULL)
		weigh_fix(err, "did you mean --%s?", near);
	return WEIGH_USAGE;
}

static void
give(struct opts *o, enum opt_id id, const char *value)
{
	o->given[o->ngiven++] = (struct opt_given){ id, value };
}

/* `--name`, `--name=value`, `--name value`; returns through *i what it used. */
static enum weigh_code
read_long(struct opts *o, int argc, char **argv, int *i, struct weigh_err *err)
{
	const char *name = argv[*i] + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
	unsigned id;

	for (id = 0; id < OPTS; id++)
		if (strlen(opts_table[id].name) == len &&
		    memcmp(opts_table[id].name, name, len) == 0)
			break;
	if (id == OPTS)
		return unknown_option(name, len, err);
	if (opts_table[id].value == NULL) {
		if (equals != NULL)
			return weigh_fail(err, WEIGH_USAGE,
			    "--%s takes no value", opts_table[id].name);
		give(o, (enum opt_id)id, NULL);
		return WEIGH_OK;
	}
	if (equals == NULL && *i + 1 >= argc)
		return weigh_fail(err, WEIGH_USAGE, "--%s needs a value: %s",
		    opts_table[id].name, opts_table[id].value);
	give(o, (enum opt_id)id, equals != NULL ? equals + 1 : argv[++*i]);
	return WEIGH_OK;
}

/* `-q`, `-qv`, `-j4`, `-j 4`. */
static enum weigh_code
read_short(struct opts *o, int argc, char **argv, int *i, struct weigh_err *err)
{
	const char *p;

	for (p = argv[*i] + 1; *p != '\0'; p++) {
		unsigned id;

		for (id = 0; id < OPTS; id++)
			if (opts_table[id].letter == *p)
				break;
		if (id == OPTS)
			return weigh_fail(err, WEIGH_USAGE,
			    "there is no option '-%c'", *p);
		if (opts_table[id].value == NULL) {
			give(o, (enum opt_id)id, NULL);
			continue;
		}
		if (p[1] == '\0' && *i + 1 >= argc)
			return weigh_fail(err, WEIGH_USAGE,
			    "-%c needs a value: %s", *p, opts_table[id].value);
		give(o, (enum opt_id)id, p[1] != '\0' ? p + 1 : argv[++*i]);
		break;
	}
	return WEIGH_OK;
}

enum weigh_code
opts_parse(struct opts *o, int argc, char **argv, struct weigh_err *err)
{
	size_t room = 0;
	bool ended = false;
	int i;

	/* A cluster of letters gives as many options as it has bytes. */
	for (i = 1; i < argc; i++)
		room += strlen(argv[i]) + 1;
	*o = (struct opts){ 0 };
	o->given = calloc(room + 1, sizeof(*o->given));
	o->args = calloc((size_t)argc + 1, sizeof(*o->args));
	if (o->given == NULL || o->args == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 1; i < argc; i++) {
		enum weigh_code rc = WEIGH_OK;

		if (ended || argv[i][0] != '-' || argv[i][1] == '\0')
			o->args[o->nargs++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			ended = true;
		else if (argv[i][1] == '-')
			rc = read_long(o, argc, argv, &i, err);
		else
			rc = read_short(o, argc, argv, &i, err);
		if (rc != WEIGH_OK)
			return rc;
	}
	return WEIGH_OK;
}

void
opts_free(struct opts *o)
{
	free(o->given);
	free(o->args);
	*o = (struct opts){ 0 };
}

bool
opts_has(const struct opts *o, enum opt_id id)
{
	size_t i;

	for (i = 0; i < o->ngiven; i++)
		if (o->given[i].id == id)
			return true;
	return false;
}

const char *
opts_value(const struct opts *o, enum opt_id id, const char *otherwise)
{
	size_t i;

	for (i = o->ngiven; i-- > 0;)
		if (o->given[i].id == id)
			return o->given[i].value;
	return otherwise;
}

enum weigh_code
opts_number(const struct opts *o, enum opt_id id, unsigned least, unsigned most,
    unsigned otherwise, unsigned *out, struct weigh_err *err)
{
	const char *text = opts_value(o, id, NULL);
	unsigned long n;
	char *end;

	*out = otherwise;
	if (text == NULL)
		return WEIGH_OK;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < least ||
	    n > most)
		return weigh_fail(err, WEIGH_USAGE,
		    "--%s takes a number from %u to %u, not '%.40s'",
		    opts_table[id].name, least, most, text);
	*out = (unsigned)n;
	return WEIGH_OK;
}

enum weigh_code
opts_allow(const struct opts *o, uint64_t allowed, const char *verb,
    struct weigh_err *err)
{
	size_t i;

	for (i = 0; i < o->ngiven; i++) {
		enum opt_id id = o->given[i].id;

		if (opts_table[id].global || (allowed & OPT_BIT(id)) != 0)
			continue;
		weigh_fail(err, WEIGH_USAGE, "weigh %s has no option '--%s'",
		    verb, opts_table[id].name);
		weigh_fix(err, "weigh help %s lists what it takes", verb);
		return WEIGH_USAGE;
	}
	return WEIGH_OK;
}
