/*
 * Which templates could stand in a text?  Each shingle of the text that a pack knows
 * votes for the templates that have it, the rarer the more.
 */
#include <stdlib.h>
#include <string.h>

#include "match.h"

#define BEST 16u /* by each of the two orders */
#define TINY 64u /* tiny templates that share a shingle */

/* What one template got. */
struct tally {
	uint32_t weight;
	uint32_t hits;
};

/* An order that keeps the best. */
struct best {
	uint64_t keys[BEST];
	uint32_t numbers[BEST];
	uint32_t n;
};

static void
best_put(struct best *b, uint64_t key, uint32_t number)
{
	uint32_t i;

	if (b->n == BEST && key <= b->keys[BEST - 1])
		return;
	if (b->n < BEST)
		b->n++;
	for (i = b->n - 1; i > 0 && b->keys[i - 1] < key; i--) {
		b->keys[i] = b->keys[i - 1];
		b->numbers[i] = b->numbers[i - 1];
	}
	b->keys[i] = key;
	b->numbers[i] = number;
}

/* Log of templates over templates that have it, in eighths, and never 0. */
static uint32_t
rarity(uint32_t templates, uint32_t holders)
{
	uint32_t ratio = 8 * (templates / (holders ? holders : 1) + 1), log = 0;

	while (ratio >= 16) {
		ratio /= 2;
		log += 8;
	}
	return log + ratio - 7;
}

/* The first place of a shingle that is not taken. */
static uint32_t
first_free(const struct license_seen *s, uint32_t d)
{
	while (d != UINT32_MAX && !license_whole_shingle(s->words + d))
		d = s->next[d];
	return d;
}

static void
vote(const struct license_seen *s, struct tally *tally, uint32_t templates)
{
	for (uint32_t i = 0; i <= s->mask; i++) {
		uint32_t d = first_free(s, s->first[i]), number, w;
		struct license_postings p;

		if (d == UINT32_MAX ||
		    !license_pack_shingle(s->pack, s->words + d, &p))
			continue;
		w = rarity(templates, p.count);
		while (license_postings_next(&p, &number)) {
			tally[number].weight += w;
			tally[number].hits++;
		}
	}
}

/* Each template once. */
static void
add(struct license_candidates *out, uint8_t *in, uint32_t number)
{
	if (in[number] || out->n == LICENSE_CANDIDATES)
		return;
	in[number] = 1;
	out->numbers[out->n++] = number;
}

/* What looks like a license that could be it could be it as well: dozens of licenses
 * have all shingles of the commonest short ones, so that rank alone loses these. */
static void
add_lookalikes(const struct license_seen *s, struct license_candidates *out,
    uint8_t *in)
{
	uint32_t n = out->n;

	for (uint32_t i = 0; i < n; i++) {
		struct license_template t;

		license_pack_template(s->pack, out->numbers[i], &t);
		for (uint32_t k = 0; k < t.nlookalikes; k++)
			add(out, in, t.lookalikes[k]);
	}
}

static void
rank(const struct license_seen *s, const struct tally *tally,
    uint32_t templates, struct license_candidates *out, uint8_t *in)
{
	struct best shared = { 0 }, contained = { 0 };
	uint32_t tiny = 0;

	for (uint32_t i = 0; i < templates; i++) {
		struct license_template t;

		if (tally[i].hits == 0)
			continue;
		license_pack_template(s->pack, i, &t);
		if (t.tiny && tiny++ < TINY)
			add(out, in, i);
		best_put(&shared, tally[i].weight, i);
		best_put(&contained,
		    ((uint64_t)tally[i].hits << 32) / t.nwords + tally[i].hits,
		    i);
	}
	for (uint32_t i = 0; i < shared.n; i++)
		add(out, in, shared.numbers[i]);
	for (uint32_t i = 0; i < contained.n; i++)
		add(out, in, contained.numbers[i]);
}

enum weigh_code
license_candidates(const struct license_seen *s, struct license_candidates *out,
    struct weigh_err *err)
{
	uint32_t templates = license_pack_templates(s->pack);
	struct tally *tally = calloc(templates + 1u, sizeof(*tally));
	uint8_t *in = calloc(templates + 1u, 1);
	enum weigh_code rc = WEIGH_OK;

	out->n = 0;
	if (tally == NULL || in == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	vote(s, tally, templates);
	rank(s, tally, templates, out, in);
	add_lookalikes(s, out, in);
	for (uint32_t i = 0; i < out->n; i++)
		out->hits[i] = tally[out->numbers[i]].hits;
out:
	free(tally);
	free(in);
	return rc;
}
