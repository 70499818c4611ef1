/*
 * Which license is it, and what differs.  The licenses are made up; the numbers are those
 * of weigh/license.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/licensepack.h>

#include "check.h"

/* Pieces, so that a row can leave one out. */
#define G1 "You may use, lend and sell this gizmo to whomever you like. "
#define G2 \
	"The name of its maker stays on each of its parts, and must not be " \
	"painted over within three years. "
#define G3 "No gizmo is lent to a person who broke another one. "
#define G4 \
	"It comes as it is; nobody owes you anything when it breaks, or when " \
	"it breaks something else in the house or in the garden."
#define GIZMO G1 G2 G3 G4
#define GIZMO_MARKED "<<beginOptional>>Gizmo License\n\n<<endOptional>>" GIZMO

#define W1 "Whoever sells a widget tells the buyer where its drawings are. "
#define W2(maker) \
	"They are handed over by " maker \
	", for the price of the paper and ink, to all who ask in a letter. "
#define W3 "A postcard is a letter too, if it has a stamp. "
#define W4 \
	"Widgets that were made from these drawings are sold under these same " \
	"rules, and those who buy them are told so before they pay."
#define WIDGET(maker) \
	W1 W2(maker) \
	W3 W4
#define WIDGET_MARKED \
	W1 W2( \
	    "<<var;name=\"m\";original=\"the maker\";match=\".+\">>") "<<beginOptional>>" W3 \
								      "<<endOptional>>" W4

#define ACME_BODY \
	"The licensor grants you a right to run the Acme machine at home and " \
	"in one office. Machines are not rented out. Every machine that is " \
	"improved is shown to the licensor, who may copy the improvement. The " \
	"right ends when the machine is used to annoy the neighbors."
#define ACME(version) \
	"ACME MACHINE LICENSE AGREEMENT\nVersion " version "\n\n" ACME_BODY

#define DUTY "Whoever lends more than 500 gizmos shows a red flag. "
#define FLAGGED GIZMO "\n\n" DUTY
#define HEADER "This part is lent under the rules of the Gizmo License."

#define ROWS \
	"The gizmo stands on four legs of oak and has a wheel on each side. " \
	"Turn the left wheel to lift the arm, and the right one to lower it. " \
	"A third wheel, below the table, moves the whole of it to the wall. "

#define PAGE(head, body) \
	"<!DOCTYPE html><html><head>" head "</head><body>" body "</body></html>"

#define RIDER "Gizmos may not be used to build other gizmos. "

static const struct entry {
	const char *id, *based_on, *text;
	enum weigh_license_what what;
	bool vendor;
} entries[] = {
	{ "Gizmo-1.0", "", GIZMO_MARKED, WEIGH_WHAT_LICENSE, false },
	{ "Gizmo-1.0", "", HEADER, WEIGH_WHAT_HEADER, false },
	{ "LicenseRef-Acme-2.1", "", ACME("2.1"), WEIGH_WHAT_LICENSE, true },
	{ "LicenseRef-Flagged", "Gizmo-1.0", FLAGGED, WEIGH_WHAT_LICENSE,
	    true },
	{ "Widget-2.0", "", WIDGET_MARKED, WEIGH_WHAT_LICENSE, false },
};

struct pack {
	struct weigh_buf bytes;
	struct weigh_license_pack *pack;
};

static void
open_pack(struct pack *p)
{
	struct weigh_licensepack_make *m = NULL;
	struct weigh_err err = { 0 };

	check_code("new", weigh_licensepack_make_new(&m, "made up", &err),
	    WEIGH_OK);
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct weigh_licensepack_entry e = { .id = entries[i].id,
			.name = entries[i].id,
			.based_on = entries[i].based_on,
			.what = entries[i].what,
			.vendor = entries[i].vendor };

		(void)weigh_licensepack_make_add(m, &e, entries[i].text,
		    strlen(entries[i].text), &err);
		check_str(entries[i].id, err.why, "");
	}
	weigh_buf_init(&p->bytes, WEIGH_LICENSEPACK_MAX);
	check_code("end", weigh_licensepack_make_end(m, &p->bytes, &err),
	    WEIGH_OK);
	weigh_licensepack_make_free(m);
	check_code("open",
	    weigh_licensepack_open(&p->pack, p->bytes.data, p->bytes.len, &err),
	    WEIGH_OK);
}

static void
close_pack(struct pack *p)
{
	weigh_licensepack_close(p->pack);
	weigh_buf_free(&p->bytes);
}

