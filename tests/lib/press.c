/* press: see press.h. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "press.h"

void
press_file(struct weigh_buf *out, const char *name)
{
	char path[256], piece[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "tests/data/report/%s", name);
	weigh_buf_init(out, WEIGH_REPORT_PAGE);
	f = fopen(path, "rb");
	check_true(path, f != NULL);
	while (f != NULL && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		weigh_buf_add(out, piece, n);
	if (f != NULL)
		fclose(f);
	check_true(path, out->len > 0);
}

struct weigh_report_page *
press_page(const char *name)
{
	struct weigh_report_page *p;
	struct weigh_buf b;

	press_file(&b, name);
	check_code(name, weigh_report_page_read(&p, b.data, b.len, NULL),
	    WEIGH_OK);
	weigh_buf_free(&b);
	p->frame.title = PRESS_TITLE;
	return p;
}

static void
drain(struct weigh_buf *all, struct weigh_buf *piece)
{
	weigh_buf_add(all, piece->data != NULL ? piece->data : "", piece->len);
	weigh_buf_reset(piece);
}

void
press_report(struct weigh_buf *out, enum weigh_report_format format,
    const struct weigh_report_page *page)
{
	const char *label = weigh_report_format_name(format);
	struct weigh_report *r;
	struct weigh_buf piece;
	bool more = true;

	weigh_buf_init(out, WEIGH_REPORT_PAGE);
	weigh_buf_init(&piece, (size_t)2 * WEIGH_REPORT_ROW);
	check_code(label, weigh_report_new(&r, format, &page->frame, NULL),
	    WEIGH_OK);
	for (size_t i = 0; weigh_report_looks(r) && i < page->nrows; i++)
		check_code(label, weigh_report_look(r, &page->rows[i], NULL),
		    WEIGH_OK);
	check_code(label, weigh_report_begin(r, &piece, NULL), WEIGH_OK);
	drain(out, &piece);
	for (size_t i = 0; i < page->nrows; i++) {
		check_code(label,
		    weigh_report_row(r, &page->rows[i], &piece, NULL),
		    WEIGH_OK);
		drain(out, &piece);
	}
	while (more) {
		check_code(label, weigh_report_end(r, &piece, &more, NULL),
		    WEIGH_OK);
		drain(out, &piece);
	}
	weigh_report_free(r);
	weigh_buf_free(&piece);
}
