/* Ranges, dates, conditions: a part lies inside its file, a date that is read
 * prints and is read again, and no value of a condition crashes. */
#include <stdlib.h>
#include <string.h>

#include <weigh/http.h>

static void
check_range(struct weigh_span value, uint64_t size)
{
	struct weigh_range r = weigh_range_parse(value, size);

	if (r.kind == WEIGH_RANGE_PART && (r.first > r.last || r.last >= size))
		abort();
	if (r.kind == WEIGH_RANGE_EMPTY && size != 0)
		abort();
}

static void
check_date(struct weigh_span value)
{
	char text[WEIGH_HTTP_DATE];
	time_t when, again;

	if (!weigh_http_date_parse(value, &when))
		return;
	weigh_http_date(when, text);
	if (when > 253402300799) /* a leap second after the last year */
		return;
	if (!weigh_http_date_parse((struct weigh_span){ text, strlen(text) },
		&again) ||
	    again != when)
		abort();
}

static void
check_conditions(struct weigh_span value)
{
	static const char *const names[] = { "if-match", "if-none-match",
		"if-range", "if-modified-since", "if-unmodified-since" };
	static struct weigh_http_head head;
	struct weigh_http_validators v = { "\"a\"", 784111777, true };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		head.nfields = 2;
		head.fields[0].name = (struct weigh_span){ names[i],
			strlen(names[i]) };
		head.fields[0].value = value;
		head.fields[1].name = (struct weigh_span){ "range", 5 };
		head.fields[1].value = (struct weigh_span){ "bytes=0-", 8 };
		(void)weigh_http_conditions(&head, &v);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t sizes[] = { 0, 1, 2, 100, 1u << 20, INT64_MAX };
	struct weigh_span value = { (const char *)data, size };

	if (size == 0)
		return 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		check_range(value, sizes[i]);
	check_date(value);
	check_conditions(value);
	return 0;
}
