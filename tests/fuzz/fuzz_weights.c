/*
 * Headers of files of weights.  The input is a byte that says the format, one that
 * says how to cut, then the file.  (1) of weigh/weights.h: whole and cut, the same
 * is said.  (3): what is right has no rule that is broken, and what is not has one.
 * What is said reads back as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/weights.h>

#define BEHIND 4096 /* bytes behind what is given: the tensors of small files */

/* Read it in pieces; the facts as JSON in `out`. */
static enum weigh_code
read_in(enum weigh_format format, const char *data, size_t size, uint64_t whole,
    size_t cut, struct weigh_buf *out)
{
	struct weigh_header *h = weigh_header_new(format, whole);
	enum weigh_code rc = WEIGH_NOT_YET;
	struct weigh_jw jw;
	size_t at = 0, n;

	if (h == NULL)
		abort();
	while (rc == WEIGH_NOT_YET) {
		n = size - at < cut ? size - at : cut;
		rc = weigh_header_feed(h, data + at, n, NULL);
		at += n;
	}
	if (rc != WEIGH_OK && rc != WEIGH_MALFORMED && rc != WEIGH_TOO_BIG)
		abort();
	if ((rc == WEIGH_OK) != (weigh_header_facts(h)->rule[0] == '\0'))
		abort();
	weigh_jw_init(&jw, out);
	weigh_weights_print(&jw, weigh_header_facts(h));
	weigh_header_free(h);
	if (out->failed)
		abort();
	return rc;
}

static void
read_back(const struct weigh_buf *text)
{
	struct weigh_weights facts;
	struct weigh_buf again;
	struct weigh_jw jw;

	if (weigh_weights_parse(&facts, text->data, text->len, NULL) !=
	    WEIGH_OK)
		abort();
	weigh_buf_init(&again, 64 << 20);
	weigh_jw_init(&jw, &again);
	weigh_weights_print(&jw, &facts);
	if (again.len != text->len ||
	    memcmp(again.data, text->data, text->len) != 0)
		abort();
	weigh_buf_free(&again);
	weigh_weights_free(&facts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum weigh_format formats[] = { WEIGH_SAFETENSORS,
		WEIGH_GGUF, WEIGH_INDEX };
	struct weigh_buf whole, cut;
	enum weigh_format format;
	uint64_t more;
	const char *file;

	if (size < 2)
		return 0;
	format = formats[data[0] % 3];
	more = data[0] & 0x80 ? BEHIND : 0;
	file = (const char *)data + 2;
	size -= 2;
	weigh_buf_init(&whole, 64 << 20);
	weigh_buf_init(&cut, 64 << 20);
	if (read_in(format, file, size, size + more, size + 1, &whole) !=
		read_in(format, file, size, size + more, data[1] % 97 + 1,
		    &cut) ||
	    whole.len != cut.len ||
	    memcmp(whole.data, cut.data, whole.len) != 0)
		abort();
	read_back(&whole);
	weigh_buf_free(&whole);
	weigh_buf_free(&cut);
	return 0;
}
