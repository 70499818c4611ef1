/*
 * The stretches that a text and a license have word for word, and the heaviest chain of
 * them in which both go forward.
 */
#include <stdlib.h>
#include <string.h>

#include "match.h"

#define RUNS 384u     /* of one license that are looked at */
#define PLACES 12u    /* of one shingle in the text that are followed */
#define SPAN_EDGE 32u /* words of an optional part that a run may lose to it */

bool
license_effort_take(struct license_effort *e, uint64_t steps)
{
	if (steps > e->left) {
		e->left = 0;
		e->spent = true;
		return false;
	}
	e->left -= steps;
	return true;
}

static uint32_t
run_length(const struct license_seen *s, const struct license_template *t,
    uint32_t at, uint32_t d)
{
	uint32_t n = 0;

	while (at + n < t->nwords && d + n < s->n &&
	    t->words[at + n] == s->words[d + n])
		n++;
	return n;
}

/* Is the place inside of a run that was found? */
static bool
known(const struct license_run *runs, uint32_t n, uint32_t t, uint32_t d)
{
	for (uint32_t i = n; i-- > 0 && n - i <= 2 * PLACES;)
		if (d - t == runs[i].d - runs[i].t && d >= runs[i].d &&
		    d < runs[i].d + runs[i].len)
			return true;
	return false;
}

/* What a search found. */
struct search {
	struct license_run runs[RUNS], jumped[RUNS];
	uint32_t n, njumped;
	bool whole; /* nothing was left out */
};

/* The runs that begin at word `at` of the template; how far the next search may jump:
 * over all of the run if the shingle stands in one place only. */
static uint32_t
runs_at(struct search *f, const struct license_seen *s,
    const struct license_template *t, uint32_t at)
{
	uint32_t d = license_seen_first(s, t->words + at), places = 0, len = 0;

	for (; d != UINT32_MAX; d = s->next[d]) {
		if (!license_whole_shingle(s->words + d))
			continue;
		if (places == PLACES) {
			f->whole = false;
			break;
		}
		places++;
		if (known(f->runs, f->n, at, d))
			continue;
		if (f->n == RUNS) {
			f->whole = false;
			continue;
		}
		len = run_length(s, t, at, d);
		f->runs[f->n++] = (struct license_run){ at, d, len };
	}
	if (places != 1 || len == 0)
		return 1;
	f->jumped[f->njumped++] = f->runs[f->n - 1];
	return len;
}

/* A run must not end inside of a part that may vary or be missing: what it took there
 * may be the beginning of what comes after that part. */
static void
keep_out(struct license_run *r, const struct license_span *p)
{
	uint32_t end = r->t + r->len, cut;
	bool soft = p->kind == SPAN_OPTIONAL || p->kind == SPAN_TITLE;

	if (p->from < end && end < p->to &&
	    (!soft || (r->t < p->from && end - p->from <= SPAN_EDGE)))
		r->len = p->from > r->t ? p->from - r->t : 0;
	end = r->t + r->len;
	if (p->from < r->t && r->t < p->to && r->t < end &&
	    (!soft || (end > p->to && p->to - r->t <= SPAN_EDGE))) {
		cut = p->to < end ? p->to - r->t : r->len;
		r->t += cut;
		r->d += cut;
		r->len -= cut;
	}
}

static void
keep_out_of_spans(struct license_run *r, const struct license_template *t)
{
	for (uint32_t i = 0; i < t->nspans && r->len > 0; i++) {
		if (t->spans[i].from >= r->t + r->len)
			break;
		keep_out(r, &t->spans[i]);
	}
}

static void
find_runs(struct search *f, const struct license_seen *s,
    const struct license_template *t)
{
	uint32_t kept = 0;

	f->n = f->njumped = 0;
	f->whole = true;
	for (uint32_t at = 0; at + LICENSE_SHINGLE <= t->nwords;) {
		uint32_t skip = license_seen_skip(s, t->words + at);

		at += skip > 0 ? skip : runs_at(f, s, t, at);
	}
	for (uint32_t i = 0; i < f->n; i++) {
		keep_out_of_spans(&f->runs[i], t);
		if (f->runs[i].len > 0)
			f->runs[kept++] = f->runs[i];
	}
	f->n = kept;
}

static int
by_place(const void *a, const void *b)
{
	const struct license_run *x = a, *y = b;

	return x->t != y->t ? (x->t > y->t) - (x->t < y->t) :
			      (x->d > y->d) - (x->d < y->d);
}

