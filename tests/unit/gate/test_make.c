/*
 * Blobs that are made from a file of weights, and headers that are read once: the
 * numbers are those of gate/weights.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "check.h"
#include "gate/weights.h"
#include "gatehouse.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define TEXT "{\"stop\":[\"</s>\"]}"

static const struct gatehouse_file files[] = {
	{ "README.md", "# m\n", 0, 0 },
	{ "model.bin", NULL, 5000, 1 },
};
#define MODEL (&files[1])

static void
make_house(struct gatehouse *g)
{
	struct gate_publication p;

	gatehouse_make(g);
	check_code("held",
	    gatehouse_publish(g, &p, "acme/demo", "main", files, COUNT(files),
		NULL),
	    WEIGH_OK);
}

static void
make(struct gatehouse *g, const char *label, const char *kind,
    struct weigh_oid *oid)
{
	struct weigh_oid source = gatehouse_oid(MODEL);

	check_code(label,
	    gate_make(g->gate, g->reader, &source, kind, TEXT, strlen(TEXT),
		oid, NULL),
	    WEIGH_OK);
}

static enum weigh_code
open_made(struct gatehouse *g, const struct weigh_oid *oid, int *fd)
{
	return gate_open(g->gate, g->reader, WEIGH_DOOR_OCI, oid, strlen(TEXT),
	    fd, NULL);
}

/* (2) It is served like any other blob, and making it again changes nothing. */
static void
test_made_once(void **state)
{
	struct weigh_oid oid, again, want;
	char text[sizeof(TEXT)] = "";
	struct gatehouse g;
	char *picture, *after;
	int fd;

	(void)state;
	make_house(&g);
	make(&g, "made", "params", &oid);
	check_true("the hash",
	    weigh_oid_of(&want, TEXT, strlen(TEXT)) &&
		weigh_oid_equal(&oid, &want));
	check_code("opened", open_made(&g, &oid, &fd), WEIGH_OK);
	check_code("read", fd_pread_all(fd, text, strlen(TEXT), 0, NULL),
	    WEIGH_OK);
	check_str("its bytes", text, TEXT);
	fd_close(&fd);
	picture = gatehouse_picture(&g);
	make(&g, "again", "params", &again);
	check_true("the same", weigh_oid_equal(&oid, &again));
	after = gatehouse_picture(&g);
	check_str("nothing changed", after, picture);
	gatehouse_check(&g, "whole");
	free(picture);
	free(after);
	gatehouse_remove(&g);
}

/* (2) One text made for two things is one blob. */
static void
test_made_for_two(void **state)
{
	struct weigh_oid oid;
	struct gatehouse g;

	(void)state;
	make_house(&g);
	make(&g, "one", "params", &oid);
	make(&g, "two", "params 2", &oid);
	check_u64("rows",
	    (uint64_t)gatehouse_number(&g, "SELECT count(*) FROM made"), 2);
	check_u64("blobs",
	    (uint64_t)gatehouse_number(&g, "SELECT blobs FROM totals"), 3);
	gatehouse_remove(&g);
}

/* (2) Bytes that a kill left without a row are found, and named. */
static void
test_left_by_a_kill(void **state)
{
	struct weigh_oid oid;
	struct gatehouse g;
	int fd;

	(void)state;
	make_house(&g);
	make(&g, "made", "params", &oid);
	gatehouse_meddle(&g, "DELETE FROM made");
	gatehouse_meddle(&g,
	    "DELETE FROM blobs WHERE NOT EXISTS"
	    " (SELECT 1 FROM entries WHERE blob = blobs.id)");
	gatehouse_meddle(&g, "UPDATE totals SET blobs = 2, bytes = 5004");
	check_code("nobody names it", open_made(&g, &oid, &fd),
	    WEIGH_NOT_FOUND);
	make(&g, "again", "params", &oid);
	check_code("named", open_made(&g, &oid, &fd), WEIGH_OK);
	fd_close(&fd);
	gatehouse_check(&g, "whole");
	gatehouse_remove(&g);
}

/* Named no longer than its source: the blob's row may go then. */
static void
test_goes_with_its_source(void **state)
{
	struct weigh_oid oid, source = gatehouse_oid(MODEL);
	struct gatehouse g;
	bool dropped;
	int fd;

	(void)state;
	make_house(&g);
	make(&g, "made", "params", &oid);
	check_code("asked", catalog_drop_blob(g.catalog, &oid, &dropped, NULL),
	    WEIGH_OK);
	check_true("kept", !dropped);
	gatehouse_meddle(&g, "DELETE FROM entries");
	check_code("nobody names it", open_made(&g, &oid, &fd),
	    WEIGH_NOT_FOUND);
	check_code("dropped",
	    catalog_drop_blob(g.catalog, &oid, &dropped, NULL), WEIGH_OK);
	check_true("gone", dropped);
	check_code("its source",
	    catalog_drop_blob(g.catalog, &source, &dropped, NULL), WEIGH_OK);
	check_true("gone too", dropped);
	check_u64("rows",
	    (uint64_t)gatehouse_number(&g, "SELECT count(*) FROM made"), 0);
	gatehouse_remove(&g);
}

