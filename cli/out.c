/* out: results on stdout as tables, tabs or JSON; talk on stderr. */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "out.h"
#include "text.h"

static const struct {
	const char *name;
	enum out_format format;
} formats[] = {
	{ "human", OUT_HUMAN },
	{ "tsv", OUT_TSV },
	{ "json", OUT_JSON },
	{ "quiet", OUT_QUIET },
};

#define NFORMATS (sizeof(formats) / sizeof(formats[0]))

const char *
out_format_name(unsigned i)
{
	return i < NFORMATS ? formats[i].name : NULL;
}

static bool
set_and_not_empty(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

unsigned
out_width(void)
{
	const char *said = getenv("COLUMNS");
	unsigned long n = said != NULL ? strtoul(said, NULL, 10) : 0;
	struct winsize w;

	if (n > 0 && n < 10000)
		return (unsigned)n;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		return w.ws_col;
	return 80;
}

static enum weigh_code
choose_format(struct out *o, const struct opts *opts, struct weigh_err *err)
{
	const char *name = opts_value(opts, OPT_FORMAT, "human");
	size_t i;

	o->format = OUT_HUMAN;
	if (opts_has(opts, OPT_QUIET))
		o->format = OUT_QUIET;
	if (opts_has(opts, OPT_JSON))
		o->format = OUT_JSON;
	if (!opts_has(opts, OPT_FORMAT))
		return WEIGH_OK;
	for (i = 0; i < NFORMATS; i++)
		if (strcmp(formats[i].name, name) == 0) {
			if (o->format == OUT_HUMAN)
				o->format = formats[i].format;
			return WEIGH_OK;
		}
	weigh_fail(err, WEIGH_USAGE, "there is no format '%.40s'", name);
	weigh_fix(err, "take one of: human, tsv, json, quiet");
	return WEIGH_USAGE;
}

enum weigh_code
out_init(struct out *o, const struct opts *opts, struct weigh_err *err)
{
	const char *term = getenv("TERM");
	bool dumb = term != NULL && strcmp(term, "dumb") == 0;
	bool terminal = isatty(STDERR_FILENO) && !dumb;
	enum weigh_code rc;

	*o = (struct out){ 0 };
	setlocale(LC_CTYPE, "");
	o->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	rc = choose_format(o, opts, err);
	o->verbose = opts_has(opts, OPT_VERBOSE);
	o->bars = terminal && o->format == OUT_HUMAN;
	o->color = terminal && !opts_has(opts, OPT_NO_COLOR) &&
	    !set_and_not_empty("NO_COLOR");
	return rc;
}

/* A member as tsv shows it: everything, integers plain. */
static void
raw_value(struct weigh_buf *b, const struct doc *row, const char *key)
{
	const struct doc *v = doc_get(row, key);

	if (v == NULL)
		return;
	if (v->type == WEIGH_JSON_TRUE || v->type == WEIGH_JSON_FALSE)
		weigh_buf_adds(b, v->type == WEIGH_JSON_TRUE ? "yes" : "no");
	else if (v->text != NULL)
		text_clean(b, v->text);
}

/* A member as people like it. */
static void
value(struct weigh_buf *b, const struct doc *row, const struct out_column *c)
{
	const struct doc *v = doc_get(row, c->key);
	char text[TEXT_SIZE];

	if (v == NULL)
		return;
	switch (c->kind) {
	case OUT_SIZE:
		text_size(doc_u64(row, c->key), text);
		weigh_buf_adds(b, text);
		break;
	case OUT_SECONDS:
		text_duration(doc_u64(row, c->key), text);
		weigh_buf_adds(b, text);
		break;
	case OUT_REVISION:
		weigh_buf_addf(b, "%.12s", doc_str(row, c->key));
		break;
	case OUT_TEXT:
	case OUT_NUMBER:
	case OUT_YES_NO:
		raw_value(b, row, c->key);
		break;
	}
}

static void
tsv_row(struct weigh_buf *b, const struct out_column *columns, size_t n,
    const struct doc *row)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			weigh_buf_addc(b, '\t');
		raw_value(b, row, columns[i].key);
	}
	weigh_buf_addc(b, '\n');
}

static void
tsv_header(const struct out_column *columns, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		printf("%s%s", i > 0 ? "\t" : "", columns[i].key);
	putchar('\n');
}

#define ROW_MAX (1u << 20) /* bytes of one printed row */

/* What stdout gets, row by row, without a table. */
static enum weigh_code
print_rows(const struct out *o, const struct out_column *columns, size_t n,
    const struct doc *rows, struct weigh_err *err)
{
	const struct doc *row;
	struct weigh_buf b;
	bool failed = false;

	weigh_buf_init(&b, ROW_MAX);
	if (o->format == OUT_TSV)
		tsv_header(columns, n);
	for (row = rows->first; row != NULL && !failed; row = row->next) {
		weigh_buf_reset(&b);
		tsv_row(&b, columns, o->format == OUT_TSV ? n : 1, row);
		failed = b.failed;
		if (!failed)
			fwrite(b.data, 1, b.len, stdout);
	}
	weigh_buf_free(&b);
	return failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			WEIGH_OK;
}

