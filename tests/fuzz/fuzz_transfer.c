/* A file on its way in, from a server that does as it likes: the first byte says
 * which file, each further one is an event.  The numbers are those of transfer.h:
 * (1), (3), (4) hold at every moment, and the end comes (5). */
#include <stdlib.h>
#include <string.h>

#include <weigh/transfer.h>

#define BIG (WEIGH_SEGMENT + 70000) /* two segments */
#define PIECE 33000

static uint8_t
    content[BIG + PIECE]; /* what was promised, and what is too much */
static uint8_t disk[BIG];
static uint64_t size_of_it;
static struct weigh_transfer t;

struct input {
	const uint8_t *p;
	size_t len;
};

static uint8_t
take(struct input *in)
{
	if (in->len == 0)
		return 0;
	in->len--;
	return *in->p++;
}

static void
check(void)
{
	if (t.good > t.have || t.have > size_of_it ||
	    (t.good % WEIGH_SEGMENT != 0 && t.good != size_of_it) ||
	    memcmp(disk, content, t.good) != 0)
		abort();
	if (t.state == WEIGH_TRANSFER_DONE &&
	    memcmp(disk, content, size_of_it) != 0)
		abort();
}

static enum weigh_transfer_action
answer(struct input *in)
{
	static const int statuses[] = { 200, 206, 206, 302, 404, 416, 429,
		503 };
	uint8_t how = take(in);
	uint64_t wrong = take(in) % 4 == 3 ? take(in) : 0;
	struct weigh_transfer_head h = {
		.status = statuses[how % 8],
		.has_range = how & 8,
		.range_first = t.good + wrong,
		.range_last = size_of_it - 1,
		.range_total = size_of_it + wrong,
		.has_length = how & 16,
		.length = size_of_it - t.good + wrong,
		.etag = how & 32 ? how & 64 ? "\"other\"" : "\"it\"" : NULL,
	};

	return weigh_transfer_head(&t, &h);
}

static enum weigh_transfer_action
bytes(struct input *in)
{
	static uint8_t piece[PIECE];
	uint64_t at = t.have, room = size_of_it - at;
	size_t n = (size_t)take(in) * 128;
	uint8_t flip = take(in);

	memcpy(piece, content + at, n);
	if (flip % 4 == 3 && n > 0)
		piece[n / 2] ^= flip;
	memcpy(disk + at, piece, n < room ? n : room);
	return weigh_transfer_bytes(&t, piece, n);
}

/* All but the last bytes of a segment, so that both are met in a few events. */
static enum weigh_transfer_action
many(void)
{
	enum weigh_transfer_action action = WEIGH_DO_NOTHING;
	uint64_t end = t.have < WEIGH_SEGMENT ? WEIGH_SEGMENT : size_of_it;

	while (t.have + PIECE < end && action == WEIGH_DO_NOTHING) {
		uint64_t before = t.have;

		memcpy(disk + before, content + before, PIECE);
		action = weigh_transfer_bytes(&t, content + before, PIECE);
		if (t.have == before)
			break;
	}
	return action;
}

static enum weigh_transfer_action
event(struct input *in)
{
	switch (take(in) % 6) {
	case 0:
		return answer(in);
	case 1:
		return bytes(in);
	case 2:
		return many();
	case 3:
		return weigh_transfer_ended(&t, "it ended");
	case 4:
		return weigh_transfer_next(&t);
	default:
		return weigh_transfer_wake(&t);
	}
}

static void
play(struct input *in, const struct weigh_oid *oid, const uint8_t *list)
{
	enum weigh_transfer_action action;

	memset(disk, 0, size_of_it);
	if (weigh_transfer_init(&t, oid, size_of_it, "\"it\"", list, 0, NULL) !=
	    WEIGH_OK)
		abort();
	action = weigh_transfer_start(&t);
	check();
	while (in->len > 0 && action != WEIGH_DO_KEEP &&
	    action != WEIGH_DO_REPORT) {
		action = event(in);
		check();
	}
	if (action == WEIGH_DO_KEEP && t.state != WEIGH_TRANSFER_DONE)
		abort();
	if (action == WEIGH_DO_REPORT && t.err.why[0] == '\0')
		abort();
	weigh_transfer_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t sizes[] = { 0, 5, 20000, BIG };
	struct input in = { data, size < 300 ? size : 300 };
	struct weigh_hasher *h = weigh_hasher_new();
	uint8_t which = take(&in);
	uint8_t list[WEIGH_MIDSTATE_SIZE] = { 0 };
	struct weigh_oid oid;
	size_t n;

	size_of_it = sizes[which % 4];
	for (size_t i = 0; content[0] == 0 && i < sizeof(content); i++)
		content[i] = (uint8_t)(1 + i * i % 251);
	if (h == NULL || !weigh_hasher_update(h, content, size_of_it) ||
	    !weigh_hasher_final(h, &oid))
		abort();
	if (weigh_hasher_list(h, &n) != NULL && n == sizeof(list))
		memcpy(list, weigh_hasher_list(h, &n), n);
	list[0] ^= which & 8; /* a list that lies */
	play(&in, &oid, which & 4 ? list : NULL);
	weigh_hasher_free(h);
	return 0;
}
