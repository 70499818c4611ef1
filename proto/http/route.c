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

static bool
take_rev(struct walk *w)
{
	const struct weigh_http_segment *s = next_segment(w);
	struct weigh_gitid id;

	if (s == NULL || s->len == 0)
		return false;
	if (s->len > WEIGH_REV_MAX ||
	    (!weigh_gitid_parse(&id, s->text, s->len) &&
		!weigh_rev_ok(s->text, s->len)))
		w->m->bad = WEIGH_ROUTE_BAD_REV;
	else
		memcpy(w->m->rev, s->text, s->len + 1);
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
	char *out = w->m->path;
	size_t len = 0;

	if (w->at >= w->t->count)
		return false;
	for (; w->at < w->t->count; w->at++) {
		const struct weigh_http_segment *s = &w->t->seg[w->at];

		if (len + s->len + 1 > WEIGH_PATH_MAX) {
			w->m->bad = WEIGH_ROUTE_BAD_PATH;
			w->at = w->t->count;
			return true;
		}
		if (len > 0)
			out[len++] = '/';
		memcpy(out + len, s->text, s->len);
		len += s->len;
	}
	out[len] = '\0';
	if (weigh_path_check(out, len, NULL) != WEIGH_OK)
		w->m->bad = WEIGH_ROUTE_BAD_PATH;
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

bool
weigh_route_match(const char *pattern, const struct weigh_http_target *t,
    unsigned from, struct weigh_route_match *m)
{
	struct walk w = { .pattern = pattern, .t = t, .at = from, .m = m };

	for (w.id_parts = 2; w.id_parts >= 1; w.id_parts--) {
		*m = (struct weigh_route_match){ .bad = WEIGH_ROUTE_FINE };
		if (fits(w))
			return true;
	}
	return false;
}