static bool
table_columns(struct libscols_table *t, const struct out_column *columns,
    size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		bool right = columns[i].kind == OUT_NUMBER ||
		    columns[i].kind == OUT_SIZE;
		int flags = (right ? SCOLS_FL_RIGHT : 0) |
		    (columns[i].may_cut ? SCOLS_FL_TRUNC : 0);

		if (scols_table_new_column(t, columns[i].title, 0, flags) ==
		    NULL)
			return false;
	}
	return true;
}

static bool
table_row(struct libscols_table *t, const struct out_column *columns, size_t n,
    const struct doc *row)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);
	struct weigh_buf b;
	bool ok = line != NULL;
	size_t i;

	weigh_buf_init(&b, ROW_MAX);
	for (i = 0; i < n && ok; i++) {
		weigh_buf_reset(&b);
		value(&b, row, &columns[i]);
		ok = !b.failed &&
		    scols_line_set_data(line, i, b.len > 0 ? b.data : "") == 0;
	}
	weigh_buf_free(&b);
	return ok;
}

static enum weigh_code
print_table(const struct out_column *columns, size_t n, const struct doc *rows,
    struct weigh_err *err)
{
	struct libscols_table *t = scols_new_table();
	const struct doc *row;
	bool ok = t != NULL && table_columns(t, columns, n);

	for (row = rows->first; row != NULL && ok; row = row->next)
		ok = table_row(t, columns, n, row);
	if (ok && !isatty(STDOUT_FILENO) && !set_and_not_empty("COLUMNS"))
		scols_table_set_termforce(t, SCOLS_TERMFORCE_NEVER);
	ok = ok && scols_print_table(t) == 0;
	scols_unref_table(t);
	return ok ? WEIGH_OK :
		    weigh_fail(err, WEIGH_NOMEM, "cannot make a table");
}

enum weigh_code
out_table(const struct out *o, const struct out_column *columns, size_t n,
    const struct doc *rows, struct weigh_err *err)
{
	if (rows == NULL || rows->type != WEIGH_JSON_ARRAY)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the server's answer has no list");
	if (o->format != OUT_HUMAN)
		return print_rows(o, columns, n, rows, err);
	return rows->first != NULL ? print_table(columns, n, rows, err) :
				     WEIGH_OK;
}

enum weigh_code
out_fields(const struct out *o, const struct out_column *columns, size_t n,
    const struct doc *d, struct weigh_err *err)
{
	struct weigh_buf b;
	int width = 0;
	size_t i;
	bool failed;

	weigh_buf_init(&b, ROW_MAX);
	if (o->format == OUT_TSV)
		tsv_header(columns, n);
	if (o->format != OUT_HUMAN)
		tsv_row(&b, columns, o->format == OUT_TSV ? n : 1, d);
	for (i = 0; i < n; i++)
		if ((int)strlen(columns[i].title) > width)
			width = (int)strlen(columns[i].title);
	for (i = 0; i < n && o->format == OUT_HUMAN; i++) {
		size_t before = b.len;
		size_t empty;

		weigh_buf_addf(&b, "%s:%*s", columns[i].title,
		    width + 1 - (int)strlen(columns[i].title), "");
		empty = b.len;
		value(&b, d, &columns[i]);
		if (b.len == empty)
			b.len = before;
		else
			weigh_buf_addc(&b, '\n');
	}
	failed = b.failed;
	if (!failed && b.len > 0)
		fwrite(b.data, 1, b.len, stdout);
	weigh_buf_free(&b);
	return failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			WEIGH_OK;
}

#define DOCUMENT_MAX ((size_t)1 << 30)

enum weigh_code
out_buffer(struct out *o, const struct weigh_buf *b, struct weigh_err *err)
{
	if (b->failed)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	fwrite(b->data, 1, b->len, stdout);
	putchar('\n');
	o->documented = true;
	return WEIGH_OK;
}

enum weigh_code
out_document(struct out *o, const struct doc *d, struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&b, DOCUMENT_MAX);
	weigh_jw_init(&w, &b);
	doc_write(&w, d);
	rc = out_buffer(o, &b, err);
	weigh_buf_free(&b);
	return rc;
}

void
out_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void
out_say(const struct out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->format != OUT_HUMAN)
		return;
	fflush(stdout); /* in the order it was said */
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* `weigh files … | head`: not a failure.  errno may be of something later. */
static bool
reader_is_gone(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLERR) != 0;
}

enum weigh_code
out_flush(struct weigh_err *err)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return WEIGH_OK;
	if (reader_is_gone()) {
		signal(SIGPIPE, SIG_DFL); /* end as others in a pipe do */
		raise(SIGPIPE);
	}
	weigh_fail_errno(err, errno, "cannot write to stdout");
	return WEIGH_IO;
}
