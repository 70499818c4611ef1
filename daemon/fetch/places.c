/* places: upstreams as they are configured, and how often each may be asked. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "fetch/priv.h"

#define TOKENS_MAX (1u << 20)
/* What the public Hub promises an address that shows no token. */
#define CALLS 3000
#define CALLS_SECONDS 300

/* --- reading ----------------------------------------------------------------------- */

static enum weigh_code
read_tokens(const char *path, char **out, struct weigh_err *err)
{
	struct weigh_buf text;
	struct stat st;
	enum weigh_code rc = WEIGH_OK;

	*out = NULL;
	if (path[0] == '\0')
		return WEIGH_OK;
	if (stat(path, &st) != 0)
		return weigh_fail_errno(err, errno,
		    "cannot read the tokens in '%s'", path);
	if ((st.st_mode & 077) != 0) {
		(void)weigh_fail(err, WEIGH_DENIED,
		    "others may read the tokens in '%s'", path);
		weigh_fix(err, "chmod 600 '%s'", path);
		return WEIGH_DENIED;
	}
	weigh_buf_init(&text, TOKENS_MAX);
	rc = fd_read_file(AT_FDCWD, path, &text, err);
	if (rc == WEIGH_OK && text.len > 0 &&
	    (*out = weigh_buf_take(&text)) == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_free(&text);
	return rc;
}

/* Cut `tokens` into lines and words once: each line "URL TOKEN". */
static const char *
find_token(char *tokens, const char *base)
{
	size_t len = strlen(base);

	for (char *line = tokens; line != NULL && *line != '\0';) {
		char *end = line + strcspn(line, "\r\n");
		char *word = line + strspn(line, " \t");

		if (strncmp(word, base, len) == 0 &&
		    (word[len] == ' ' || word[len] == '\t')) {
			word += len + strspn(word + len, " \t");
			word[strcspn(word, " \t\r\n")] = '\0';
			return word;
		}
		line = end + strspn(end, "\r\n");
	}
	return "";
}

static void
read_place(struct place *p, struct places *list, char *word)
{
	size_t len = strlen(word);

	while (len > 0 && word[len - 1] == '/')
		word[--len] = '\0';
	p->name = word;
	p->at.dirfd = -1;
	p->at.site = (struct outbound_site){
		.base = word,
		.token = "",
		.ca_file = list->ca_file,
	};
	p->kind = &source_hub;
	if (list->tokens != NULL)
		p->at.site.token = find_token(list->tokens, p->at.site.base);
}

enum weigh_code
places_read(struct places **out, struct fetch *f, const char *text,
    bool configured, struct weigh_err *err)
{
	struct places *p = calloc(1, sizeof(*p));
	enum weigh_code rc = WEIGH_OK;
	char *word, *rest;

	(void)configured;
	if (p == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	atomic_init(&p->refs, 1);
	pthread_mutex_lock(&f->lock);
	p->text = strdup(text);
	p->ca_file = strdup(f->settings.ca_file);
	word = strdup(f->settings.tokens);
	pthread_mutex_unlock(&f->lock);
	if (p->text == NULL || p->ca_file == NULL || word == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else
		rc = read_tokens(word, &p->tokens, err);
	free(word);
	rest = p->text;
	while (rc == WEIGH_OK &&
	    (word = strtok_r(rest, " \t", &rest)) != NULL) {
		if (p->n == STEP_SOURCES) {
			rc = weigh_fail(err, WEIGH_USAGE,
			    "more than %d upstreams", STEP_SOURCES);
			break;
		}
		p->list[p->n].at.outbound = f->parts.outbound;
		p->list[p->n].at.dirfd = -1;
		read_place(&p->list[p->n++], p, word);
	}
	if (rc == WEIGH_OK)
		*out = p;
	else
		places_drop(p);
	return rc;
}

struct places *
places_hold(struct places *p)
{
	atomic_fetch_add(&p->refs, 1);
	return p;
}

void
places_drop(struct places *p)
{
	if (p == NULL || atomic_fetch_sub(&p->refs, 1) > 1)
		return;
	for (unsigned i = 0; i < p->n; i++)
		fd_close(&p->list[i].at.dirfd);
	free(p->text);
	free(p->tokens);
	free(p->ca_file);
	free(p);
}

/* --- how often ------------------------------------------------------------------------ */

/* With its lock held.  NULL: there are more than anybody configures; not counted. */
static struct governor *
governor_of(struct fetch *f, const struct place *p)
{
	struct governor *g;

	for (unsigned i = 0; i < f->ngovernors; i++)
		if (strcmp(f->governors[i].base, p->at.site.base) == 0)
			return &f->governors[i];
	if (f->ngovernors == GOVERNORS ||
	    strlen(p->at.site.base) >= sizeof(g->base))
		return NULL;
	g = &f->governors[f->ngovernors++];
	strcpy(g->base, p->at.site.base);
	weigh_budget_init(&g->budget, p->at.site.token[0] != '\0' ? 0 : CALLS,
	    CALLS_SECONDS);
	return g;
}

enum weigh_code
governor_ask(struct fetch *f, const struct place *p, const atomic_bool *cancel,
    struct weigh_err *err)
{
	const struct timespec nap = { .tv_nsec = 200000000 };
	struct governor *g;
	int64_t wait;

	do {
		pthread_mutex_lock(&f->governor_lock);
		g = governor_of(f, p);
		wait = g == NULL ?
		    0 :
		    weigh_budget_ask(&g->budget, fetch_ms() / 1000);
		pthread_mutex_unlock(&f->governor_lock);
		if (atomic_load(&f->stop) ||
		    (cancel != NULL && atomic_load(cancel)))
			return weigh_fail(err, WEIGH_CANCELED,
			    "it was told to stop");
		if (wait > 0)
			nanosleep(&nap, NULL);
	} while (wait > 0);
	return WEIGH_OK;
}

void
governor_told(struct fetch *f, const struct place *p,
    const struct outbound_head *head)
{
	struct governor *g;

	pthread_mutex_lock(&f->governor_lock);
	if ((g = governor_of(f, p)) != NULL)
		weigh_budget_told(&g->budget, fetch_ms() / 1000, head->status,
		    head->retry_after, head->left, head->reset);
	pthread_mutex_unlock(&f->governor_lock);
}

void
governor_trust(struct fetch *f, const struct place *p)
{
	struct governor *g;

	pthread_mutex_lock(&f->governor_lock);
	if ((g = governor_of(f, p)) != NULL)
		g->budget.most = 0;
	pthread_mutex_unlock(&f->governor_lock);
}
