/*
 * Conversations between a git client and us, as scripts (tests/replay/git_*.rpl):
 * each request is made of packets, parsed, and answered as the facts say.  What we
 * hold is a history of names, each leading to the one before it.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/gitwire.h>
#include <weigh/pktline.h>

#include "check.h"

#define FOLDER "tests/replay"
#define NAMES 64

struct player {
	const char *script;
	unsigned line;
	char names[NAMES][16]; /* the history, oldest first */
	int count;
	struct weigh_buf request;
	struct weigh_buf got;
};

/* --- names and ids --------------------------------------------------------------- */

/* The id of a name is its letters: everybody's, known here or not. */
static void
add_id(struct weigh_buf *out, const char *word, const char *name, size_t len)
{
	char line[100];
	size_t n = (size_t)snprintf(line, sizeof(line), "%s ", word);

	for (size_t i = 0; i < 20; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%02x",
		    i < len ? (unsigned char)name[i] : 0);
	weigh_pkt_addf(out, "%s", line);
}

/* Its place in the history, or -1. */
static int
place_of(const struct player *p, const struct weigh_gitid *id)
{
	for (int i = 0; i < p->count; i++)
		if (strncmp(p->names[i], (const char *)id->b, 16) == 0)
			return i;
	return -1;
}

/* --- one request -------------------------------------------------------------------- */

static int
newest(const struct player *p, const struct weigh_git_ids *ids)
{
	int most = -1;

	for (size_t i = 0; i < ids->count; i++) {
		int at = place_of(p, &ids->ids[i]);

		most = at > most ? at : most;
	}
	return most;
}

static void
tell_acks(struct player *p, const struct weigh_git_request *r, bool ready)
{
	const char *before = "";

	weigh_buf_adds(&p->got, "acks ");
	for (size_t i = 0; i < r->haves.count; i++)
		if (place_of(p, &r->haves.ids[i]) >= 0) {
			weigh_buf_addf(&p->got, "%s%.16s", before,
			    (const char *)r->haves.ids[i].b);
			before = ",";
		}
	weigh_buf_addf(&p->got, "%s%s", before[0] == '\0' ? "none" : "",
	    ready ? " ready pack" : "");
}

/* In a history that is a line, a want meets what is common if something common is
 * not newer: the oldest common one then decides for all wants. */
static bool
all_meet(const struct player *p, const struct weigh_git_request *r)
{
	for (size_t i = 0; i < r->wants.count; i++) {
		int want = place_of(p, &r->wants.ids[i]);
		bool meets = false;

		for (size_t j = 0; j < r->haves.count; j++) {
			int have = place_of(p, &r->haves.ids[j]);

			meets = meets || (have >= 0 && have <= want);
		}
		if (!meets)
			return false;
	}
	return true;
}

static void
answer(struct player *p, const struct weigh_git_request *r)
{
	const struct weigh_git_facts facts = {
		.wants = r->wants.count > 0,
		.haves = r->haves.count > 0,
		.common = newest(p, &r->haves) >= 0,
		.meets = all_meet(p, r),
		.done = r->done,
		.wait_for_done = r->wait_for_done,
	};

	switch (weigh_git_decide(&facts)) {
	case WEIGH_GIT_SILENCE:
		weigh_buf_adds(&p->got, "silence");
		return;
	case WEIGH_GIT_ACKS:
		tell_acks(p, r, false);
		return;
	case WEIGH_GIT_ACKS_PACK:
		tell_acks(p, r, true);
		return;
	case WEIGH_GIT_PACK:
		weigh_buf_adds(&p->got, "pack");
		return;
	}
}

/* --- the script ------------------------------------------------------------------------- */

/* One word of a request: "want=c3", "have=x1", or an argument as it stands. */
static void
add_word(struct player *p, char *word)
{
	char *name = strchr(word, '=');

	if (name == NULL) {
		weigh_pkt_addf(&p->request, "%s", word);
		return;
	}
	*name++ = '\0';
	add_id(&p->request, word, name, strlen(name));
}

static void
play_request(struct player *p, char *words)
{
	struct weigh_git_request r;
	char *word, *rest = words;

	weigh_buf_reset(&p->request);
	weigh_pkt_addf(&p->request, "command=fetch");
	weigh_pkt_delim(&p->request);
	while ((word = strtok_r(rest, " ", &rest)) != NULL)
		add_word(p, word);
	weigh_pkt_flush(&p->request);
	check_code(p->script,
	    weigh_git_request_parse(&r, p->request.data, p->request.len, NULL),
	    WEIGH_OK);
	weigh_buf_reset(&p->got);
	answer(p, &r);
	weigh_git_request_free(&r);
}

static void
play_line(struct player *p, char *line)
{
	char label[300], *arrow, *word, *rest;

	line[strcspn(line, "#\n")] = '\0';
	snprintf(label, sizeof(label), "%s:%u", p->script, p->line);
	if (strncmp(line, "history ", 8) == 0) {
		rest = line + 8;
		for (p->count = 0; (word = strtok_r(rest, " ", &rest)) != NULL;
		     p->count++)
			snprintf(p->names[p->count], 16, "%s", word);
	} else if (strncmp(line, "fetch ", 6) == 0) {
		arrow = strstr(line, "->");
		check_true(label, arrow != NULL);
		*arrow = '\0';
		arrow += 2 + strspn(arrow + 2, " ");
		for (size_t n = strlen(arrow); n > 0 && arrow[n - 1] == ' ';)
			arrow[--n] = '\0';
		play_request(p, line + 6);
		check_str(label, p->got.data, arrow);
	} else {
		check_true(label, line[strspn(line, " ")] == '\0');
	}
}

static void
play(const char *script)
{
	struct player p = { .script = script };
	char path[300], line[1000];
	FILE *f;

	weigh_buf_init(&p.request, 1 << 16);
	weigh_buf_init(&p.got, 1 << 16);
	snprintf(path, sizeof(path), FOLDER "/%s", script);
	f = fopen(path, "re");
	check_true(path, f != NULL);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		p.line++;
		play_line(&p, line);
	}
	if (f != NULL)
		fclose(f);
	weigh_buf_free(&p.request);
	weigh_buf_free(&p.got);
}

static void
test_scripts(void **state)
{
	DIR *dir = opendir(FOLDER);
	unsigned played = 0;
	struct dirent *d;

	(void)state;
	assert_non_null(dir);
	while (dir != NULL && (d = readdir(dir)) != NULL)
		if (strncmp(d->d_name, "git_", 4) == 0) {
			play(d->d_name);
			played++;
		}
	closedir(dir);
	assert_in_range(played, 5, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
