/* All that lies in blobs/ and quarantine/, and taking some of it away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "blobs.h"
#include "check.h"

#define LONE \
	"blobs/sha256/ab/abababababababababababababababababababababababababababababababab.mid"

static void
put(struct blobs *b, uint64_t seed, uint64_t size, struct store_blob *out)
{
	uint8_t *bytes = blobs_bytes(size, seed);

	check_code("put", blobs_put(b, bytes, size, MIB, out), WEIGH_OK);
	free(bytes);
}

struct seen {
	unsigned kinds[STORE_STRANGE + 1];
	char names[400];
	char before[100];
};

static enum weigh_code
note(void *ctx, const struct store_item *item, struct weigh_err *err)
{
	struct seen *s = ctx;

	(void)err;
	check_true("in order", strcmp(s->before, item->name) < 0);
	snprintf(s->before, sizeof(s->before), "%s", item->name);
	s->kinds[item->kind]++;
	if (item->kind == STORE_STRANGE)
		snprintf(s->names + strlen(s->names),
		    sizeof(s->names) - strlen(s->names), "%s ", item->name);
	return WEIGH_OK;
}

static void
test_items(void **state)
{
	struct store_blob small, big;
	struct seen seen = { .names = "" };
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	put(&b, 1, 100, &small);
	put(&b, 2, 5 * MIB, &big);
	tmpdir_write(&b.dir, LONE, "", 0);
	tmpdir_write(&b.dir, "blobs/sha256/00/readme", "", 0);
	/* a digest, but not one of this folder */
	tmpdir_write(&b.dir,
	    "blobs/sha256/00/"
	    "1111111111111111111111111111111111111111111111111111111111111111",
	    "", 0);
	check_true("mkdir",
	    mkdirat(b.dir.fd, "blobs/sha256/01/sub", 0755) == 0);
	check_code("each", store_each_item(b.store, note, &seen, NULL),
	    WEIGH_OK);
	check_u64("blobs", seen.kinds[STORE_BLOB], 2);
	check_u64("lists", seen.kinds[STORE_LIST], 1);
	check_u64("lone lists", seen.kinds[STORE_LONE_LIST], 1);
	check_str("strange", seen.names,
	    "00/1111111111111111111111111111111111111111111111111111111111111111 "
	    "00/readme 01/sub ");
	blobs_close(&b);
}

static void
test_look(void **state)
{
	struct store_blob small, big;
	struct store_sight sight;
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	put(&b, 1, 100, &small);
	put(&b, 2, 5 * MIB, &big);
	check_code("look", store_look(b.store, &small.oid, &sight, NULL),
	    WEIGH_OK);
	check_true("needs no list", sight.there && sight.listed);
	check_code("look", store_look(b.store, &big.oid, &sight, NULL),
	    WEIGH_OK);
	check_true("has its list", sight.there && sight.listed);
	check_true("stamp", stamp_equal(&sight.stamp, &big.stamp));
	check_true("unlink",
	    unlinkat(b.dir.fd, blobs_path(&big.oid, ".mid"), 0) == 0);
	check_code("look", store_look(b.store, &big.oid, &sight, NULL),
	    WEIGH_OK);
	check_true("has lost it", sight.there && !sight.listed);
	check_true("unlink",
	    unlinkat(b.dir.fd, blobs_path(&big.oid, ""), 0) == 0);
	check_code("look", store_look(b.store, &big.oid, &sight, NULL),
	    WEIGH_OK);
	check_true("is gone", !sight.there);
	blobs_close(&b);
}

static void
test_lone_list(void **state)
{
	struct store_blob big;
	struct blobs b;
	bool removed;

	(void)state;
	blobs_open(&b, 0);
	put(&b, 2, 5 * MIB, &big);
	check_code("not lone",
	    store_drop_lone_list(b.store, &big.oid, &removed, NULL), WEIGH_OK);
	check_true("it stays",
	    !removed && tmpdir_has(&b.dir, blobs_path(&big.oid, ".mid")));
	check_true("unlink",
	    unlinkat(b.dir.fd, blobs_path(&big.oid, ""), 0) == 0);
	check_code("lone",
	    store_drop_lone_list(b.store, &big.oid, &removed, NULL), WEIGH_OK);
	check_true("it goes",
	    removed && !tmpdir_has(&b.dir, blobs_path(&big.oid, ".mid")));
	check_code("again",
	    store_drop_lone_list(b.store, &big.oid, &removed, NULL), WEIGH_OK);
	check_true("again", !removed);
	blobs_close(&b);
}

/* --- quarantine ------------------------------------------------------------- */

static enum weigh_code
note_apart(void *ctx, const struct store_apart *apart, struct weigh_err *err)
{
	char(*text)[400] = ctx;

	(void)err;
	snprintf(*text + strlen(*text), sizeof(*text) - strlen(*text),
	    "%s %llu %s\n", apart->name + WEIGH_OID_HEX,
	    (unsigned long long)apart->size, apart->why);
	return WEIGH_OK;
}

static void
test_apart(void **state)
{
	char text[400] = "", hex[WEIGH_OID_HEX + 3], why[64];
	struct store_blob blob;
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	for (int round = 0; round < 2; round++) {
		put(&b, 1, 100, &blob);
		check_code("quarantine",
		    store_quarantine(b.store, &blob.oid,
			round ? "again" : "first", NULL),
		    WEIGH_OK);
	}
	tmpdir_write(&b.dir, "quarantine/notes.txt", "mine", 4);
	check_code("each", store_each_apart(b.store, note_apart, &text, NULL),
	    WEIGH_OK);
	check_str("both", text, " 100 first\n.1 100 again\n");
	weigh_oid_hex(&blob.oid, hex);
	check_code("discard", store_discard(b.store, hex, NULL), WEIGH_OK);
	text[0] = '\0';
	check_code("each", store_each_apart(b.store, note_apart, &text, NULL),
	    WEIGH_OK);
	check_str("one", text, ".1 100 again\n");
	check_true("the note stays",
	    store_quarantine_note(b.store, &blob.oid, why, sizeof(why)));
	check_str("the note stays", why, "again");
	blobs_close(&b);
}

static void
test_discard_only_bytes_of_ours(void **state)
{
	static const char *const names[] = { "", "notes.txt", "..", "../blobs",
		"abc" };
	struct blobs b;

	(void)state;
	blobs_open(&b, 0);
	tmpdir_write(&b.dir, "quarantine/notes.txt", "mine", 4);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check_code(names[i], store_discard(b.store, names[i], NULL),
		    WEIGH_USAGE);
	check_true("it is there", tmpdir_has(&b.dir, "quarantine/notes.txt"));
	blobs_close(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_lone_list),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_discard_only_bytes_of_ours),
	};

	return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
