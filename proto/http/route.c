/* route: see include/weigh/route.h. */
#include <stdio.h>
#include <string.h>

#include <weigh/route.h>

/* Where in pattern and target a match stands. */
struct walk {
	const char *pattern; /* at a part, behind the '/' */
	const struct weigh_http_target *t;
	unsigned at;
	unsigned id_parts; /* 1 or 2: what {id} and {repo} take */
	struct weigh_route_match *m;
};

static bool
is_part(const char *pattern, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(pattern, name, len) == 0;
}

static const struct weigh_http_segment *
next_segment(struct walk *w)
{
	return w->at < w->t->count ? &w->t->seg[w->at] : NULL;
}

static bool
take_literal(struct walk *w, const char *text, size_t len)
{
	const struct weigh_http_segment *s = next_segment(w);

	if (s == NULL || s->slash || s->len != len ||
	    memcmp(s->text, text, len) != 0)
		return false;
	w->at++;
	return true;
}

static bool
take_kind(struct walk *w)
{
	const struct weigh_http_segment *s = next_segment(w);

	if (s == NULL || s->slash ||
	    !weigh_kind_parse(&w->m->repo.kind, s->text, s->len))
		return false;
	w->at++;
	return true;
}

/* `suffix`, if the name ends in it, is not part of it. */
static bool
take_name(struct walk *w, const char *suffix)
{
	const struct weigh_http_segment *s = &w->t->seg[w->at];
	char text[2 * WEIGH_PART_MAX + 8];
	enum weigh_kind kind = w->m->repo.kind;
	size_t cut = strlen(suffix), len;
	int n;

	if (w->at + w->id_parts > w->t->count || s[0].slash || s[0].len == 0)
		return false;
	if (w->id_parts == 2) {
		if (s[1].slash || s[1].len == 0)
			return false;
		n = snprintf(text, sizeof(text), "%s/%s", s[0].text, s[1].text);
	} else {
		n = snprintf(text, sizeof(text), "%s", s[0].text);
	}
	len = n < 0 ? 0 : (size_t)n;
	if (len > cut && len < sizeof(text) &&
	    memcmp(text + len - cut, suffix, cut) == 0)
		len -= cut;
	if (len >= sizeof(text) ||
	    weigh_repo_parse(&w->m->repo, kind, text, len, NULL) != WEIGH_OK)
		w->m->bad = WEIGH_ROUTE_BAD_REPO;
	w->m->repo_at = w->at;
	w->m->repo_parts = w->id_parts;
	w->at += w->id_parts;
	return true;
}

static bool
take_id(struct walk *w)
{
	return take_name(w, "");
}

/* The kind in front of a name. */
static void
take_prefix(struct walk *w)
{
	const struct weigh_http_segment *s = next_segment(w);
	enum weigh_kind kind;

	w->m->repo.kind = WEIGH_MODEL;
	if (s != NULL && weigh_kind_parse(&kind, s->text, s->len) &&
	    kind != WEIGH_MODEL) {
		w->m->repo.kind = kind;
		w->at++;
	}
}

static bool
take_repo(struct walk *w)
{
	take_prefix(w);
	return take_name(w, "");
}

static bool
take_git(struct walk *w)
{
	take_prefix(w);
	return take_name(w, ".git");
}

/* Join the parts that are left into `out`, which has room for `max` bytes and a
 * NUL; how many there are, or -1 when they are more. */
static long
join_rest(struct walk *w, char *out, size_t max)
{
	size_t len = 0;

	out[0] = '\0';
	for (; w->at < w->t->count; w->at++) {
		const struct weigh_http_segment *s = &w->t->seg[w->at];

		if (len + s->len + (len > 0) > max) {
			w->at = w->t->count;
			return -1;
		}
		if (len > 0)
			out[len++] = '/';
		memcpy(out + len, s->text, s->len + 1);
		len += s->len;
	}
	return (long)len;
}

