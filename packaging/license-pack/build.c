/*
 * build: `read-texts DIR | build PACK` writes the pack of these texts, and says what is in
 * it.  The format of what it reads is told in read-texts.
 *
 * A license may have been published as text and, marked up, once more, and not with the
 * same words.  So a pack is made of everything else first, and a published text in which
 * that finds a change is a template beside the other.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/licensepack.h>

#define LINE 1024 /* bytes of a line that comes before a text */

/* A text, and the line before it. */
struct text {
	char line[LINE];
	struct weigh_licensepack_entry entry; /* points into the line */
	bool published;
	char *bytes;
	size_t len;
	struct text *next; /* that was published */
};

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "build: %s: %s\n", what, why);
	return 1;
}

/* Up to the next tab or line end; *at goes behind it. */
static char *
field(char **at)
{
	char *start = *at;

	*at += strcspn(start, "\t\n");
	if (**at != '\0')
		*(*at)++ = '\0';
	return start;
}

/* The numbers come from our own script; what does not fit the format is refused later. */
static void
read_line(struct text *t)
{
	struct weigh_licensepack_entry *e = &t->entry;
	char *line = t->line;
	const char *flags;

	(void)field(&line); /* "entry" */
	e->what = (enum weigh_license_what)strtoul(field(&line), NULL, 10);
	flags = field(&line);
	e->vendor = strchr(flags, 'v') != NULL;
	e->deprecated = strchr(flags, 'd') != NULL;
	t->published = strchr(flags, 'p') != NULL;
	e->popularity = (uint32_t)strtoul(field(&line), NULL, 10);
	e->id = field(&line);
	e->based_on = field(&line);
	e->name = field(&line);
	t->len = strtoul(field(&line), NULL, 10);
}

static void
text_free(struct text *t)
{
	if (t != NULL)
		free(t->bytes);
	free(t);
}

/* The next text; *end: there is none.  NULL: that was said, or *end. */
static struct text *
read_text(bool *end)
{
	struct text *t = calloc(1, sizeof(*t));

	*end = false;
	if (t == NULL) {
		complain("texts", "out of memory");
		return NULL;
	}
	if (fgets(t->line, sizeof(t->line), stdin) == NULL) {
		*end = true;
		text_free(t);
		return NULL;
	}
	read_line(t);
	t->bytes = t->len > WEIGH_LICENSE_MAX ? NULL : malloc(t->len + 1);
	if (t->bytes == NULL || fread(t->bytes, 1, t->len, stdin) != t->len) {
		complain(t->entry.id, "its text cannot be read");
		text_free(t);
		return NULL;
	}
	return t;
}

static int
add_text(struct weigh_licensepack_make *m, const struct text *t)
{
	struct weigh_err err;

	if (weigh_licensepack_make_add(m, &t->entry, t->bytes, t->len, &err) !=
	    WEIGH_OK)
		return complain(t->entry.id, err.why);
	return 0;
}

/* Those that were published are kept for later, the last one first: the caller's. */
static int
add_texts(struct weigh_licensepack_make *m, struct text **published)
{
	struct text *t;
	bool end = false;
	int status = 0;

	while (status == 0 && (t = read_text(&end)) != NULL) {
		if (t->published) {
			t->next = *published;
			*published = t;
		} else {
			status = add_text(m, t);
			text_free(t);
		}
	}
	return end ? 0 : 1;
}

/* Has it a word that the pack does not account for, or the pack one more? */
static int
add_if_changed(struct weigh_licensepack_make *m, const struct text *t,
    const struct weigh_license_pack *p)
{
	struct weigh_license_result *r = NULL;
	struct weigh_err err;
	bool same;

	if (weigh_license_scan(&r, t->bytes, t->len, &p, 1, &err) != WEIGH_OK)
		return complain(t->entry.id, err.why);
	same = r->kind == WEIGH_LICENSE_EXACT ||
	    (r->kind == WEIGH_LICENSE_MULTIPLE && r->npassages == 0);
	weigh_license_result_free(r);
	if (same)
		return 0;
	printf("%s: a template of its published text, too\n", t->entry.id);
	return add_text(m, t);
}

static int
add_published(struct weigh_licensepack_make *m, const struct text *published)
{
	struct weigh_license_pack *p = NULL;
	struct weigh_buf bytes;
	struct weigh_err err;
	int status = 0;

	weigh_buf_init(&bytes, WEIGH_LICENSEPACK_MAX);
	if (weigh_licensepack_make_end(m, &bytes, &err) != WEIGH_OK ||
	    weigh_licensepack_open(&p, bytes.data, bytes.len, &err) != WEIGH_OK)
		status = complain("texts", err.why);
	for (; status == 0 && published != NULL; published = published->next)
		status = add_if_changed(m, published, p);
	weigh_licensepack_close(p);
	weigh_buf_free(&bytes);
	return status;
}

static int
write_pack(const char *path, const struct weigh_buf *bytes)
{
	FILE *f = fopen(path, "wb");
	size_t written;

	if (f == NULL)
		return complain(path, strerror(errno));
	written = fwrite(bytes->data, 1, bytes->len, f);
	if (fclose(f) != 0 || written != bytes->len)
		return complain(path, strerror(errno));
	return 0;
}

/* Opened once before it is kept: a pack that cannot be read is no pack. */
static int
end_pack(struct weigh_licensepack_make *m, const char *path)
{
	struct weigh_license_pack *p = NULL;
	struct weigh_buf bytes;
	struct weigh_err err;
	int status;

	weigh_buf_init(&bytes, WEIGH_LICENSEPACK_MAX);
	if (weigh_licensepack_make_end(m, &bytes, &err) != WEIGH_OK ||
	    weigh_licensepack_open(&p, bytes.data, bytes.len, &err) !=
		WEIGH_OK) {
		status = complain(path, err.why);
	} else {
		status = write_pack(path, &bytes);
		printf("%s\n%zu entries, %zu bytes, sha256 %s\n",
		    weigh_licensepack_version(p), weigh_licensepack_count(p),
		    bytes.len, weigh_licensepack_sha256(p));
	}
	weigh_licensepack_close(p);
	weigh_buf_free(&bytes);
	return status;
}

int
main(int argc, char **argv)
{
	struct weigh_licensepack_make *m = NULL;
	struct text *published = NULL, *next;
	struct weigh_err err;
	char line[LINE], *at = line;
	int status;

	if (argc != 2)
		return complain("usage", "read-texts DIR | build PACK");
	if (fgets(line, sizeof(line), stdin) == NULL ||
	    strcmp(field(&at), "pack") != 0)
		return complain("standard input",
		    "it does not say 'pack' first");
	if (weigh_licensepack_make_new(&m, field(&at), &err) != WEIGH_OK)
		return complain("version", err.why);
	status = add_texts(m, &published);
	if (status == 0 && published != NULL)
		status = add_published(m, published);
	if (status == 0)
		status = end_pack(m, argv[1]);
	for (; published != NULL; published = next) {
		next = published->next;
		text_free(published);
	}
	weigh_licensepack_make_free(m);
	return status;
}
