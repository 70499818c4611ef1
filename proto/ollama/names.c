/* names: which GGUF file a tag means; see weigh/ollama.h. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <weigh/ollama.h>

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool
same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (upper(a[i]) != upper(b[i]))
			return false;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Between two words of a name, or at an end of it. */
static bool
is_border(char c)
{
	return c == '\0' || c == '-' || c == '_' || c == '.';
}

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The length of a name without `.gguf`. */
static size_t
stem_of(const char *base)
{
	size_t len = strlen(base);

	return len > 5 && same(base + len - 5, ".gguf", 5) ? len - 5 : len;
}

static bool
is_gguf(const char *path)
{
	const char *base = base_of(path);

	return base[stem_of(base)] != '\0';
}

/* --- what a name says ---------------------------------------------------- */

/* "-00001-of-00003" at the end of the stem: five digits each. */
static size_t
cut_part(const char *base, size_t len, struct weigh_gguf_name *out)
{
	const char *p;

	if (len < 15)
		return len;
	p = base + len - 15;
	if (p[0] != '-' || memcmp(p + 6, "-of-", 4) != 0)
		return len;
	for (size_t i = 0; i < 5; i++)
		if (!is_digit(p[1 + i]) || !is_digit(p[10 + i]))
			return len;
	for (size_t i = 0; i < 5; i++) {
		out->part = out->part * 10 + (unsigned)(p[1 + i] - '0');
		out->parts = out->parts * 10 + (unsigned)(p[10 + i] - '0');
	}
	return len - 15;
}

/* The longest quantization that begins at `p` and ends with its word. */
static const char *
quantization_at(const char *p, const char *end)
{
	const char *found = NULL, *q;

	for (unsigned n = 0; (q = weigh_quantization(n)) != NULL; n++) {
		size_t len = strlen(q);

		if ((size_t)(end - p) < len || !same(p, q, len) ||
		    (p + len < end && !is_border(p[len])))
			continue;
		if (found == NULL || len > strlen(found))
			found = q;
	}
	return found;
}

/* The last one counts: "Model-F16-Q4_K_M" is a Q4_K_M. */
static void
find_quantization(const char *base, size_t len, struct weigh_gguf_name *out)
{
	const char *end = base + len, *q;

	for (const char *p = base; p < end; p++) {
		if (p > base && !is_border(p[-1]))
			continue;
		if ((q = quantization_at(p, end)) == NULL)
			continue;
		snprintf(out->quantization, sizeof(out->quantization), "%s%s",
		    p - base >= 3 && same(p - 3, "UD-", 3) ? "UD-" : "", q);
		p += strlen(q) - 1;
	}
}

static bool
is_projector(const char *base, size_t len)
{
	for (size_t i = 0; i + 6 <= len; i++)
		if (same(base + i, "mmproj", 6))
			return true;
	return false;
}

void
weigh_gguf_name(struct weigh_gguf_name *out, const char *path)
{
	const char *base = base_of(path);
	size_t len;

	*out = (struct weigh_gguf_name){ .path = path };
	len = cut_part(base, stem_of(base), out);
	out->projector = is_projector(base, len);
	find_quantization(base, len, out);
}

/* --- choosing -------------------------------------------------------------- */

/* Ranks: the lower, the better; UNFIT is none. */
#define UNFIT UINT_MAX
#define UNNAMED 2000 /* no quantization in its name */
#define IN_PARTS 10000

static unsigned
rank_of_quantization(const char *quantization)
{
	bool ud = strncmp(quantization, "UD-", 3) == 0;
	const char *q;

	for (unsigned n = 0; (q = weigh_quantization(n)) != NULL; n++)
		if (strcmp(q, quantization + (ud ? 3 : 0)) == 0)
			return 2 * n + ud;
	return UNNAMED;
}

/* Is the tag the file's name, or its quantization, or the end of its name? */
static unsigned
rank_for_tag(const struct weigh_gguf_name *f, const char *tag)
{
	const char *base = base_of(f->path);
	size_t stem = stem_of(base), len = strlen(tag);

	if ((len == strlen(base) || len == stem) && same(base, tag, len))
		return 0;
	if (f->projector)
		return UNFIT;
	if (len == strlen(f->quantization) && same(f->quantization, tag, len))
		return 1;
	if (f->quantization[0] == '\0' && len < stem &&
	    same(base + stem - len, tag, len) &&
	    is_border(base[stem - len - 1]))
		return 2;
	return UNFIT;
}

static unsigned
rank_of(const struct weigh_gguf_name *f, const char *tag)
{
	bool any = strcmp(tag, "latest") == 0 || strcmp(tag, "main") == 0;
	unsigned rank;

	if (f->part > 1 || !is_gguf(f->path))
		return UNFIT;
	if (any && f->projector)
		return UNFIT;
	rank = any ? rank_of_quantization(f->quantization) :
		     rank_for_tag(f, tag);
	return rank != UNFIT && f->parts > 0 ? rank + IN_PARTS : rank;
}

static unsigned
depth_of(const char *path)
{
	unsigned n = 0;

	for (; *path != '\0'; path++)
		n += *path == '/';
	return n;
}

static bool
is_nearer(const char *a, const char *b)
{
	unsigned x = depth_of(a), y = depth_of(b);

	return x != y ? x < y : strcmp(a, b) < 0;
}

int
weigh_gguf_choose(const struct weigh_gguf_name *files, size_t n,
    const char *tag)
{
	unsigned best = UNFIT, rank;
	int found = -1;

	for (size_t i = 0; i < n && i < INT_MAX && tag[0] != '\0'; i++) {
		rank = rank_of(&files[i], tag);
		if (rank == UNFIT || rank > best ||
		    (rank == best &&
			!is_nearer(files[i].path, files[found].path)))
			continue;
		best = rank;
		found = (int)i;
	}
	return found;
}

int
weigh_gguf_projector(const struct weigh_gguf_name *files, size_t n)
{
	static const char *const order[] = { "F16", "BF16", NULL };
	int found = -1;

	for (size_t o = 0; o < 3 && found < 0; o++)
		for (size_t i = 0; i < n && i < INT_MAX; i++) {
			const struct weigh_gguf_name *f = &files[i];

			if (!f->projector || f->parts > 0 ||
			    !is_gguf(f->path) ||
			    (order[o] != NULL &&
				strcmp(f->quantization, order[o]) != 0))
				continue;
			if (found < 0 || is_nearer(f->path, files[found].path))
				found = (int)i;
		}
	return found;
}