/* How many words of the later run the earlier one has already. */
static uint32_t
overlap(const struct license_run *a, const struct license_run *b)
{
	uint32_t t = a->t + a->len > b->t ? a->t + a->len - b->t : 0;
	uint32_t d = a->d + a->len > b->d ? a->d + a->len - b->d : 0;

	return t > d ? t : d;
}

/* What run `b` adds behind run `a`: its words, less what lies between. */
#define CANNOT INT64_MIN
static int64_t
follows(const struct license_run *a, const struct license_run *b)
{
	uint32_t over = overlap(a, b), end = a->d + a->len;

	if (b->t <= a->t || b->d <= a->d || over >= b->len)
		return CANNOT;
	return 4 * (int64_t)(b->len - over) -
	    (b->d + over > end ? b->d + over - end : 0);
}

/* Dynamic programming over the runs, which are sorted by place.  Backwards from each one,
 * until no run before it can be heavy enough; of equals the first. */
static void
heaviest(struct license_chain *out, const struct license_run *runs, uint32_t n)
{
	int64_t weight[RUNS], most[RUNS]; /* of all up to this one */
	uint32_t before[RUNS], best = 0, i, k = 0;

	for (i = 0; i < n; i++) {
		int64_t own = 4 * (int64_t)runs[i].len;

		weight[i] = own;
		before[i] = UINT32_MAX;
		for (uint32_t j = i; j-- > 0 && most[j] + own >= weight[i];) {
			int64_t more = follows(&runs[j], &runs[i]);

			if (more != CANNOT && weight[j] + more > own &&
			    weight[j] + more >= weight[i]) {
				weight[i] = weight[j] + more;
				before[i] = j;
			}
		}
		most[i] = i > 0 && most[i - 1] > weight[i] ? most[i - 1] :
							     weight[i];
		if (weight[i] > weight[best])
			best = i;
	}
	for (i = best; i != UINT32_MAX; i = before[i])
		k++;
	out->n = k;
	for (i = best; i != UINT32_MAX; i = before[i])
		out->runs[--k] = runs[i];
}

/* Runs of a chain do not overlap: the later one gives way. */
static void
trim(struct license_chain *c)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		struct license_run r = c->runs[i];
		uint32_t over = n > 0 ? overlap(&c->runs[n - 1], &r) : 0;

		if (over >= r.len)
			continue;
		r.t += over;
		r.d += over;
		r.len -= over;
		c->covered += r.len;
		c->runs[n++] = r;
	}
	c->n = n;
}

enum weigh_code
license_chain_find(struct license_chain *out, const struct license_seen *s,
    const struct license_template *t, struct license_effort *effort,
    struct weigh_err *err)
{
	struct search f;
	uint32_t n;

	*out = (struct license_chain){ 0 };
	if (!license_effort_take(effort, t->nwords / 8 + 1))
		return WEIGH_OK;
	find_runs(&f, s, t);
	n = f.n;
	if (n > 32 && !license_effort_take(effort, n * n / 2))
		return WEIGH_OK;
	out->runs = malloc((n + f.njumped + 1) * sizeof(*out->runs));
	if (out->runs == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (n > 0) {
		qsort(f.runs, n, sizeof(*f.runs), by_place);
		heaviest(out, f.runs, n);
		trim(out);
	}
	memcpy(out->runs + out->n, f.jumped, f.njumped * sizeof(*f.jumped));
	out->njumped = f.njumped;
	out->whole = f.whole;
	return WEIGH_OK;
}

void
license_chain_free(struct license_chain *c)
{
	free(c->runs);
	*c = (struct license_chain){ 0 };
}

/* In the best case every gap matches as far as both sides reach, and only what is
 * required beyond that is missing. */
static int64_t
gap_bound(const struct license_template *t, uint32_t from, uint32_t to,
    uint32_t words)
{
	uint32_t need = license_required(t, from, to), have = to - from;

	return (int64_t)(have < words ? have : words) -
	    license_gap_cost(need > words ? need - words : 0);
}

int64_t
license_chain_bound(const struct license_chain *c,
    const struct license_template *t)
{
	const struct license_run *r = c->runs;
	int64_t bound = c->covered;
	uint32_t last = c->n;

	if (last == 0)
		return -license_gap_cost(t->nrequired);
	bound += gap_bound(t, 0, r[0].t, r[0].d);
	for (uint32_t i = 1; i < last; i++)
		bound += gap_bound(t, r[i - 1].t + r[i - 1].len, r[i].t,
		    r[i].d - r[i - 1].d - r[i - 1].len);
	return bound +
	    gap_bound(t, r[last - 1].t + r[last - 1].len, t->nwords,
		UINT32_MAX);
}
