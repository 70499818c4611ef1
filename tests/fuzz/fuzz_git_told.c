/*
 * What a git server answers: a byte (which answer, how to cut it), then the answer.
 * Whole and cut, a fetch's answer gives the same pack or the same refusal; words are
 * without control characters; a name that is picked ends (weigh/gitclient.h).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/gitclient.h>

static enum weigh_code
keep(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	(void)err;
	return weigh_buf_add(ctx, data, len) ? WEIGH_OK : WEIGH_TOO_BIG;
}

static void
no_control(const struct weigh_err *err)
{
	for (const char *p = err->why; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			abort();
}

static enum weigh_code
read_told(struct weigh_buf *pack, const char *text, size_t size, size_t step)
{
	struct weigh_err err = { .code = WEIGH_OK };
	struct weigh_git_told t;
	enum weigh_code rc = WEIGH_OK;

	weigh_buf_init(pack, 1 << 20);
	weigh_git_told_init(&t, keep, pack);
	for (size_t at = 0; rc == WEIGH_OK && at < size; at += step)
		rc = weigh_git_told_feed(&t, text + at,
		    size - at < step ? size - at : step, &err);
	if (rc == WEIGH_OK)
		rc = weigh_git_told_end(&t, &err);
	no_control(&err);
	return rc;
}

static void
fetch(const char *text, size_t size, size_t step)
{
	struct weigh_buf whole, cut;

	if (read_told(&whole, text, size, size + 1) !=
	    read_told(&cut, text, size, step))
		abort();
	if (whole.len != cut.len ||
	    (whole.len > 0 && memcmp(whole.data, cut.data, whole.len) != 0))
		abort();
	weigh_buf_free(&whole);
	weigh_buf_free(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_err err = { .code = WEIGH_OK };
	const char *text = (const char *)data + 1;
	struct weigh_git_server server;
	struct weigh_git_pick pick;

	if (size == 0)
		return 0;
	size--;
	if (data[0] % 4 == 0)
		(void)weigh_git_server_parse(&server, text, size, &err);
	else if (data[0] % 4 == 1)
		(void)weigh_git_pick_ref(&pick, "main", text, size, &err);
	else
		fetch(text, size, 1 + data[0] / 4);
	no_control(&err);
	if (data[0] % 4 == 1 &&
	    memchr(pick.branch, '\0', sizeof(pick.branch)) == NULL)
		abort();
	return 0;
}
