/*
 * A record as JSON.  (5) of weigh/record.h: what is accepted is written again, read again,
 * and written the same; so is what is concluded from it, and concluded twice it is the same
 * (1).  Its bases are what it says itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/policy.h>
#include <weigh/record.h>

static void
print(struct weigh_buf *out, const struct weigh_record *r)
{
	/* Each byte of an escape may become six. */
	weigh_buf_init(out, 8 * (size_t)WEIGH_RECORD_MAX);
	if (!weigh_record_print(out, r) && out->len == 0)
		return;
	if (out->failed)
		abort();
}

static const struct weigh_terms *
builtin(void)
{
	static struct weigh_terms *table;
	const char *text;
	size_t len;

	weigh_terms_builtin(&text, &len);
	if (table == NULL &&
	    weigh_terms_read(&table, "licenses.terms", text, len, NULL) !=
		WEIGH_OK)
		abort();
	return table;
}

/* With `base` for every base that is held. */
static void
conclude(struct weigh_record *r, const struct weigh_record *base,
    struct weigh_buf *out)
{
	const struct weigh_record *bases[WEIGH_RECORD_BASES] = { NULL };
	const struct weigh_terms *tables[] = { builtin() };

	for (uint32_t i = 0; i < r->nbases; i++)
		bases[i] = r->bases[i].held ? base : NULL;
	if (weigh_conclude(r, bases, tables, 1, NULL) != WEIGH_OK)
		abort();
	if (r->noptions == 0 || r->nparts == 0 || r->concluded[0] == '\0')
		abort();
	print(out, r);
}

static void
conclude_twice(const char *data, size_t size)
{
	struct weigh_record *r = NULL, *base = NULL, *again = NULL;
	struct weigh_oid basis;
	struct weigh_buf one, two;

	if (weigh_record_read(&r, data, size, NULL) != WEIGH_OK ||
	    weigh_record_read(&base, data, size, NULL) != WEIGH_OK)
		abort();
	conclude(r, base, &one);
	weigh_record_basis(r, &basis);
	if (one.len > 0 &&
	    weigh_record_read(&again, one.data, one.len, NULL) == WEIGH_OK) {
		conclude(again, base, &two);
		if (two.len != one.len ||
		    memcmp(two.data, one.data, one.len) != 0 ||
		    weigh_record_changes(again, r, &(const char *){ "" }, 1) !=
			0)
			abort();
		weigh_buf_free(&two);
	} else if (one.len > 0 && one.len <= WEIGH_RECORD_MAX) {
		abort();
	}
	weigh_buf_free(&one);
	weigh_record_free(again);
	weigh_record_free(base);
	weigh_record_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_record *r = NULL, *again = NULL;
	struct weigh_err err = { 0 };
	struct weigh_buf one, two;

	if (weigh_record_read(&r, (const char *)data, size, &err) != WEIGH_OK) {
		if (r != NULL || err.code == WEIGH_OK || err.why[0] == '\0')
			abort();
		return 0;
	}
	print(&one, r);
	if (one.len > 0) {
		if (weigh_record_read(&again, one.data, one.len, &err) !=
		    WEIGH_OK)
			abort();
		print(&two, again);
		if (two.len != one.len ||
		    memcmp(two.data, one.data, one.len) != 0)
			abort();
		weigh_record_free(again);
		weigh_buf_free(&two);
	}
	weigh_record_free(r);
	weigh_buf_free(&one);
	conclude_twice((const char *)data, size);
	return 0;
}
