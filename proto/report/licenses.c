/* licenses: what an SBOM may write as a license, and what it must explain of it. */
#include <stdlib.h>
#include <string.h>

#include "priv.h"

#define REF "LicenseRef-"
#define REF_LEN (sizeof(REF) - 1)
#define ID_MAX 80 /* of an id that is made of a text */

/* --- ids ------------------------------------------------------------------------------ */

static bool
id_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
}

/* Has the list of SPDX this license, or (`what`) this exception? */
static bool
listed(const struct weigh_report *r, const char *id,
    enum weigh_license_what what)
{
	struct weigh_licensepack_entry e;
	size_t at = weigh_licensepack_find(r->pack, id);
	size_t n = weigh_licensepack_count(r->pack);

	if (strncmp(id, REF, REF_LEN) == 0)
		return false;
	for (; at < n; at++) {
		weigh_licensepack_entry(r->pack, at, &e);
		if (strcmp(e.id, id) != 0)
			return false;
		if (e.what == what)
			return true;
	}
	return false;
}

/* `+` is an operator: "LicenseRef-CreativeML-OpenRAIL++-M" is written
 * "LicenseRef-CreativeML-OpenRAIL-plusplus-M". */
static void
spell_ref(struct weigh_buf *out, const char *id)
{
	for (const char *p = id; *p != '\0'; p++)
		if (*p != '+')
			weigh_buf_addc(out, id_char(*p) ? *p : '-');
		else
			weigh_buf_adds(out,
			    p > id && p[-1] == '+' ? "plus" : "-plus");
}

/* A LicenseRef of any text: what an id cannot have is a hyphen, and the digest tells
 * apart what then looks alike. */
static void
make_ref(struct weigh_buf *out, const char *text)
{
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid sum = { { 0 } };
	bool bent = strlen(text) > ID_MAX;

	weigh_buf_adds(out, REF);
	for (size_t i = 0; i < ID_MAX && text[i] != '\0'; i++) {
		weigh_buf_addc(out, id_char(text[i]) ? text[i] : '-');
		bent = bent || !id_char(text[i]);
	}
	if (!bent)
		return;
	weigh_oid_of(&sum, text, strlen(text));
	weigh_oid_hex(&sum, hex);
	weigh_buf_addc(out, '-');
	weigh_buf_add(out, hex, 8);
}

/* --- what a LicenseRef stands for --------------------------------------------------- */

static const struct weigh_record_part *
part_of(const struct weigh_record *c, const char *id)
{
	for (uint32_t i = 0; i < c->nparts; i++)
		if (strcmp(c->parts[i].id, id) == 0)
			return &c->parts[i];
	return NULL;
}

static const struct weigh_record_text *
text_of(const struct weigh_record *c, const char *id,
    const struct weigh_record_part *part)
{
	for (uint32_t i = 0; i < c->ntexts; i++)
		if (strcmp(c->texts[i].license, id) == 0 ||
		    (part != NULL && !weigh_oid_is_zero(&part->oid) &&
			weigh_oid_equal(&part->oid, &c->texts[i].oid)))
			return &c->texts[i];
	return NULL;
}

static void
say_claims(struct weigh_buf *out, const struct weigh_record *c, const char *id)
{
	for (uint32_t i = 0; i < c->nclaims; i++)
		if (strcmp(c->claims[i].id, id) == 0 ||
		    strcmp(c->claims[i].value, id) == 0) {
			weigh_buf_addf(out, " %s says \"%s\".",
			    c->claims[i].path, c->claims[i].value);
			return;
		}
	if (c->license_name[0] != '\0')
		weigh_buf_addf(out, " The card calls its license \"%s\".",
		    c->license_name);
}

/* One honest sentence in place of a text: where it is, or that there is none. */
static bool
explain(struct weigh_buf *out, const struct weigh_report_row *row,
    const char *id, const struct weigh_record_part *part)
{
	const struct weigh_record *c = row->record;
	const struct weigh_record_text *t = c != NULL ? text_of(c, id, part) :
							NULL;
	char hex[WEIGH_OID_HEX + 1];

	if (t != NULL) {
		weigh_oid_hex(&t->oid, hex);
		weigh_buf_addf(out,
		    "The text is not repeated here. It is the file %s of %s at "
		    "%s, SHA-256 %s, %llu bytes.",
		    t->path, row->repo, row->commit, hex,
		    (unsigned long long)t->bytes);
		if (t->based_on[0] != '\0')
			weigh_buf_addf(out, " It is a change of %s.",
			    t->based_on);
		return true;
	}
	if (c == NULL) {
		weigh_buf_addf(out,
		    "It is what was concluded for the model %s; its text is "
		    "not part of this report.",
		    row->repo);
		return false;
	}
	if (part != NULL && part->from[0] != '\0') {
		weigh_buf_addf(out,
		    "No text of this license is in the repository %s; it "
		    "comes from the model %s that it was made from.",
		    row->repo, part->from);
		return false;
	}
	weigh_buf_addf(out, "No text of this license is in the repository %s.",
	    row->repo);
	say_claims(out, c, id);
	return false;
}