/* A file that no revision names is no source of anything. */
static void
test_a_source_that_nobody_names(void **state)
{
	struct weigh_oid oid, source;
	struct gatehouse g;
	int fd;

	(void)state;
	make_house(&g);
	check_true("some hash", weigh_oid_of(&source, "x", 1));
	check_code("no source",
	    gate_make(g.gate, g.reader, &source, "params", TEXT, strlen(TEXT),
		&oid, NULL),
	    WEIGH_NOT_FOUND);
	check_code("not served", open_made(&g, &oid, &fd), WEIGH_NOT_FOUND);
	gatehouse_remove(&g);
}

/* --- headers -------------------------------------------------------------------- */

/* (1) Read once, and kept; what is broken is kept, too. */
static void
test_read_once(void **state)
{
	static const struct gatehouse_file weights[] = {
		{ "a.bin", "{}      ", 0, 0 },
		{ "b.bin", "x", 0, 0 },
	};
	struct gate_weights rows[2];
	struct gate_publication p;
	struct gatehouse g;

	(void)state;
	gatehouse_make(&g);
	check_code("held",
	    gatehouse_publish(&g, &p, "acme/demo", "main", weights, 2, NULL),
	    WEIGH_OK);
	for (unsigned round = 0; round < 2; round++) {
		memset(rows, 0, sizeof(rows));
		for (size_t i = 0; i < 2; i++) {
			rows[i].oid = gatehouse_oid(&weights[i]);
			rows[i].size = strlen(weights[i].text);
			rows[i].format = WEIGH_SAFETENSORS;
		}
		check_code("asked",
		    gate_weights(g.gate, g.reader, rows, 2, 2 - 2 * round,
			NULL),
		    WEIGH_OK);
		check_true("known", rows[0].known && rows[1].known);
		check_str("a length of blanks", rows[0].facts.rule,
		    "st.header-too-large");
		check_str("too short", rows[1].facts.rule, "st.short");
		gate_weights_free(rows, 2);
	}
	gatehouse_remove(&g);
}

/* One blob, named as two formats, and broken as both: what was recorded first
 * stays, or each question would be a write. */
static void
test_two_names(void **state)
{
	static const enum weigh_format formats[] = { WEIGH_SAFETENSORS,
		WEIGH_GGUF, WEIGH_SAFETENSORS, WEIGH_GGUF };
	static const char *const rules[] = { "st.header-too-large",
		"gguf.magic", "st.header-too-large", "gguf.magic" };
	static const struct gatehouse_file both[] = {
		{ "a.bin", "this is no header of either", 0, 0 },
	};
	struct gate_publication p;
	struct gatehouse g;
	uint64_t generation = 0;

	(void)state;
	gatehouse_make(&g);
	check_code("held",
	    gatehouse_publish(&g, &p, "acme/demo", "main", both, 1, NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct gate_weights row = { .format = formats[i],
			.oid = gatehouse_oid(&both[0]),
			.size = strlen(both[0].text) };

		check_code("asked",
		    gate_weights(g.gate, g.reader, &row, 1, 1, NULL), WEIGH_OK);
		check_true("known", row.known);
		check_str("rule", row.facts.rule, rules[i]);
		gate_weights_free(&row, 1);
		if (i > 0)
			check_u64("nothing is written", gate_generation(g.gate),
			    generation);
		generation = gate_generation(g.gate);
	}
	gatehouse_remove(&g);
}

/* Who waits for a header does not wait for a change that goes on. */
static void
test_while_the_gate_is_held(void **state)
{
	struct gate_weights row = {
		.format = WEIGH_GGUF, .oid = gatehouse_oid(MODEL), .size = 5000
	};
	struct weigh_oid oid, source = gatehouse_oid(MODEL);
	struct gatehouse g;

	(void)state;
	make_house(&g);
	gate_hold(g.gate);
	check_code("asked", gate_weights(g.gate, g.reader, &row, 1, 1, NULL),
	    WEIGH_OK);
	check_true("not known", !row.known);
	check_code("made",
	    gate_make(g.gate, g.reader, &source, "x", TEXT, strlen(TEXT), &oid,
		NULL),
	    WEIGH_NOT_YET);
	gate_release(g.gate);
	gate_weights_free(&row, 1);
	check_code("asked", gate_weights(g.gate, g.reader, &row, 1, 1, NULL),
	    WEIGH_OK);
	check_true("known", row.known);
	gate_weights_free(&row, 1);
	gatehouse_remove(&g);
}

/* (1) No more than `now` while somebody waits. */
static void
test_no_more_than_now(void **state)
{
	struct gate_weights rows[2] = { { .format = WEIGH_GGUF },
		{ .format = WEIGH_GGUF } };
	struct gatehouse g;

	(void)state;
	make_house(&g);
	for (size_t i = 0; i < 2; i++) {
		rows[i].oid = gatehouse_oid(&files[i]);
		rows[i].size = i == 0 ? 4 : 5000;
	}
	check_code("asked", gate_weights(g.gate, g.reader, rows, 2, 1, NULL),
	    WEIGH_OK);
	check_true("the first", rows[0].known);
	check_true("not the second", !rows[1].known);
	gate_weights_free(rows, 2);
	gatehouse_remove(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_once),
		cmocka_unit_test(test_made_for_two),
		cmocka_unit_test(test_left_by_a_kill),
		cmocka_unit_test(test_goes_with_its_source),
		cmocka_unit_test(test_a_source_that_nobody_names),
		cmocka_unit_test(test_read_once),
		cmocka_unit_test(test_no_more_than_now),
		cmocka_unit_test(test_two_names),
		cmocka_unit_test(test_while_the_gate_is_held),
	};
	struct weigh_err err;

	if (repo_init(&err) != WEIGH_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
