/*
 * delta: how one tree differs from another, in git's words: copy these bytes of
 * the base, insert these.  Trees are sorted lists, so both are walked once, side
 * by side; what stands in both is copied.  See weigh/gitpack.h.
 */
#include <string.h>

#include <weigh/gitpack.h>

#include "../cursor.h"

#define COPY_MAX 0xffffff /* bytes of one copy: three bytes of size */
#define INSERT_MAX 127    /* bytes of one insertion */

/* One entry: "MODE NAME", NUL, 20 bytes of id. */
struct entry {
	const char *p;
	size_t len;
	const char *name;
	size_t name_len;
	bool folder;
};

/* What is to be said next: both runs are behind one another in their trees. */
struct delta {
	struct weigh_buf *out;
	const char *base; /* its first byte */
	size_t copy_at;   /* in the base */
	size_t copy_len;
	const char *insert; /* in the tree */
	size_t insert_len;
};

/* --- words -------------------------------------------------------------------- */

static void
put_size(struct weigh_buf *out, size_t n)
{
	for (; n > 127; n >>= 7)
		weigh_buf_addc(out, (char)(0x80 | (n & 127)));
	weigh_buf_addc(out, (char)n);
}

/* A bit for each byte of place and size that is not 0, then those bytes. */
static void
put_copy(struct weigh_buf *out, size_t at, size_t len)
{
	unsigned char word[8];
	size_t n = 1;

	word[0] = 0x80;
	for (unsigned i = 0; i < 4; i++)
		if ((at >> 8 * i & 255) != 0) {
			word[0] |= (unsigned char)(1u << i);
			word[n++] = (unsigned char)(at >> 8 * i);
		}
	for (unsigned i = 0; i < 3; i++)
		if ((len >> 8 * i & 255) != 0) {
			word[0] |= (unsigned char)(0x10u << i);
			word[n++] = (unsigned char)(len >> 8 * i);
		}
	weigh_buf_add(out, word, n);
}

static void
flush_copy(struct delta *d)
{
	while (d->copy_len > 0) {
		size_t n = d->copy_len < COPY_MAX ? d->copy_len : COPY_MAX;

		put_copy(d->out, d->copy_at, n);
		d->copy_at += n;
		d->copy_len -= n;
	}
}

static void
flush_insert(struct delta *d)
{
	while (d->insert_len > 0) {
		size_t n = d->insert_len < INSERT_MAX ? d->insert_len :
							INSERT_MAX;

		weigh_buf_addc(d->out, (char)n);
		weigh_buf_add(d->out, d->insert, n);
		d->insert += n;
		d->insert_len -= n;
	}
}

static void
copy(struct delta *d, const struct entry *e)
{
	size_t at = (size_t)(e->p - d->base);

	flush_insert(d);
	if (d->copy_len == 0 || d->copy_at + d->copy_len != at) {
		flush_copy(d);
		d->copy_at = at;
	}
	d->copy_len += e->len;
}

static void
insert(struct delta *d, const struct entry *e)
{
	flush_copy(d);
	if (d->insert_len == 0)
		d->insert = e->p;
	d->insert_len += e->len;
}

/* --- trees ---------------------------------------------------------------------- */

static bool
take_entry(struct cursor *c, struct entry *e)
{
	const char *space = memchr(c->p, ' ', c->len);
	const char *nul = memchr(c->p, '\0', c->len);

	if (space == NULL || nul == NULL || nul < space ||
	    (size_t)(c->p + c->len - nul) <= WEIGH_GITID_SIZE)
		return false;
	e->p = c->p;
	e->name = space + 1;
	e->name_len = (size_t)(nul - e->name);
	e->folder = c->p[0] == '4';
	e->len = (size_t)(nul + 1 + WEIGH_GITID_SIZE - c->p);
	cursor_skip(c, e->len);
	return true;
}

/* git's order: a folder's name as if it ended in '/'. */
static int
compare(const struct entry *a, const struct entry *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, n);
	unsigned char x, y;

	if (order != 0)
		return order;
	x = a->name_len > n ? (unsigned char)a->name[n] : a->folder ? '/' : 0;
	y = b->name_len > n ? (unsigned char)b->name[n] : b->folder ? '/' : 0;
	return x - y;
}

static bool
same(const struct entry *a, const struct entry *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

/* The base's next entry that does not stand before `new`; *some: there is one.
 * False when the base is no tree. */
static bool
catch_up(struct cursor *base, const struct entry *new, struct entry *old,
    bool *some)
{
	while (!*some || compare(old, new) < 0) {
		*some = false;
		if (base->len == 0)
			return true;
		if (!take_entry(base, old))
			return false;
		*some = true;
	}
	return true;
}

/* Walk both; false when one is no tree.  An order that is none costs length, not
 * truth (5): only what is the same is copied. */
static bool
walk(struct delta *d, struct cursor base, struct cursor tree)
{
	struct entry old = { 0 }, new;
	bool some = false; /* `old` is one that was not used yet */

	while (tree.len > 0) {
		if (!take_entry(&tree, &new) ||
		    !catch_up(&base, &new, &old, &some))
			return false;
		if (some && same(&old, &new)) {
			copy(d, &old);
			some = false;
		} else {
			insert(d, &new);
		}
	}
	return true;
}

bool
weigh_pack_tree_delta(struct weigh_buf *out, const void *base, size_t base_len,
    const void *tree, size_t len)
{
	struct delta d = { .out = out, .base = base };

	if (base_len > UINT32_MAX)
		return false;
	weigh_buf_reset(out);
	put_size(out, base_len);
	put_size(out, len);
	if (!walk(&d, (struct cursor){ base, base_len },
		(struct cursor){ tree, len }))
		return false;
	flush_copy(&d);
	flush_insert(&d);
	return !out->failed && out->len <= len / 2;
}
