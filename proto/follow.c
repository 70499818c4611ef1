/* follow: what changed elsewhere, in sentences. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <weigh/follow.h>

/* --- words --------------------------------------------------------------- */

const char *
weigh_event_name(enum weigh_event_kind kind)
{
	static const char *const names[WEIGH_EVENTS] = {
		[WEIGH_EVENT_MOVED] = "moved",
		[WEIGH_EVENT_DELETED] = "deleted",
		[WEIGH_EVENT_BACK] = "back",
		[WEIGH_EVENT_GATED] = "gated",
		[WEIGH_EVENT_REFUSED] = "refused",
		[WEIGH_EVENT_OPENED] = "opened",
		[WEIGH_EVENT_RENAMED] = "renamed",
		[WEIGH_EVENT_LICENSE] = "license",
		[WEIGH_EVENT_CARD] = "card",
		[WEIGH_EVENT_LOST] = "lost",
		[WEIGH_EVENT_FOUND] = "found",
		[WEIGH_EVENT_MIRRORED] = "mirrored",
		[WEIGH_EVENT_FAILED] = "failed",
		[WEIGH_EVENT_PINNED] = "pinned",
		[WEIGH_EVENT_UNPINNED] = "unpinned",
	};

	return kind < WEIGH_EVENTS ? names[kind] : "";
}

const char *
weigh_upstream_state_name(enum weigh_upstream_state state)
{
	static const char *const names[WEIGH_UPSTREAM_STATES] = {
		[WEIGH_UPSTREAM_UNKNOWN] = "unknown",
		[WEIGH_UPSTREAM_THERE] = "there",
		[WEIGH_UPSTREAM_GATED] = "gated",
		[WEIGH_UPSTREAM_REFUSED] = "refused",
		[WEIGH_UPSTREAM_GONE] = "gone",
	};

	return state < WEIGH_UPSTREAM_STATES ? names[state] : "";
}

/* --- one look ------------------------------------------------------------ */

void
weigh_upstream_look(struct weigh_upstream *out,
    const struct weigh_upstream *before, enum weigh_code rc,
    const struct weigh_err *err, const struct weigh_upstream *found)
{
	*out = *before;
	out->error[0] = '\0';
	if (rc == WEIGH_OK) {
		*out = *found;
		out->error[0] = '\0';
	} else if (rc == WEIGH_NOT_FOUND) {
		out->state = WEIGH_UPSTREAM_GONE;
	} else if (rc == WEIGH_UNAUTHORIZED || rc == WEIGH_FORBIDDEN) {
		out->state = WEIGH_UPSTREAM_REFUSED;
	} else {
		snprintf(out->error, sizeof(out->error), "%.255s",
		    err->why[0] != '\0' ? err->why : weigh_code_info(rc)->name);
	}
}

/* --- between two --------------------------------------------------------- */

struct list {
	struct weigh_event *events;
	size_t n;
};