static bool
is_rev(const char *text, size_t len)
{
	struct weigh_gitid id;

	return weigh_gitid_parse(&id, text, len) || weigh_rev_ok(text, len);
}

/* The last part of the pattern: a revision, with or without its slashes. */
static bool
take_last_rev(struct walk *w)
{
	long len;

	if (w->at >= w->t->count || w->t->seg[w->at].len == 0)
		return false;
	len = join_rest(w, w->m->rev, WEIGH_REV_MAX);
	if (len >= 0 && is_rev(w->m->rev, (size_t)len))
		return true;
	w->m->bad = WEIGH_ROUTE_BAD_REV;
	w->m->rev[0] = '\0';
	return true;
}

static bool
take_rev(struct walk *w)
{
	const struct weigh_http_segment *s = next_segment(w);

	if (w->pattern[strlen("{rev}")] == '\0')
		return take_last_rev(w);
	if (s == NULL || s->len == 0)
		return false;
	if (s->len > WEIGH_REV_MAX || !is_rev(s->text, s->len))
		w->m->bad = WEIGH_ROUTE_BAD_REV;
	else
		memcpy(w->m->rev, s->text, s->len + 1);
	w->m->open = strcmp(w->pattern + strlen("{rev}"), "/**") == 0;
	w->at++;
	return true;
}

static bool
take_word(struct walk *w)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	const struct weigh_http_segment *s = next_segment(w);

	if (s == NULL || s->len == 0 || s->len >= sizeof(w->m->word) ||
	    strspn(s->text, ok) != s->len)
		return false;
	memcpy(w->m->word, s->text, s->len + 1);
	w->at++;
	return true;
}

/* All the rest, joined again: the one place where parts become a path, and it
 * must pass the grammar of paths. */
static bool
take_rest(struct walk *w)
{
	long len;

	if (w->at >= w->t->count)
		return false;
	len = join_rest(w, w->m->path, WEIGH_PATH_MAX);
	if (len >= 0 &&
	    weigh_path_check(w->m->path, (size_t)len, NULL) == WEIGH_OK)
		return true;
	w->m->bad = WEIGH_ROUTE_BAD_PATH;
	w->m->path[0] = '\0';
	return true;
}

static const struct {
	const char *name;
	bool (*take)(struct walk *w);
} parts[] = {
	{ "{kind}", take_kind },
	{ "{id}", take_id },
	{ "{repo}", take_repo },
	{ "{git}", take_git },
	{ "{rev}", take_rev },
	{ "{word}", take_word },
	{ "**", take_rest },
};

static bool
take_part(struct walk *w, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (is_part(w->pattern, len, parts[i].name))
			return parts[i].take(w);
	return take_literal(w, w->pattern, len);
}

static bool
fits(struct walk w)
{
	size_t len;

	while (*w.pattern == '/') {
		w.pattern++;
		len = strcspn(w.pattern, "/");
		if (!take_part(&w, len))
			return false;
		w.pattern += len;
	}
	return w.at == w.t->count;
}

/* Nothing captured.  Texts end at their first byte: a table has many rows, and
 * the whole of a match is 5 KiB. */
static void
clear(struct weigh_route_match *m)
{
	m->bad = WEIGH_ROUTE_FINE;
	m->repo.kind = WEIGH_MODEL;
	m->repo.name[0] = m->rev[0] = m->word[0] = m->path[0] = '\0';
	m->open = false;
	m->repo_at = m->repo_parts = 0;
}

bool
weigh_route_match(const char *pattern, const struct weigh_http_target *t,
    unsigned from, struct weigh_route_match *m)
{
	struct walk w = { .pattern = pattern, .t = t, .at = from, .m = m };

	for (w.id_parts = 2; w.id_parts >= 1; w.id_parts--) {
		clear(m);
		if (fits(w))
			return true;
	}
	return false;
}
