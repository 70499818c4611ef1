/* near: see weigh/near.h. */
#include <string.h>

#include <weigh/near.h>

#define NEAR_MAX 32 /* bytes of a word that are compared */

/* How many letters to add, drop, change or swap with a neighbor. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);
	size_t i, j;

	if (la > NEAR_MAX || lb > NEAR_MAX)
		return NEAR_MAX;
	for (j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (i = 1; i <= la; i++) {
		const size_t *before = rows[(i - 1) % 3];
		const size_t *before2 = rows[(i + 1) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			size_t d = before[j - 1] + (a[i - 1] != b[j - 1]);

			d = before[j] + 1 < d ? before[j] + 1 : d;
			d = row[j - 1] + 1 < d ? row[j - 1] + 1 : d;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before2[j - 2] + 1 < d)
				d = before2[j - 2] + 1;
			row[j] = d;
		}
	}
	return rows[la % 3][lb];
}

const char *
weigh_nearest(const char *word, const char *const *names, size_t n)
{
	size_t limit = strlen(word) / 3 + 1;
	const char *best = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		size_t d = distance(word, names[i]);

		if (d <= limit) {
			limit = d > 0 ? d - 1 : 0;
			best = names[i];
			if (d == 0)
				break;
		}
	}
	return best;
}