static struct weigh_event *add(struct list *l, enum weigh_event_kind kind,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static struct weigh_event *
add(struct list *l, enum weigh_event_kind kind, const char *fmt, ...)
{
	struct weigh_event *e = &l->events[l->n++];
	va_list ap;

	*e = (struct weigh_event){ .kind = kind };
	va_start(ap, fmt);
	vsnprintf(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	return e;
}

static bool
is_there(enum weigh_upstream_state state)
{
	return state == WEIGH_UPSTREAM_THERE || state == WEIGH_UPSTREAM_GATED;
}

/* "the default branch", or "'v1'". */
static const char *
revision_text(const char *rev, char *out, size_t size)
{
	if (rev[0] == '\0')
		return "the default branch";
	snprintf(out, size, "'%.200s'", rev);
	return out;
}

static void
judge_state(struct list *l, const char *what, enum weigh_upstream_state before,
    enum weigh_upstream_state now)
{
	if (before == now || before == WEIGH_UPSTREAM_UNKNOWN)
		return;
	if (before == WEIGH_UPSTREAM_GONE && is_there(now))
		add(l, WEIGH_EVENT_BACK, "%s is there again upstream", what);
	switch (now) {
	case WEIGH_UPSTREAM_GONE:
		add(l, WEIGH_EVENT_DELETED,
		    "%s is not there upstream any more, or hidden; what is held "
		    "stays",
		    what);
		break;
	case WEIGH_UPSTREAM_GATED:
		add(l, WEIGH_EVENT_GATED,
		    "upstream gates it now: its content is for those it let in");
		break;
	case WEIGH_UPSTREAM_REFUSED:
		add(l, WEIGH_EVENT_REFUSED,
		    "upstream does not let us in any more: it is gated or "
		    "private, and our token is not enough; what is held "
		    "stays");
		break;
	case WEIGH_UPSTREAM_THERE:
		if (before != WEIGH_UPSTREAM_GONE)
			add(l, WEIGH_EVENT_OPENED,
			    "upstream gives it to everybody again");
		break;
	case WEIGH_UPSTREAM_UNKNOWN:
	case WEIGH_UPSTREAM_STATES:
		break;
	}
}

static void
judge_commit(struct list *l, const char *what,
    const struct weigh_upstream *before, const struct weigh_upstream *now)
{
	char old[WEIGH_GITID_HEX + 1], new[WEIGH_GITID_HEX + 1];
	struct weigh_event *e;

	if (weigh_gitid_is_zero(&before->commit) ||
	    weigh_gitid_is_zero(&now->commit) ||
	    weigh_gitid_equal(&before->commit, &now->commit))
		return;
	weigh_gitid_hex(&before->commit, old);
	weigh_gitid_hex(&now->commit, new);
	e = add(l, WEIGH_EVENT_MOVED, "%s moved from %.12s to %.12s", what, old,
	    new);
	e->before = before->commit;
	e->after = now->commit;
}

static void
judge_name(struct list *l, const struct weigh_upstream *before,
    const struct weigh_upstream *now)
{
	char name[WEIGH_REPO_TEXT];

	if (before->state == WEIGH_UPSTREAM_UNKNOWN ||
	    now->called.name[0] == '\0' ||
	    (now->called.kind == before->called.kind &&
		strcmp(now->called.name, before->called.name) == 0))
		return;
	weigh_repo_text(&now->called, name);
	add(l, WEIGH_EVENT_RENAMED,
	    "upstream calls it '%s' now; here it keeps its name", name);
}

size_t
weigh_follow_judge(const char *rev, const struct weigh_upstream *before,
    const struct weigh_upstream *now, struct weigh_event out[WEIGH_FOLLOW_MOST])
{
	struct list l = { .events = out };
	char text[256];
	const char *what = revision_text(rev, text, sizeof(text));

	if (now->error[0] != '\0' && before->error[0] == '\0')
		add(&l, WEIGH_EVENT_LOST, "upstream cannot be asked: %s",
		    now->error);
	else if (now->error[0] == '\0' && before->error[0] != '\0')
		add(&l, WEIGH_EVENT_FOUND, "upstream answers again");
	judge_state(&l, what, before->state, now->state);
	judge_name(&l, before, now);
	judge_commit(&l, what, before, now);
	return l.n;
}

/* --- what is held -------------------------------------------------------- */

static void
judge_license(struct list *l, const struct weigh_declared *before,
    const struct weigh_declared *now)
{
	const char *none = "no license";

	if (strcmp(before->license, now->license) != 0)
		add(l, WEIGH_EVENT_LICENSE,
		    "it declares %.100s, and declared %.100s before",
		    now->license[0] != '\0' ? now->license : none,
		    before->license[0] != '\0' ? before->license : none);
	else if (!weigh_gitid_equal(&before->text, &now->text))
		add(l, WEIGH_EVENT_LICENSE, "the text in '%.200s' %s",
		    weigh_gitid_is_zero(&now->text) ? before->text_path :
						      now->text_path,
		    weigh_gitid_is_zero(&now->text)        ? "is gone" :
			weigh_gitid_is_zero(&before->text) ? "is new" :
							     "changed");
}

size_t
weigh_follow_declared(const struct weigh_declared *before,
    const struct weigh_declared *now,
    struct weigh_event out[WEIGH_DECLARED_MOST])
{
	struct list l = { .events = out };

	judge_license(&l, before, now);
	if (!weigh_gitid_equal(&before->card, &now->card))
		add(&l, WEIGH_EVENT_CARD, "its card, README.md, %s",
		    weigh_gitid_is_zero(&now->card)        ? "is gone" :
			weigh_gitid_is_zero(&before->card) ? "is new" :
							     "changed");
	for (size_t i = 0; i < l.n; i++) {
		out[i].before = before->commit;
		out[i].after = now->commit;
	}
	return l.n;
}

/* In small letters, cut: what is longer is no such name. */
static void
lower(char *out, size_t size, const char *text)
{
	size_t i;

	for (i = 0; i + 1 < size && text[i] != '\0'; i++)
		out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ?
			text[i] - 'A' + 'a' :
			text[i]);
	out[i] = '\0';
}

bool
weigh_follow_is_license(const char *path)
{
	static const char *const stems[] = { "license", "licence", "copying",
		"notice", "use_policy", "usage_policy" };
	static const char *const ends[] = { "", ".md", ".txt", ".rst" };
	char name[32];
	size_t i, k, len;

	lower(name, sizeof(name), path);
	for (i = 0; i < sizeof(stems) / sizeof(stems[0]); i++) {
		len = strlen(stems[i]);
		if (strncmp(name, stems[i], len) != 0)
			continue;
		for (k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
			if (strcmp(name + len, ends[k]) == 0)
				return true;
	}
	return false;
}
