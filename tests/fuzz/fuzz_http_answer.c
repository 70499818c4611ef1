/* Heads of answers: never a crash; what is refused or understood early stays
 * so, whatever follows. */
#include <stdlib.h>

#include <weigh/http.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_http_answer *a = malloc(sizeof(*a));
	const char *text = (const char *)data + 1;
	size_t first;
	long whole, part;

	if (a == NULL || size < 2) {
		free(a);
		return 0;
	}
	size--;
	first = data[0] * size / 256;
	part = weigh_http_answer_parse(a, text, first);
	if (part > (long)first)
		abort();
	whole = weigh_http_answer_parse(a, text, size);
	if (whole > (long)size || (part != 0 && part != whole))
		abort();
	if (whole > 0) {
		if (a->status < 100 || a->status > 599 ||
		    (a->chunked && a->has_length) || a->length > INT64_MAX)
			abort();
		for (unsigned i = 0; i < a->nfields; i++)
			if (a->fields[i].name.len == 0 ||
			    a->fields[i].value.p < text ||
			    a->fields[i].value.p + a->fields[i].value.len >
				text + whole)
				abort();
		(void)weigh_http_answer_field(a, "content-range");
	}
	free(a);
	return 0;
}
