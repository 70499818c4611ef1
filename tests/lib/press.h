/* press: pages of reports from tests/data/report, and reports of them. */
#ifndef TESTS_PRESS_H
#define TESTS_PRESS_H

#include <weigh/report.h>

#define PRESS_TITLE "Licenses of what is held"

/* The bytes of a file of tests/data/report; weigh_buf_free. */
void press_file(struct weigh_buf *out, const char *name);
/* A page there, read. */
struct weigh_report_page *press_page(const char *name);
/* The whole report of a page, drained after each call of the writer. */
void press_report(struct weigh_buf *out, enum weigh_report_format format,
    const struct weigh_report_page *page);

#endif
