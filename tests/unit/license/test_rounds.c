/*
 * What a scan found out before it took a license, and still uses behind that: (1) and
 * (2) of match.h.  The licenses are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../../proto/license/match.h"
#include "check.h"

/* Of one length, so that the first round looks at both. */
#define GIZMO \
	"You may use, lend and sell this gizmo to whomever you like. The name " \
	"of its maker stays on each of its parts, and must not be painted " \
	"over within three years. No gizmo is lent to a person who broke " \
	"another one.\n\n"
#define WIDGET \
	"Whoever sells a widget tells the buyer where its drawings are. They " \
	"are handed over by the maker, for the price of the paper and ink, to " \
	"all who ask in a letter. A postcard is a letter too, if stamped and " \
	"dry.\n\n"
/* So long that an alignment of what stands above does not reach what stands below. */
#define BETWEEN \
	"The house stood on four legs of oak beside a river. Left of it grew " \
	"an apple tree, right of it a pear tree, and behind both a hedge of " \
	"roses. In summer children came with baskets, in winter nobody came. " \
	"A dog slept below that roof, and every evening some smoke rose. "
#define FAR BETWEEN BETWEEN BETWEEN "\n\n"

static const struct {
	const char *id, *text;
} licenses[] = { { "Gizmo-1.0", GIZMO }, { "Widget-1.0", WIDGET } };

struct pack {
	struct weigh_buf bytes;
	struct weigh_license_pack *pack;
};

static void
open_pack(struct pack *p)
{
	struct weigh_licensepack_make *m = NULL;

	check_code("new", weigh_licensepack_make_new(&m, "made up", NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < sizeof(licenses) / sizeof(licenses[0]); i++) {
		struct weigh_licensepack_entry e = { .id = licenses[i].id };

		check_code(e.id,
		    weigh_licensepack_make_add(m, &e, licenses[i].text,
			strlen(licenses[i].text), NULL),
		    WEIGH_OK);
	}
	weigh_buf_init(&p->bytes, WEIGH_LICENSEPACK_MAX);
	check_code("end", weigh_licensepack_make_end(m, &p->bytes, NULL),
	    WEIGH_OK);
	weigh_licensepack_make_free(m);
	check_code("open",
	    weigh_licensepack_open(&p->pack, p->bytes.data, p->bytes.len, NULL),
	    WEIGH_OK);
}

static void
close_pack(struct pack *p)
{
	weigh_licensepack_close(p->pack);
	weigh_buf_free(&p->bytes);
}

/* The initials of what was found, in the order of the text; no two of them have a word
 * in common.  Returns the steps that it took. */
static uint64_t
scan(const struct pack *p, const char *text, char *found)
{
	const struct weigh_license_pack *packs[] = { p->pack };
	struct license_text *words = NULL;
	struct license_scan s;
	uint64_t steps;
	uint32_t end = 0;

	check_code(text, license_text_read(&words, text, strlen(text), NULL),
	    WEIGH_OK);
	check_code(text, license_scan_begin(&s, words, packs, 1, NULL),
	    WEIGH_OK);
	steps = s.effort.left;
	check_code(text, license_scan_all(&s, NULL), WEIGH_OK);
	steps -= s.effort.left;
	for (uint32_t i = 0; i < s.nfound; i++) {
		check_true("its own words", s.found[i].a.start >= end);
		check_true("all of it", s.found[i].v.clean);
		end = s.found[i].a.end;
		*found++ = s.found[i].entry.id[0];
	}
	*found = '\0';
	license_scan_end(&s);
	license_text_free(words);
	return steps;
}

/* (1) What a license took is taken from what was known of the others before, and of
 * the same one. */
static void
test_taken(void **state)
{
	static const struct {
		const char *text, *found;
	} rows[] = {
		{ GIZMO WIDGET, "GW" },
		{ GIZMO GIZMO, "GG" },
		{ GIZMO WIDGET GIZMO, "GWG" },
		{ WIDGET GIZMO WIDGET GIZMO, "WGWG" },
		{ GIZMO FAR WIDGET FAR GIZMO, "GWG" },
		{ FAR, "" },
	};
	struct pack p;

	(void)state;
	open_pack(&p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char found[LICENSE_FOUND + 1];

		(void)scan(&p, rows[i].text, found);
		check_str(rows[i].text, found, rows[i].found);
	}
	close_pack(&p);
}

/* (2) Two licenses that are far apart cost what each of them costs: the search that takes
 * the second one looks for nothing that the first one found. */
static void
test_kept(void **state)
{
	char found[LICENSE_FOUND + 1];
	uint64_t gizmo, widget, both;
	struct pack p;

	(void)state;
	open_pack(&p);
	gizmo = scan(&p, GIZMO FAR, found);
	check_str("one", found, "G");
	widget = scan(&p, FAR WIDGET, found);
	check_str("the other", found, "W");
	both = scan(&p, GIZMO FAR WIDGET, found);
	check_str("both", found, "GW");
	check_true("something was done", gizmo > 0 && widget > 0);
	check_u64("steps", both, gizmo + widget);
	close_pack(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