static struct weigh_license_result *
scan(const struct pack *p, const char *label, const char *text)
{
	const struct weigh_license_pack *packs[] = { p->pack };
	struct weigh_license_result *r = NULL;
	struct weigh_err err = { 0 };

	check_code(label,
	    weigh_license_scan(&r, text, strlen(text), packs, 1, &err),
	    WEIGH_OK);
	return r;
}

/* Passages as one text: "+added bytes" and "-N words", each with a line end. */
static void
tell(const struct weigh_license_result *r, const char *text,
    struct weigh_buf *out)
{
	weigh_buf_reset(out);
	(void)weigh_buf_adds(out, "");
	for (size_t i = 0; i < r->npassages; i++) {
		const struct weigh_license_passage *p = &r->passages[i];

		if (p->removed) {
			(void)weigh_buf_addf(out, "-%u\n", p->words);
			continue;
		}
		(void)weigh_buf_addc(out, '+');
		(void)weigh_buf_add(out, text + p->start, p->end - p->start);
		(void)weigh_buf_addc(out, '\n');
	}
}

static const struct row {
	const char *label, *text;
	const char *kind, *license; /* `license` may stop before the digits */
	const char *passages;
} rows[] = {
	/* (3) */
	{ "as it is", GIZMO, "exact", "Gizmo-1.0", "" },
	{ "its title", "Gizmo License\n\n" GIZMO, "exact", "Gizmo-1.0", "" },
	{ "a notice above", "Copyright (c) 2024 Jane Doe\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "in capitals, in comments",
	    "# YOU MAY USE, LEND AND SELL THIS GIZMO TO WHOMEVER YOU LIKE.\n"
	    "# The name of its maker stays on each of its parts, and must\n"
	    "# not be painted over within three years. No gizmo is lent to\n"
	    "# a person who broke another one. It comes as it is; nobody\n"
	    "# owes you anything when it breaks, or when it breaks something\n"
	    "# else in the house or in the garden.\n",
	    "exact", "Gizmo-1.0", "" },
	/* (2) */
	{ "a sentence behind", GIZMO "\n\n" RIDER, "modified",
	    "LicenseRef-modified-Gizmo-1.0-",
	    "+Gizmos may not be used to build other gizmos\n" },
	{ "a sentence before", RIDER "\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-",
	    "+Gizmos may not be used to build other gizmos\n" },
	{ "a sentence between", G1 G2 RIDER G3 G4, "modified",
	    "LicenseRef-modified-Gizmo-1.0-",
	    "+Gizmos may not be used to build other gizmos\n" },
	{ "a short tail", GIZMO " Not on Sundays.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Not on Sundays\n" },
	{ "a sentence missing", G1 G2 G4, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "-11\n" },
	{ "cut off", G1 G2 G3 "It comes as it is; nobody owes you anything.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "-16\n" },
	{ "another number",
	    G1 "The name of its maker stays on each of its parts, and must not "
	       "be painted over within nine years. " G3 G4,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "-1\n+nine\n" },
	{ "a negation less",
	    G1 "The name of its maker stays on each of its parts, and must be "
	       "painted over within three years. " G3 G4,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "-1\n" },
	/* only written otherwise */
	{ "a word in two",
	    "You may use, lend and sell this gizmo to whom ever "
	    "you like. " G2 G3 G4,
	    "exact", "Gizmo-1.0", "" },
	{ "two words in one",
	    G1 G2 G3
	    "It comes asit is; nobody owes you anything when it breaks, or "
	    "when it breaks something else in the house or in the garden.",
	    "exact", "Gizmo-1.0", "" },
	{ "a negation in one with its verb",
	    G1 "The name of its maker stays on each of its parts, and must "
	       "notbe painted over within three years. " G3 G4,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "-2\n+notbe\n" },
	{ "a negation in two",
	    G1 G2 G3
	    "It comes as it is; no body owes you anything when it breaks, or "
	    "when it breaks something else in the house or in the garden.",
	    "exact", "Gizmo-1.0", "" },
	/* numbers that stand as marks and pages do */
	{ "a page number", G1 "\n\n3\n\n" G2 G3 G4, "exact", "Gizmo-1.0", "" },
	{ "a number that is read into a sentence",
	    G1 "The name of its maker stays on each of its parts, and must not "
	       "be painted over within three\n\n30\n\nyears. " G3 G4,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "+30\n" },
	{ "the same with a point",
	    G1 "The name of its maker stays on each of its parts, and must not "
	       "be painted over within three\n\n30. years. " G3 G4,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "+30\n" },
	/* what may vary */
	{ "the maker", WIDGET("the maker"), "exact", "Widget-2.0", "" },
	{ "a name", WIDGET("Jane Doe & Sons of London"), "exact", "Widget-2.0",
	    "" },
	{ "a name that decides", WIDGET("Jane Doe, unless it rains,"),
	    "modified", "LicenseRef-modified-Widget-2.0-",
	    "+unless it rains\n" },
	{ "a name with a place", WIDGET("the University of California"),
	    "exact", "Widget-2.0", "" },
	{ "a name that decides in capitals", WIDGET("Jane Unless It Rains"),
	    "modified", "LicenseRef-modified-Widget-2.0-", "+Jane Unless\n" },
	{ "what may be missing", W1 W2("Jane") W4, "exact", "Widget-2.0", "" },
	{ "half of it is missing",
	    W1 W2("Jane") "A postcard is a letter too. " W4, "modified",
	    "LicenseRef-modified-Widget-2.0-",
	    "+A postcard is a letter too\n" },
	/* more than one */
	{ "two", GIZMO "\n\n" WIDGET("Jane"), "multiple",
	    "Gizmo-1.0 AND Widget-2.0", "" },
	{ "two and a choice", "At your option:\n\n" GIZMO "\n\n" WIDGET("Jane"),
	    "multiple", "LicenseRef-modified-Gizmo-1.0-", "+At your option\n" },
	{ "the same twice", GIZMO "\n\n----\n\n" GIZMO, "exact", "Gizmo-1.0",
	    "" },
	{ "two, one of them with more",
	    GIZMO "\n\n" WIDGET("Jane") "\n\n" RIDER, "multiple",
	    "Gizmo-1.0 AND LicenseRef-modified-Widget-2.0-",
	    "+Gizmos may not be used to build other gizmos\n" },
	/* riders in what is mostly left out */
	{ "a page that nobody knows",
	    GIZMO "\n\nhttps://x.org/no-sale/LICENSE\n", "modified",
	    "LicenseRef-modified-Gizmo-1.0-",
	    "+https://x.org/no-sale/LICENSE\n" },
	{ "a page in a title", GIZMO "\n\nLicense: https://x.org/no-sale\n",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+https://x.org/no-sale\n" },
	{ "a title that narrows", "Revoked License\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Revoked\n" },
	{ "a title with a clause",
	    "Gizmo License with Commons Clause\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "an end of another license", GIZMO "\n\nAcme Enterprise License\n",
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a notice that names another license",
	    "Copyright 2024 Acme, GPL\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+GPL\n" },
	{ "a notice that names one in words",
	    "Copyright 2024 Acme, CC BY-NC-ND\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a host that is called so",
	    "Copyright 2024 Jane <jane@gpl.org>\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "a notice for one developer",
	    "Copyright 2024 Acme, Single Developer\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Single Developer\n" },
	{ "the same in capitals",
	    "Copyright 2024 Acme. SINGLE DEVELOPER ONLY\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a notice of an edition",
	    "Copyright 2024 Acme Enterprise Edition\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Enterprise Edition\n" },
	{ "names that are near",
	    "Copyright 2024 Single Page Apps, Developer Express\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "a title for one user", "Gizmo License (Single User)\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a title of a site", "Gizmo Site License\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a name for students", WIDGET("students"), "modified",
	    "LicenseRef-modified-Widget-2.0-", NULL },
	{ "a name for one developer", WIDGET("Acme, Single Developer,"),
	    "modified", "LicenseRef-modified-Widget-2.0-", NULL },
	{ "a notice of customers",
	    "Copyright 2024 Acme\nPaying Customers\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a notice that ends",
	    "Copyright 2024 Acme\nExpiration 31 December 2025\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a notice that points to terms",
	    "Copyright 2024 Acme http://acme.com/terms\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a notice of an enterprise",
	    "Copyright 2024 Hewlett Packard Enterprise\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "an end that narrows", GIZMO "\n\nEND OF PERMISSION WHEN SOLD\n",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+END OF PERMISSION WHEN SOLD\n" },
	{ "an end", GIZMO "\n\nEND OF THE LICENSE\n", "exact", "Gizmo-1.0",
	    "" },
	{ "a notice that narrows in German",
	    "Copyright 2024 Acme, Verkauf Verboten\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a notice that narrows in Russian",
	    "Copyright 2024 Acme, \xd0\xbf\xd1\x80\xd0\xbe\xd0\xb4\xd0\xb0"
	    "\xd0\xb6\xd0\xb0 \xd0\xbd\xd0\xb5\xd1\x82\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "struck out in Markdown", "~~Gizmo License~~\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "" },
	{ "struck out by one tilde", "~Gizmo License~\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "" },
	{ "struck out over lines, and in a word",
	    "The Gizmo Lic~ense\nGizmo.~\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "no tilde that strikes out",
	    "Copyright 2024 Jane ~Roe and ~Doe\n\n~ Gizmo License ~\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "tildes of two paragraphs",
	    "Copyright 2024 Jane ~Roe\n\nGizmo License~\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "tildes of names", "Copyright 2024 Jane lt~Roe and Roe~Doe\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "homes of pages",
	    "Copyright 2024 http://roe.org/~roe http://doe.org/~doe\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "homes", "Copyright 2024 Jane Roe\n~/Roe:~/Doe\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "a wavy line", "~~~\nGizmo License\n~~~\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "turned around", "\xe2\x80\xae" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "" },
	{ "a stroke", "Gizmo\xcc\xb6 License\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "" },
	{ "a sign that denies", "\xe2\x9c\x97 " GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "" },
	{ "no expression",
	    "SPDX-License-Identifier: Gizmo-1.0 but pay\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a choice that is a name",
	    "Copyright 2024 Your Choice Inc\n\n" GIZMO "\n\n" WIDGET("Jane"),
	    "multiple", "Gizmo-1.0 AND Widget-2.0", "" },
	/* (4) */
	{ "the title of another license", "Widget License 2.0\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+Widget License 2.0\n" },
	{ "its family", "Widget License\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Widget License\n" },
	{ "behind the text", GIZMO "\n\nThe Widget License\n", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+The Widget License\n" },
	{ "both titles", "Gizmo License and Widget License\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "its own family", "The Gizmo License\n\n" GIZMO, "exact", "Gizmo-1.0",
	    "" },
	{ "a title of nobody's", "The Sprocket License\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "its id", "Gizmo-1.0\n\n" GIZMO, "exact", "Gizmo-1.0", "" },
	{ "its id on a page",
	    PAGE("<title>Gizmo-1.0</title>",
		"<h1>The Gizmo 1.0 License</h1><p>" GIZMO),
	    "exact", "Gizmo-1.0", "" },
	{ "its id above words that names may be without",
	    "Gizmo-1.0\n\nLicense\n\n" GIZMO, "exact", "Gizmo-1.0", "" },
	{ "its id and a word", "Gizmo-1.0 Sundays\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "its id with a line more", "Gizmo-1.0\nunless it rains\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "the id of another", "Widget-2.0\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "its id with another number", "Gizmo-1.1\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "its id above the other part",
	    "Gizmo-1.0\n\n" WIDGET("Jane") "\n\n" GIZMO, "multiple",
	    "LicenseRef-modified-Widget-2.0-", NULL },
	{ "a title of the other part",
	    "Widget License\n\n" GIZMO "\n\n" WIDGET("Jane"), "multiple",
	    "Gizmo-1.0 AND Widget-2.0", "" },
	/* what a notice may say */
	{ "where it holds", "Copyright 2024 Jane Roe, Outside Europe\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "an address that denies",
	    "Copyright 2024 Jane Roe <you.may.not.sell@roe.org>\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "an address", "Copyright 2024 Jane Roe <jane.may@roe.no>\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "a page that denies",
	    "Copyright 2024 Jane Roe https://roe.org/no-selling\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a page",
	    "Copyright 2024 Jane Roe https://roe.org/can-opener\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "letters that look like others",
	    "Copyright 2024 Roe, \xe1\xb4\x98\xe1\xb4\x80\xca\x8f \xe1\xb4\x8d\xe1\xb4\x87\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "letters of Ghana",
	    "Copyright 2024 K\xc9\x94"
	    "fi M\xc9\x9bnsah\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "a sentence in Chinese",
	    "Copyright 2024 Roe \xe4\xbd\xbf\xe7\x94\xa8\xe8\x80\x85\xe6\x94\xaf\xe6\x8c\x81\xe6\x88\x91\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a name in Chinese",
	    "Copyright 2024 \xe6\x9d\x8e\xe5\xb0\x8f\xe9\xbe\x99\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "a company in Chinese",
	    "Copyright 2024 \xe6\xb7\xb1\xe5\xba\xa6\xe6\xb1\x82\xe7\xb4\xa2\xe5\x85\xac\xe5\x8f\xb8\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "a sentence below a notice",
	    "Copyright 2024 Jane Roe\nReimburse Roe first.\n\n" GIZMO,
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a command below a notice",
	    "Copyright 2024 Jane Roe\nReimburse Roe.\n\n" GIZMO, "modified",
	    "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "names below a notice",
	    "Copyright 2024 Jane Roe\nJohn Doe\nhttps://roe.org/\n\n" GIZMO,
	    "exact", "Gizmo-1.0", "" },
	{ "a name below a year", "Copyright 2024\nJane Roe.\n\n" GIZMO, "exact",
	    "Gizmo-1.0", "" },
	{ "a name that is nobody's", WIDGET("the people who bought widgets"),
	    "modified", "LicenseRef-modified-Widget-2.0-", NULL },
	/* what a page does not show */
	{ "a page",
	    PAGE("<style>p { margin: 0 }</style><!-- made by hand -->",
		"<p class=\"not-all\" id=may>" GIZMO "</p>"),
	    "exact", "Gizmo-1.0", "" },
	{ "a comment", PAGE("", "<p>" GIZMO "</p><!-- But not for sale. -->"),
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+But not for sale\n" },
	{ "a script",
	    PAGE("<script>say(1, 'You may not, ever');</script>", GIZMO),
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+You may not, ever\n" },
	{ "a script that says nothing",
	    PAGE("<script>if (may.not || a) { b.not(may, use) }</script>",
		"<p>" GIZMO),
	    "exact", "Gizmo-1.0", "" },
	{ "a style",
	    PAGE("<style>p:after { content: \"You may not.\" }</style>", GIZMO),
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "+You may not\n" },
	{ "a value",
	    PAGE("", "<p>" GIZMO "<input value=\"You m&#97;y n&#x6f;t\">"),
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+You m&#97;y n&#x6f;t\n" },
	{ "names that are words", PAGE("", "<p you may not>" GIZMO), "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+you may not\n" },
	{ "an address",
	    PAGE("",
		"<a href=\"http://x.org/why-not-use\" rel=\"license\">" GIZMO),
	    "exact", "Gizmo-1.0", "" },
	{ "out of sight", PAGE("", "<p style=\"display: none\">" GIZMO),
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "" },
	{ "out of sight by its style",
	    PAGE("<style>p { Visibility:hidden }</style>", "<p>" GIZMO),
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "" },
	{ "hidden", PAGE("", "<p hidden>" GIZMO), "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "" },
	/* vendors */
	{ "a vendor's", ACME("2.1"), "exact", "LicenseRef-Acme-2.1", "" },
	/* (4) */
	{ "its next version", ACME("2.2"), "unknown", "LicenseRef-text-",
	    "-1\n+2.2\n" },
	{ "another vendor's",
	    "FOOBAR MACHINE LICENSE AGREEMENT\nVersion 2.1\n\n" ACME_BODY,
	    "unknown", "LicenseRef-text-", NULL },
	{ "a change that is known", FLAGGED, "exact", "LicenseRef-Flagged",
	    "+Whoever lends more than 500 gizmos shows a red flag\n" },
	/* no license */
	{ "only a notice", "Copyright 2024 Jane. All rights reserved.",
	    "unknown", "LicenseRef-text-",
	    "+Copyright 2024 Jane. All rights reserved\n" },
	{ "only a pointer", HEADER, "reference", "Gizmo-1.0", "" },
	{ "only its name", "Gizmo License 1.0\n", "reference", "Gizmo-1.0",
	    "" },
	{ "a pointer and a limit",
	    "Licensed under Gizmo-1.0, but not on Sundays.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+but not on Sundays\n" },
	{ "a limit behind a header", HEADER " However, you may not sell it.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+However, you may not sell it\n" },
	{ "a limit in the next paragraph",
	    HEADER "\n\nHowever, you may not sell it.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-",
	    "+However, you may not sell it\n" },
	{ "a limit some sentences behind",
	    "Licensed under Gizmo-1.0. Ask the shop. You may not sell it.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+Ask the shop\n+You may not sell it\n" },
	{ "a limit before", "Except on Sundays, licensed under Gizmo-1.0.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+Except on Sundays\n" },
	{ "a limit in the pointer", "Licensed under a modified Gizmo-1.0.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "+modified\n" },
	{ "a limit in a title", "License: Gizmo-1.0, Academic Use\n",
	    "modified", "LicenseRef-modified-Gizmo-1.0-", "+Academic Use\n" },
	{ "no pointer at all", "This is not licensed under Gizmo-1.0.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "two, with a limit",
	    "Licensed under Gizmo-1.0 or Widget-2.0, if you "
	    "are a student.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-OR-Widget-2.0-",
	    "+if you are a student\n" },
	{ "two, one with a limit",
	    "Licensed under Gizmo-1.0. Its motor is licensed under Widget-2.0, "
	    "but not on Sundays.",
	    "multiple", "Gizmo-1.0 AND LicenseRef-modified-Widget-2.0-", NULL },
	{ "two to choose from, and one beside them",
	    "SPDX-License-Identifier: Gizmo-1.0 OR Widget-2.0\n\n"
	    "Its motor is licensed under Widget-2.0.",
	    "reference", "(Gizmo-1.0 OR Widget-2.0) AND Widget-2.0", NULL },
	/* what is asked beside a reference */
	{ "it is bought",
	    "License: Gizmo-1.0\nCompanies over 10 people need to buy it.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+Companies over 10 people need to buy it\n" },
	{ "it is nobody's to pass on",
	    "License: Gizmo-1.0\n\nThis software is proprietary.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-",
	    "+This software is proprietary\n" },
	{ "said before", "This software is proprietary. License: Gizmo-1.0",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+This software is proprietary\n" },
	{ "in the pointer", "Licensed under a proprietary Gizmo-1.0 license.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "it is paid", "License: Gizmo-1.0 (paid)", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+paid\n" },
	{ "a fee", "License: Gizmo-1.0\nUsage fee: 10 EUR.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Usage fee: 10 EUR\n" },
	{ "an invoice", "License: Gizmo-1.0\nWe will send an invoice.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+We will send an invoice\n" },
	{ "it is sold", "License: Gizmo-1.0\nIt is sold by the dozen.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+It is sold by the dozen\n" },
	{ "leave", "License: Gizmo-1.0\nAsk for permission first.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Ask for permission first\n" },
	{ "a permit", "License: Gizmo-1.0\nYou need a permit.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+You need a permit\n" },
	{ "a list", "License: Gizmo-1.0\nRegistration required.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Registration required\n" },
	{ "for students", "License: Gizmo-1.0\nFree for students.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Free for students\n" },
	{ "for research", "License: Gizmo-1.0\nResearch use.", "modified",
	    "LicenseRef-modified-Gizmo-1.0-", "+Research use\n" },
	{ "for a time",
	    "License: Gizmo-1.0\nTrial version, expires in 30 days.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-",
	    "+Trial version, expires in 30 days\n" },
	{ "a limit though there is no warranty",
	    "License: Gizmo-1.0\nNo warranty for those who have not paid.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "free of charge", "License: Gizmo-1.0\nIt is free of charge.",
	    "reference", "Gizmo-1.0", NULL },
	{ "a grant to sell",
	    "You can use, modify and sell it under the Gizmo License 1.0.",
	    "reference", "Gizmo-1.0", NULL },
	{ "a permission that is given",
	    "Permission is granted to copy under the terms of the Gizmo "
	    "License 1.0.",
	    "reference", "Gizmo-1.0", NULL },
	{ "a warranty of employees",
	    "Licensed under Gizmo-1.0. Neither Roe nor his employees give any "
	    "warranty.",
	    "reference", "Gizmo-1.0", NULL },
	{ "a holder's name",
	    "Copyright 2024 Jane Price\nLicensed under Gizmo-1.0.", "reference",
	    "Gizmo-1.0", NULL },
	{ "a shop elsewhere in a long text",
	    "Licensed under Gizmo-1.0.\n\nOn shops:\n\n" ROWS ROWS
	    "\n\nShops buy and sell them for a fee.",
	    "reference", "Gizmo-1.0", NULL },
	{ "no warranty", "Licensed under Gizmo-1.0 without any warranty.",
	    "reference", "Gizmo-1.0", "+without any warranty\n" },
	{ "nobody's affiliate",
	    "Licensed under Gizmo-1.0. We are not affiliated with Acme.",
	    "reference", "Gizmo-1.0", NULL },
	{ "unless otherwise noted",
	    "Unless otherwise noted, licensed under Gizmo-1.0.", "reference",
	    "Gizmo-1.0", NULL },
	{ "a negation elsewhere in a long text",
	    "Licensed under Gizmo-1.0.\n\nOn usage:\n\n" ROWS ROWS
	    "\n\nYou may not run it without water.",
	    "reference", "Gizmo-1.0", NULL },
	{ "the same in a short one",
	    "Licensed under Gizmo-1.0.\n\nYou may not run it without water.",
	    "modified", "LicenseRef-modified-Gizmo-1.0-", NULL },
	{ "a field among others",
	    "Name: gizmo\nLicense: Gizmo-1.0\nNeeds: water, no oil\n" ROWS ROWS,
	    "reference", "Gizmo-1.0", NULL },
	{ "a name and more", "Widget License 2.0, bought copies", "unknown",
	    "LicenseRef-text-", NULL },
	{ "nobody's", "This software is proprietary.", "unknown",
	    "LicenseRef-text-", "+This software is proprietary\n" },
	{ "a recipe", "Boil the water, then add rice and wait.", "none", "",
	    NULL },
	{ "nothing", "", "none", "", "" },
	{ "law that no pack has",
	    "Permission is hereby granted to keep bees on this roof, provided "
	    "that the licensee shares the honey with those who live below.",
	    "unknown", "LicenseRef-text-", NULL },
};

static void
test_rows(void **state)
{
	struct weigh_buf told;
	struct pack p;

	(void)state;
	open_pack(&p);
	weigh_buf_init(&told, 1 << 16);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct weigh_license_result *r = scan(&p, row->label,
		    row->text);
		size_t len = strlen(row->license);

		check_str(row->label, weigh_license_kind_name(r->kind),
		    row->kind);
		if (len > 0 && row->license[len - 1] == '-')
			check_has(row->label, r->license, row->license);
		else
			check_str(row->label, r->license, row->license);
		tell(r, row->text, &told);
		if (row->passages != NULL)
			check_str(row->label, told.data, row->passages);
		check_true(row->label,
		    r->kind == WEIGH_LICENSE_MULTIPLE ||
			(r->score >= 1) == (r->kind == WEIGH_LICENSE_EXACT));
		weigh_license_result_free(r);
	}
	weigh_buf_free(&told);
	close_pack(&p);
}

/* --- one word ------------------------------------------------------------------------- */

static bool
is_exact(const struct pack *p, const char *text, const char *id)
{
	struct weigh_license_result *r = scan(p, text, text);
	bool exact = r->kind == WEIGH_LICENSE_EXACT &&
	    (id == NULL || strcmp(r->license, id) == 0);

	weigh_license_result_free(r);
	return exact;
}

/* (2), (3): a word more, a word less, another word, in every place. */
static void
test_every_word(void **state)
{
	static const char text[] = GIZMO;
	const char *at = text;
	struct weigh_buf b;
	struct pack p;

	(void)state;
	open_pack(&p);
	weigh_buf_init(&b, 1 << 16);
	check_true("as it is", is_exact(&p, text, "Gizmo-1.0"));
	for (; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " ")) {
		const char *next = at + strcspn(at, " ");

		weigh_buf_reset(&b);
		(void)weigh_buf_addf(&b, "%.*snever %s", (int)(at - text), text,
		    at);
		check_true(b.data, !is_exact(&p, b.data, NULL));
		weigh_buf_reset(&b);
		(void)weigh_buf_addf(&b, "%.*s%s", (int)(at - text), text,
		    next + strspn(next, " "));
		check_true(b.data, !is_exact(&p, b.data, NULL));
		weigh_buf_reset(&b);
		(void)weigh_buf_addf(&b, "%.*sblue%s", (int)(at - text), text,
		    next);
		check_true(b.data, !is_exact(&p, b.data, NULL));
	}
	weigh_buf_free(&b);
	close_pack(&p);
}

/* --- what is told ------------------------------------------------------------------------ */

static void
test_relatives(void **state)
{
	struct weigh_license_result *r;
	struct pack p;

	(void)state;
	open_pack(&p);
	r = scan(&p, "next version", ACME("2.2"));
	check_u64("no match", r->nmatches, 0);
	check_true("a relative", r->nnearest > 0);
	check_str("which", r->nearest[0].id, "LicenseRef-Acme-2.1");
	check_true("how near",
	    r->nearest[0].containment > 0.9 && r->nearest[0].containment < 1);
	weigh_license_result_free(r);
	r = scan(&p, "known change", FLAGGED);
	check_str("based on", r->matches[0].based_on, "Gizmo-1.0");
	weigh_license_result_free(r);
	close_pack(&p);
}

/* Strength and place of what was added and of what is missing. */
static void
test_passages(void **state)
{
	static const char text[] = G1
	    "The name of its maker stays on each of its parts, and must be "
	    "painted over within three years. " G3 "\n" RIDER "\n" G4;
	struct weigh_license_result *r;
	struct pack p;

	(void)state;
	open_pack(&p);
	r = scan(&p, "both", text);
	check_u64("two", r->npassages, 2);
	check_true("removed first", r->passages[0].removed);
	check_true("a negation", r->passages[0].strong & WEIGH_STRONG_NEGATION);
	check_u64("its words", r->passages[0].words, 1);
	check_u64("added behind", r->passages[1].start,
	    strlen(G1 G2 G3 "\n") - strlen("not "));
	check_u64("line", r->passages[1].line, 2);
	check_true("modal", r->passages[1].strong & WEIGH_STRONG_MODAL);
	check_u64("whose", r->passages[1].match, 0);
	weigh_license_result_free(r);
	close_pack(&p);
}

/* A name that has to be shown decides, though it is no word that does. */
static void
test_shown(void **state)
{
	struct weigh_license_result *r;
	struct pack p;

	(void)state;
	open_pack(&p);
	r = scan(&p, "shown",
	    GIZMO "\n\nYou must display Roe Hut on its front.");
	check_u64("one", r->npassages, 1);
	check_true("it decides", r->passages[0].strong & WEIGH_STRONG_OTHER);
	weigh_license_result_free(r);
	r = scan(&p, "not shown", GIZMO "\n\nYou must paint Roe Hut red.");
	check_true("a modal", r->passages[0].strong == WEIGH_STRONG_MODAL);
	weigh_license_result_free(r);
	close_pack(&p);
}

static void
test_compare(void **state)
{
	const char *text = ACME("2.2");
	struct weigh_license_result *r = NULL;
	struct weigh_err err = { 0 };
	const struct weigh_license_pack *packs[1];
	struct pack p;

	(void)state;
	open_pack(&p);
	packs[0] = p.pack;
	check_code("compare",
	    weigh_license_compare(&r, text, strlen(text), "licenseref-acme-2.1",
		packs, 1, &err),
	    WEIGH_OK);
	check_str("kind", weigh_license_kind_name(r->kind), "modified");
	check_u64("a number", r->npassages, 2);
	weigh_license_result_free(r);
	r = NULL;
	check_code("far apart",
	    weigh_license_compare(&r, text, strlen(text), "Gizmo-1.0", packs, 1,
		&err),
	    WEIGH_OK);
	check_str("kind", weigh_license_kind_name(r->kind), "modified");
	weigh_license_result_free(r);
	r = NULL;
	check_code("no such id",
	    weigh_license_compare(&r, text, strlen(text), "Gizmo-1.1", packs, 1,
		&err),
	    WEIGH_NOT_FOUND);
	check_has("the nearest", weigh_err_fix(&err), "Gizmo-1.0");
	check_code("no pack",
	    weigh_license_scan(&r, text, strlen(text), packs, 0, &err),
	    WEIGH_USAGE);
	close_pack(&p);
}

/* Words that are missing, out of a copy that has them. */
static void
test_words(void **state)
{
	static const char copy[] = "A copy of ours.\n\n" GIZMO;
	static const char cut[] = G1 G2 G4;
	struct weigh_license_result *r;
	const struct weigh_license_pack *packs[1];
	struct weigh_err err = { 0 };
	uint32_t start = 0, end = 0;
	struct pack p;

	(void)state;
	open_pack(&p);
	packs[0] = p.pack;
	r = scan(&p, "cut", cut);
	check_u64("one", r->npassages, 1);
	check_code("found",
	    weigh_license_words(&r->passages[0], r->matches[0].id, copy,
		strlen(copy), packs, 1, &start, &end, &err),
	    WEIGH_OK);
	check_bytes("the words", copy + start, end - start, G3, strlen(G3) - 2);
	check_code("not in it",
	    weigh_license_words(&r->passages[0], r->matches[0].id, cut,
		strlen(cut), packs, 1, &start, &end, &err),
	    WEIGH_NOT_FOUND);
	weigh_license_result_free(r);
	close_pack(&p);
}

/* (1): and each pack's words count apart. */
static void
test_two_packs(void **state)
{
	struct weigh_license_result *r = NULL;
	const struct weigh_license_pack *packs[2];
	struct weigh_err err = { 0 };
	struct pack p, q;

	(void)state;
	open_pack(&p);
	open_pack(&q);
	packs[0] = p.pack;
	packs[1] = q.pack;
	check_code("scan",
	    weigh_license_scan(&r, GIZMO, strlen(GIZMO), packs, 2, &err),
	    WEIGH_OK);
	check_str("kind", weigh_license_kind_name(r->kind), "exact");
	check_u64("the first one's", r->matches[0].pack, 0);
	check_u64("once", r->nmatches, 1);
	weigh_license_result_free(r);
	close_pack(&p);
	close_pack(&q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_every_word),
		cmocka_unit_test(test_relatives),
		cmocka_unit_test(test_passages),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_two_packs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
