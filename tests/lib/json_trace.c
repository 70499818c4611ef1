/* json_trace: see json_trace.h. */
#include <stdlib.h>
#include <string.h>

#include "json_trace.h"

static const char *const marks[] = {
	[WEIGH_JSON_OBJECT] = "{",
	[WEIGH_JSON_OBJECT_END] = "}",
	[WEIGH_JSON_ARRAY] = "[",
	[WEIGH_JSON_ARRAY_END] = "]",
	[WEIGH_JSON_KEY] = "k",
	[WEIGH_JSON_STRING] = "s",
	[WEIGH_JSON_NUMBER] = "n",
	[WEIGH_JSON_TRUE] = "t",
	[WEIGH_JSON_FALSE] = "f",
	[WEIGH_JSON_NULL] = "0",
	[WEIGH_JSON_END] = "END",
};

static void
add_token(struct weigh_buf *out, const struct weigh_json *j,
    enum weigh_json_token t)
{
	bool quoted = t == WEIGH_JSON_KEY || t == WEIGH_JSON_STRING;
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (out->len > 0)
		weigh_buf_addc(out, ' ');
	weigh_buf_adds(out, marks[t]);
	if (quoted)
		weigh_buf_addc(out, '"');
	for (size_t i = 0; i < len && (quoted || t == WEIGH_JSON_NUMBER); i++)
		if (text[i] == '\0')
			weigh_buf_adds(out, "\\0");
		else
			weigh_buf_addc(out, text[i]);
	if (quoted)
		weigh_buf_addc(out, '"');
}

static void
add_bad(struct weigh_buf *out, const struct weigh_json *j)
{
	struct weigh_err err = { 0 };
	enum weigh_code code = weigh_json_error(j, &err);

	weigh_buf_addf(out, "%sBAD %s %s", out->len > 0 ? " " : "",
	    weigh_code_info(code)->name, err.why);
}

/* All tokens of one piece.  False when there will be no more. */
static bool
add_piece(struct weigh_buf *out, struct weigh_json *j)
{
	enum weigh_json_token t;

	while ((t = weigh_json_next(j)) != WEIGH_JSON_MORE) {
		if (t == WEIGH_JSON_BAD) {
			add_bad(out, j);
			return false;
		}
		add_token(out, j, t);
		if (t == WEIGH_JSON_END)
			return false;
	}
	return true;
}

void
json_trace(struct weigh_buf *out, const struct weigh_json_limits *limits,
    const char *text, size_t len, size_t first, size_t piece)
{
	struct weigh_json *j = weigh_json_new(limits);
	size_t take = first != 0 ? first : piece != 0 ? piece : len;
	bool more = j != NULL;

	while (more) {
		char *own;

		if (take > len)
			take = len;
		if ((own = malloc(take > 0 ? take : 1)) == NULL)
			break;
		if (take > 0)
			memcpy(own, text, take);
		text += take;
		len -= take;
		weigh_json_feed(j, own, take, len == 0);
		more = add_piece(out, j);
		free(own);
		take = piece != 0 ? piece : len;
	}
	weigh_json_free(j);
}