/* --- the list of them ------------------------------------------------------------------ */

static struct report_ref *
new_ref(struct weigh_report *r)
{
	struct report_ref *refs;

	if ((r->nrefs & (r->nrefs + 1)) == 0) {
		refs = realloc(r->refs, 2 * (r->nrefs + 1) * sizeof(*r->refs));
		if (refs == NULL) {
			r->nomem = true;
			return NULL;
		}
		r->refs = refs;
	}
	r->refs[r->nrefs] = (struct report_ref){ .id = NULL };
	return &r->refs[r->nrefs++];
}

/* The first text that is held is told, else the first that was said. */
static void
tell(struct weigh_report *r, struct report_ref *ref,
    const struct weigh_report_row *row, const char *original)
{
	const struct weigh_record_part *part = row->record != NULL ?
	    part_of(row->record, original) :
	    NULL;
	struct weigh_buf b;
	bool text;

	if (ref->text)
		return;
	weigh_buf_init(&b, WEIGH_REPORT_ROW);
	text = explain(&b, row, original, part);
	if ((ref->words == NULL || text) && b.data != NULL && !b.failed) {
		if (ref->words != NULL)
			r->kept -= strlen(ref->words) + 1;
		free(ref->words);
		ref->words = report_keep(r, b.data);
		ref->text = text;
	}
	weigh_buf_free(&b);
	if (part != NULL && part->name[0] != '\0' && ref->name == NULL)
		ref->name = report_keep(r, part->name);
}

/* Note that the document names `id`, spelled as it may be; `original` is the row's. */
static void
note_ref(struct weigh_report *r, const struct weigh_report_row *row,
    const char *id, const char *original, struct report_expr *e)
{
	struct report_uuid uuid;
	size_t at;

	report_id(r, &uuid, "text", id, "");
	at = report_ids_add(&r->refs_of, &uuid);
	if (at == REPORT_IDS_NOMEM) {
		r->nomem = true;
		return;
	}
	if (at == REPORT_IDS_NEW) {
		struct report_ref *ref = new_ref(r);

		if (ref == NULL || (ref->id = report_keep(r, id)) == NULL)
			return;
		at = r->nrefs - 1;
	}
	tell(r, &r->refs[at], row, original);
	for (size_t i = 0; i < e->nrefs; i++)
		if (e->refs[i] == at)
			return;
	if (e->nrefs < REPORT_EXPR_REFS)
		e->refs[e->nrefs++] = at;
}

/* --- expressions ----------------------------------------------------------------------- */

static bool
is_word(const char *word, const char *text)
{
	return strcmp(word, text) == 0;
}

/* A license or, behind WITH, an exception. */
static void
add_id(struct weigh_report *r, const struct weigh_report_row *row,
    const char *id, bool exception, struct report_expr *e)
{
	size_t before = e->text.len, len = strlen(id);
	char base[WEIGH_LICENSE_ID];

	if (listed(r, id,
		exception ? WEIGH_WHAT_EXCEPTION : WEIGH_WHAT_LICENSE)) {
		weigh_buf_adds(&e->text, id);
		return;
	}
	if (!exception && len > 1 && len < sizeof(base) && id[len - 1] == '+') {
		memcpy(base, id, len - 1);
		base[len - 1] = '\0';
		if (listed(r, base, WEIGH_WHAT_LICENSE)) {
			weigh_buf_adds(&e->text, id);
			return;
		}
	}
	if (strncmp(id, REF, REF_LEN) == 0 && id[REF_LEN] != '\0')
		spell_ref(&e->text, id);
	else
		make_ref(&e->text, id);
	if (!e->text.failed)
		note_ref(r, row, e->text.data + before, id, e);
}

enum token {
	T_ID,
	T_OPERATOR,
	T_WITH,
	T_OPEN,
	T_CLOSE,
	T_END,
	T_BAD
};

static enum token
next_token(const char **at, char out[WEIGH_LICENSE_EXPR])
{
	const char *p = *at + strspn(*at, " ");
	size_t n = strcspn(p, " ()");

	if (*p == '(' || *p == ')') {
		*at = p + 1;
		return *p == '(' ? T_OPEN : T_CLOSE;
	}
	if (n == 0 || n >= WEIGH_LICENSE_EXPR)
		return n == 0 ? T_END : T_BAD;
	memcpy(out, p, n);
	out[n] = '\0';
	*at = p + n;
	if (is_word(out, "AND") || is_word(out, "OR"))
		return T_OPERATOR;
	if (is_word(out, "WITH"))
		return T_WITH;
	for (size_t i = 0; i < n; i++)
		if (!id_char(out[i]) && out[i] != '+')
			return T_BAD;
	return T_ID;
}

