/* leaders: see leaders.h. */
#include <string.h>

#include "leaders.h"
#include "markup.h"
#include "unseen.h"

#define NAME_MAX_DEFINED 24 /* letters of a link's name where it is defined */
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What makes a line of its file a comment.  `lines` in a row are no accident. */
static const struct leader {
	const char *text;
	size_t lines;
	bool margin; /* only as the first character of its line */
} leaders[] = {
	{ "dnl ", 2, false },
	{ "REM ", 2, false },
	{ "rem ", 2, false },
	{ "@REM ", 2, false },
	{ "@rem ", 2, false },
	{ "@c ", 2, false },
	{ "@comment ", 2, false },
	{ "C ", 3, true },
	{ "c ", 3, true },
};

/* The line that begins at `at`: where its first sign stands, and its end. */
struct line {
	size_t at, first, end;
};

static struct line
line_at(const struct work *w, size_t at)
{
	const char *end = memchr(w->text + at, '\n', w->len - at);
	struct line l = { at, at,
		end == NULL ? w->len : (size_t)(end - w->text) };

	while (l.first < l.end &&
	    (w->text[l.first] == ' ' || w->text[l.first] == '\t'))
		l.first++;
	return l;
}

/* Bytes of the leader, 0 if the line has another one.  Its blank may be the line's end. */
static size_t
has(const struct work *w, const struct line *l, const struct leader *leader)
{
	size_t len = strlen(leader->text);

	if (leader->margin && l->first != l->at)
		return 0;
	if (leader->text[len - 1] == ' ' && l->end - l->first == len - 1)
		len--;
	return l->end - l->first >= len &&
		memcmp(w->text + l->first, leader->text, len) == 0 ?
	    len :
	    0;
}

static const struct leader *
leader_of(const struct work *w, const struct line *l)
{
	for (size_t i = 0; i < COUNT(leaders); i++)
		if (has(w, l, &leaders[i]) != 0)
			return &leaders[i];
	return NULL;
}

/* A comment whose lines are those from `from` on; behind the last of them. */
static size_t
clear_comment(struct work *w, size_t from, const struct leader *leader)
{
	size_t to = from, lines = 0, least = leader->lines;
	struct line l;

	for (; to < w->len; to = l.end + 1, lines++) {
		l = line_at(w, to);
		if (l.first == l.end) {
			lines--;
			continue;
		}
		if (has(w, &l, leader) == 0)
			break;
	}
	/* A text that is one line has no other that could begin so. */
	if (!leader->margin && to >= w->len && strspn(w->text, " \t\n") >= from)
		least = 1;
	for (size_t at = from; lines >= least && at < to && at < w->len;
	     at = l.end + 1) {
		l = line_at(w, at);
		memset(w->text + l.first, ' ', has(w, &l, leader));
	}
	return to;
}

/* What a fence says of its content; another word may say anything. */
static bool
language(const char *word, size_t len)
{
	static const char *const languages[] = { "bash", "bibtex", "c",
		"console", "cpp", "html", "ini", "java", "javascript", "js",
		"json", "latex", "license", "markdown", "md", "none", "plain",
		"plaintext", "py", "python", "rst", "rust", "sh", "shell",
		"tex", "text", "toml", "txt", "xml", "yaml", "yml" };

	for (size_t i = 0; i < COUNT(languages); i++)
		if (strlen(languages[i]) == len &&
		    memcmp(languages[i], word, len) == 0)
			return true;
	return len == 0;
}

/* "```text": the word says what follows. */
static void
clear_fence(struct work *w, const struct line *l)
{
	size_t at = l->first, word;

	while (at < l->end && w->text[at] == w->text[l->first])
		at++;
	for (word = at; word < l->end && w->text[word] > ' '; word++)
		;
	if (at - l->first < 3 || !language(w->text + at, word - at) ||
	    strspn(w->text + word, " \t") < l->end - word)
		return;
	license_markup_wipe(w, l->first, l->end, ' ');
	w->markdown = true;
}

/* "[name]: https://..." */
static bool
clear_definition(struct work *w, const struct line *l)
{
	size_t name = l->first, from, to;

	while (name < l->end && w->text[name] != ']')
		name++;
	if (name + 2 > l->end || w->text[name + 1] != ':' ||
	    name - l->first > NAME_MAX_DEFINED ||
	    memchr(w->text + l->first, ' ', name - l->first) != NULL)
		return true;
	from = name + 2 + strspn(w->text + name + 2, " \t");
	for (to = from; to < l->end && w->text[to] > ' '; to++)
		;
	if (to < l->end || to - from < 4 ||
	    memcmp(w->text + from, "http", 4) != 0 ||
	    license_unseen_law(w, l->first, name, UNSEEN_NAME) ||
	    license_unseen_law(w, from, to, UNSEEN_TARGET))
		return true;
	w->markdown = true;
	if (!license_markup_target(w, from, to))
		return false;
	license_markup_wipe(w, l->first, l->end, ' ');
	return true;
}

bool
license_leaders_clear(struct work *w)
{
	for (size_t at = 0; at < w->len;) {
		struct line l = line_at(w, at);
		const struct leader *leader;

		at = l.end + 1;
		if (l.first == l.end)
			continue;
		switch (w->text[l.first]) {
		case '`':
		case '~':
			clear_fence(w, &l);
			break;
		case '[':
			if (!clear_definition(w, &l))
				return false;
			break;
		case '#':
			w->markdown = w->markdown ||
			    (w->text[l.first + 1] == '#' &&
				w->text[l.first + 2] == ' ');
			break;
		case '@':
		case 'd':
		case 'R':
		case 'r':
		case 'C':
		case 'c':
			if ((leader = leader_of(w, &l)) != NULL)
				at = clear_comment(w, l.at, leader);
			break;
		default:
			break;
		}
	}
	return true;
}
