/* weigh license packs: which fingerprints of licenses are in use. */

#include "cmds.h"
#include "packs.h"

static const struct out_column columns[] = {
	{ "PACK", "path", OUT_TEXT, false },
	{ "LICENSES", "licenses", OUT_NUMBER, false },
	{ "VERSION", "version", OUT_TEXT, true },
	{ "SHA256", "sha256", OUT_TEXT, false },
};

/* Ids of licenses and policies, each once: headers and exceptions are not counted. */
static uint64_t
count(const struct weigh_license_pack *p)
{
	struct weigh_licensepack_entry e;
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < weigh_licensepack_count(p); i++) {
		weigh_licensepack_entry(p, i, &e);
		n += e.what == WEIGH_WHAT_LICENSE ||
		    e.what == WEIGH_WHAT_POLICY || e.what == WEIGH_WHAT_DATASET;
	}
	return n;
}

static bool
put_pack(struct doc *row, const void *from, size_t i)
{
	const struct packs *packs = from;
	const struct weigh_license_pack *p = packs->pack[i];

	return doc_put_str(row, "path",
		   packs->dir[i][0] != '\0' ? packs->dir[i] : "built in") &&
	    doc_put_u64(row, "licenses", count(p)) &&
	    doc_put_str(row, "version", weigh_licensepack_version(p)) &&
	    doc_put_str(row, "sha256", weigh_licensepack_sha256(p));
}

/* weigh.license-packs/1 */
static struct doc *
make_document(const struct packs *packs)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");
	struct doc *list = doc_new(WEIGH_JSON_ARRAY, "packs");
	bool ok = d != NULL && list != NULL &&
	    doc_put_str(d, "schema", "weigh.license-packs/1") &&
	    doc_put_u64(d, "engine", WEIGH_LICENSE_ENGINE) &&
	    doc_rows(list, packs->n, put_pack, packs);

	if (ok && doc_put(d, list))
		return d;
	doc_free(list);
	doc_free(d);
	return NULL;
}

enum weigh_code
cmd_license_packs(const struct call *c, struct weigh_err *err)
{
	struct packs packs;
	struct doc *d = NULL;
	enum weigh_code rc = packs_open(&packs, c->opts, err);

	if (rc == WEIGH_OK && (d = make_document(&packs)) == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		rc = call_print_list(c, d, "packs", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	doc_free(d);
	packs_close(&packs);
	return rc;
}