/* Is it license, operator, license...; is an exception a listed one, behind a license? */
static bool
well_formed(const struct weigh_report *r, const char *text)
{
	char word[WEIGH_LICENSE_EXPR];
	enum token t, last = T_OPERATOR;
	size_t depth = 0;

	while ((t = next_token(&text, word)) != T_END) {
		bool value = last == T_ID || last == T_CLOSE;

		if (t == T_BAD || (t == T_WITH && last != T_ID) ||
		    (t == T_OPERATOR && !value) || (t == T_CLOSE && !value) ||
		    ((t == T_ID || t == T_OPEN) && value) ||
		    (t == T_OPEN && last == T_WITH) ||
		    (t == T_CLOSE && depth == 0) ||
		    (t == T_ID && last == T_WITH &&
			!listed(r, word, WEIGH_WHAT_EXCEPTION)))
			return false;
		depth += t == T_OPEN;
		depth -= t == T_CLOSE;
		/* What WITH has behind it cannot have another WITH. */
		last = t == T_ID && last == T_WITH ? T_CLOSE : t;
	}
	return depth == 0 && (last == T_ID || last == T_CLOSE);
}

static void
add_tokens(struct weigh_report *r, const struct weigh_report_row *row,
    const char *text, struct report_expr *e)
{
	char word[WEIGH_LICENSE_EXPR];
	bool open = true, with = false;
	size_t ids = 0;
	enum token t;

	while ((t = next_token(&text, word)) != T_END) {
		if (!open && t != T_CLOSE)
			weigh_buf_addc(&e->text, ' ');
		open = t == T_OPEN;
		if (t == T_OPEN || t == T_CLOSE)
			weigh_buf_addc(&e->text, t == T_OPEN ? '(' : ')');
		else if (t == T_ID)
			add_id(r, row, word, with, e);
		else
			weigh_buf_adds(&e->text, word);
		with = t == T_WITH;
		ids += t != T_ID ? 2 : 1;
	}
	e->single = ids == 1 && e->nrefs == 0 &&
	    strchr(e->text.data != NULL ? e->text.data : "+", '+') == NULL;
}

bool
report_expr_make(struct weigh_report *r, const struct weigh_report_row *row,
    const char *expr, struct report_expr *out)
{
	*out = (struct report_expr){ .nrefs = 0 };
	weigh_buf_init(&out->text, WEIGH_REPORT_ROW);
	if (expr[0] == '\0' || is_word(expr, "NONE") ||
	    is_word(expr, "NOASSERTION"))
		return false;
	if (well_formed(r, expr)) {
		add_tokens(r, row, expr, out);
	} else {
		make_ref(&out->text, expr);
		if (!out->text.failed)
			note_ref(r, row, out->text.data, expr, out);
	}
	if (out->text.failed)
		r->nomem = true;
	return !out->text.failed;
}

/* What is known of it is what its own record concluded; this row's is another's. */
bool
report_expr_of_base(struct weigh_report *r, const char *name,
    const char *license, struct report_expr *out)
{
	struct weigh_report_row other = { .repo = name, .commit = "" };

	return report_expr_make(r, &other, license, out);
}

/* --- versions, bases ------------------------------------------------------------------ */

/* "... (SPDX 3.28.0)" */
void
report_list_version(const struct weigh_report *r, char out[16])
{
	const char *at = strstr(weigh_licensepack_version(r->pack), "SPDX ");
	size_t n;

	out[0] = '\0';
	if (at == NULL || (n = strspn(at + 5, "0123456789.")) == 0 || n > 15)
		return;
	memcpy(out, at + 5, n);
	out[n] = '\0';
}

void
report_stub(struct weigh_report *r, const struct weigh_record_base *base,
    struct report_uuid *out)
{
	struct report_stub *stubs;
	struct report_expr e;
	size_t at;

	report_id(r, out, "model", base->name, base->commit);
	if (report_ids_has(&r->rows, out))
		return;
	at = report_ids_add(&r->stubs_of, out);
	if (at == REPORT_IDS_NOMEM)
		r->nomem = true;
	if (at != REPORT_IDS_NEW)
		return;
	if ((r->nstubs & (r->nstubs + 1)) == 0) {
		stubs = realloc(r->stubs,
		    2 * (r->nstubs + 1) * sizeof(*r->stubs));
		if (stubs == NULL) {
			r->nomem = true;
			return;
		}
		r->stubs = stubs;
	}
	r->stubs[r->nstubs] = (struct report_stub){ .id = *out,
		.name = report_keep(r, base->name),
		.commit = report_keep(r, base->commit),
		.license = report_keep(r, base->concluded) };
	r->nstubs++;
	report_expr_of_base(r, base->name, base->concluded, &e);
	weigh_buf_free(&e.text);
}
