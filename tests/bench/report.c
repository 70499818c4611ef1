/*
 * report: `report FORMAT PAGE [N]` reads a page of weigh.report-rows/1 and writes its
 * report to stdout.  With N: of N revisions, which are the page's, read anew each time and
 * under other names; seconds, bytes and peak memory go to stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <weigh/report.h>

#define TITLE "Licenses of what is held"
#define CEILING (2 * (size_t)WEIGH_REPORT_ROW)

struct run {
	struct weigh_buf page, out;
	struct weigh_report *report;
	unsigned long n; /* revisions; 0: the page as it is */
	unsigned long long bytes;
	struct weigh_err err;
};

static bool
read_file(struct weigh_buf *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	char piece[65536];
	size_t n;

	if (f == NULL)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		weigh_buf_add(b, piece, n);
	fclose(f);
	return !b->failed;
}

static bool
drain(struct run *run)
{
	bool ok = run->out.len == 0 ||
	    fwrite(run->out.data, 1, run->out.len, stdout) == run->out.len;

	run->bytes += run->out.len;
	weigh_buf_reset(&run->out);
	return ok;
}

static bool
one(struct run *run, struct weigh_report_row *row, unsigned long i, bool look)
{
	char name[65536];
	enum weigh_code rc;

	if (run->n > 0) {
		snprintf(name, sizeof(name), "%.4000s-%lu", row->repo, i);
		row->repo = name;
	}
	rc = look ? weigh_report_look(run->report, row, &run->err) :
		    weigh_report_row(run->report, row, &run->out, &run->err);
	return rc == WEIGH_OK && drain(run);
}

/* All rows once, the page read anew whenever it is used up. */
static bool
pass(struct run *run, bool look)
{
	struct weigh_report_page *p;
	unsigned long i = 0;
	bool ok = true;

	do {
		if (weigh_report_page_read(&p, run->page.data, run->page.len,
			&run->err) != WEIGH_OK)
			return false;
		for (size_t k = 0;
		     ok && k < p->nrows && (run->n == 0 || i < run->n); k++)
			ok = one(run, &p->rows[k], i++, look);
		weigh_report_page_free(p);
	} while (ok && i < run->n);
	return ok;
}

static bool
write_all(struct run *run, enum weigh_report_format format,
    const struct weigh_report_frame *frame)
{
	bool more = true;

	if (weigh_report_new(&run->report, format, frame, &run->err) !=
		WEIGH_OK ||
	    (weigh_report_looks(run->report) && !pass(run, true)) ||
	    weigh_report_begin(run->report, &run->out, &run->err) != WEIGH_OK ||
	    !drain(run) || !pass(run, false))
		return false;
	while (more)
		if (weigh_report_end(run->report, &run->out, &more,
			&run->err) != WEIGH_OK ||
		    !drain(run))
			return false;
	return fflush(stdout) == 0;
}

static void
tell(const struct run *run, const struct timespec *since)
{
	struct timespec now;
	struct rusage use;

	clock_gettime(CLOCK_MONOTONIC, &now);
	getrusage(RUSAGE_SELF, &use);
	fprintf(stderr, "%lu revisions, %.2f s, %llu bytes, peak %ld KiB\n",
	    run->n,
	    (double)(now.tv_sec - since->tv_sec) +
		(double)(now.tv_nsec - since->tv_nsec) / 1e9,
	    run->bytes, use.ru_maxrss);
}

int
main(int argc, char **argv)
{
	struct run run = { .n = argc == 4 ? strtoul(argv[3], NULL, 10) : 0 };
	enum weigh_report_format format = WEIGH_REPORT_FORMATS;
	struct weigh_report_page *p = NULL;
	struct timespec since;
	bool ok;

	if (argc < 3 || argc > 4 ||
	    !weigh_report_format_parse(&format, argv[1], strlen(argv[1]))) {
		fprintf(stderr, "usage: report FORMAT PAGE [N]\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &since);
	weigh_buf_init(&run.page, WEIGH_REPORT_PAGE);
	weigh_buf_init(&run.out, CEILING);
	ok = read_file(&run.page, argv[2]) && run.page.len > 0 &&
	    weigh_report_page_read(&p, run.page.data, run.page.len, &run.err) ==
		WEIGH_OK;
	if (ok) {
		p->frame.title = TITLE;
		ok = write_all(&run, format, &p->frame);
	}
	if (!ok)
		fprintf(stderr, "report: %s\n", run.err.why);
	else if (run.n > 0)
		tell(&run, &since);
	weigh_report_free(run.report);
	weigh_report_page_free(p);
	weigh_buf_free(&run.page);
	weigh_buf_free(&run.out);
	return ok ? 0 : 1;
}
