/* header: see header.h. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "header.h"

void
put_bytes(struct weigh_buf *b, const void *data, size_t len)
{
	check_true("room", weigh_buf_add(b, data, len));
}

static void
put_number(struct weigh_buf *b, uint64_t n, unsigned bytes)
{
	for (; bytes > 0; bytes--, n >>= 8)
		check_true("room", weigh_buf_addc(b, (char)(n & 0xff)));
}

void
put_u32(struct weigh_buf *b, uint32_t n)
{
	put_number(b, n, 4);
}

void
put_u64(struct weigh_buf *b, uint64_t n)
{
	put_number(b, n, 8);
}

void
put_text(struct weigh_buf *b, const char *text)
{
	put_u64(b, strlen(text));
	put_bytes(b, text, strlen(text));
}

void
put_zeros(struct weigh_buf *b, size_t len)
{
	for (; len > 0; len--)
		check_true("room", weigh_buf_addc(b, '\0'));
}

enum weigh_code
read_header(enum weigh_format format, const void *data, size_t len,
    uint64_t size, size_t cut, struct weigh_weights *facts)
{
	struct weigh_header *h = weigh_header_new(format, size);
	enum weigh_code rc = WEIGH_NOT_YET;
	const char *p = data;
	size_t at = 0, n;

	check_true("a reader", h != NULL);
	while (rc == WEIGH_NOT_YET) {
		/* A piece of its own, so that reading past it is seen. */
		char *piece;

		n = len - at < cut ? len - at : cut;
		check_true("memory", (piece = malloc(n > 0 ? n : 1)) != NULL);
		if (n > 0)
			memcpy(piece, p + at, n);
		rc = weigh_header_feed(h, piece, n, NULL);
		free(piece);
		at += n;
	}
	*facts = *weigh_header_facts(h);
	weigh_weights_init(weigh_header_facts(h), format);
	weigh_header_free(h);
	return rc;
}

char *
print_facts(const struct weigh_weights *facts)
{
	struct weigh_buf out;
	struct weigh_jw jw;

	weigh_buf_init(&out, 64 << 20);
	weigh_jw_init(&jw, &out);
	weigh_weights_print(&jw, facts);
	check_true("printed", !out.failed);
	return weigh_buf_take(&out);
}

void
check_header(const char *label, enum weigh_format format, const void *data,
    size_t len, uint64_t size, const char *rule)
{
	const size_t cuts[] = { 1, 7, len + 1 };
	char *first = NULL;

	for (size_t i = 0; i < 3; i++) {
		struct weigh_weights facts;
		enum weigh_code rc = read_header(format, data, len, size,
		    cuts[i], &facts);
		char *text = print_facts(&facts);

		check_str(label, facts.rule, rule);
		check_true(label, (rc == WEIGH_OK) == (rule[0] == '\0'));
		if (first != NULL)
			check_str(label, text, first);
		free(first);
		first = text;
		weigh_weights_free(&facts);
	}
	free(first);
}
