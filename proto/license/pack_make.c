/* pack_make: what a pack shall have; see weigh/licensepack.h and pack_make.h. */
#include <stdlib.h>
#include <string.h>

#include "../utf8.h"
#include "pack_make.h"

static enum weigh_code
no_memory(struct weigh_err *err)
{
	return weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static char *
copy_text(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}

/* A line for people: UTF-8 without control characters. */
static bool
is_line(const char *text)
{
	size_t len = strlen(text), n;

	if (len >= PACK_NAME)
		return false;
	for (size_t i = 0; i < len; i += n) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f ||
		    (n = weigh_utf8_char(text + i, len - i)) == 0)
			return false;
	}
	return true;
}

enum weigh_code
weigh_licensepack_make_new(struct weigh_licensepack_make **out,
    const char *version, struct weigh_err *err)
{
	struct weigh_licensepack_make *m;

	if (!is_line(version))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the version is no line of less than %u bytes", PACK_NAME);
	if ((m = calloc(1, sizeof(*m))) == NULL)
		return no_memory(err);
	if ((m->version = copy_text(version)) == NULL) {
		free(m);
		return no_memory(err);
	}
	*out = m;
	return WEIGH_OK;
}

/* --- entries ------------------------------------------------------------------ */

static void
entry_free(struct made_entry *e)
{
	for (size_t i = 0; i < e->ntemplates; i++)
		license_made_free(&e->templates[i]);
	free(e->templates);
	free(e->id);
	free(e->name);
	free(e->based_on);
}

static enum weigh_code
check_entry(const struct weigh_licensepack_entry *e, struct weigh_err *err)
{
	if (!license_id_valid(e->id))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%.100s' is no id: letters, digits, '.', '-' and '+', "
		    "less than %u bytes",
		    e->id, WEIGH_LICENSE_ID);
	if (e->based_on != NULL && e->based_on[0] != '\0' &&
	    !license_id_valid(e->based_on))
		return weigh_fail(err, WEIGH_MALFORMED, "'%.100s' is no id",
		    e->based_on);
	if (e->name != NULL && !is_line(e->name))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the name of %s is no line of less than %u bytes", e->id,
		    PACK_NAME);
	if ((unsigned)e->what >= WEIGH_WHATS)
		return weigh_fail(err, WEIGH_USAGE, "there is no such kind");
	return WEIGH_OK;
}

static struct made_entry *
find_entry(struct weigh_licensepack_make *m, const char *id,
    enum weigh_license_what what)
{
	for (size_t i = m->nentries; i-- > 0;)
		if (m->entries[i].what == what &&
		    license_id_compare(m->entries[i].id, id) == 0)
			return &m->entries[i];
	return NULL;
}

static enum weigh_code
add_entry(struct weigh_licensepack_make *m,
    const struct weigh_licensepack_entry *entry, struct made_entry **out,
    struct weigh_err *err)
{
	struct made_entry *e = license_made_grow(m->entries, m->nentries,
	    &m->room, sizeof(*m->entries));

	if (e == NULL)
		return no_memory(err);
	m->entries = e;
	e += m->nentries;
	*e = (struct made_entry){
		.id = copy_text(entry->id),
		.name = copy_text(entry->name == NULL ? "" : entry->name),
		.based_on = copy_text(entry->based_on == NULL ?
			"" :
			entry->based_on),
		.what = entry->what,
		.vendor = entry->vendor,
		.deprecated = entry->deprecated,
		.popularity = entry->popularity,
	};
	if (e->id == NULL || e->name == NULL || e->based_on == NULL) {
		entry_free(e);
		return no_memory(err);
	}
	m->nentries++;
	*out = e;
	return WEIGH_OK;
}

static bool
has_template(const struct made_entry *e, const struct made_template *t)
{
	for (size_t i = 0; i < e->ntemplates; i++)
		if (license_made_equal(&e->templates[i], t))
			return true;
	return false;
}

/* The entry's from here on, or, if it has the same already, nobody's. */
static enum weigh_code
keep_template(struct weigh_licensepack_make *m,
    const struct weigh_licensepack_entry *entry, struct made_template *t,
    struct weigh_err *err)
{
	struct made_entry *e = find_entry(m, entry->id, entry->what);
	struct made_template *list;
	enum weigh_code rc;

	if (e == NULL && (rc = add_entry(m, entry, &e, err)) != WEIGH_OK)
		return rc;
	if (has_template(e, t))
		return WEIGH_OK;
	list = license_made_grow(e->templates, e->ntemplates, &e->room,
	    sizeof(*list));
	if (list == NULL)
		return no_memory(err);
	e->templates = list;
	list[e->ntemplates++] = *t;
	*t = (struct made_template){ .words = NULL };
	return WEIGH_OK;
}

enum weigh_code
weigh_licensepack_make_add(struct weigh_licensepack_make *m,
    const struct weigh_licensepack_entry *entry, const void *text, size_t len,
    struct weigh_err *err)
{
	struct made_template t = { .words = NULL };
	enum weigh_code rc = check_entry(entry, err);

	if (rc == WEIGH_OK)
		rc = license_made_read(&t, &m->words, text, len, err);
	if (rc == WEIGH_OK)
		rc = keep_template(m, entry, &t, err);
	license_made_free(&t);
	return rc;
}

enum weigh_code
weigh_licensepack_make_from(struct weigh_licensepack_make *m,
    const struct weigh_license_pack *p, const char *without,
    struct weigh_err *err)
{
	struct weigh_licensepack_entry e;
	struct made_template t = { .words = NULL };
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; i < weigh_licensepack_count(p); i++) {
		weigh_licensepack_entry(p, i, &e);
		if (without != NULL && license_id_compare(e.id, without) == 0)
			continue;
		for (uint32_t k = 0; rc == WEIGH_OK && k < e.count; k++) {
			rc = license_made_copy(&t, &m->words, p, e.first + k,
			    err);
			if (rc == WEIGH_OK)
				rc = keep_template(m, &e, &t, err);
			license_made_free(&t);
		}
		if (rc != WEIGH_OK)
			break;
	}
	return rc;
}

void
weigh_licensepack_make_free(struct weigh_licensepack_make *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->nentries; i++)
		entry_free(&m->entries[i]);
	free(m->entries);
	free(m->words.hashes);
	free(m->words.strong);
	free(m->words.slots);
	free(m->version);
	free(m);
}
