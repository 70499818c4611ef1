/*
 * declaring: what the files that read a publisher's metadata share.  Private to
 * proto/license.
 *
 * Whatever is not what it should be is passed over; the only failure is WEIGH_NOMEM.
 */
#ifndef PROTO_LICENSE_DECLARING_H
#define PROTO_LICENSE_DECLARING_H

#include <weigh/declared.h>
#include <weigh/json.h>

#include "../cursor.h"

struct declaring {
	struct weigh_record *r;
	const struct weigh_declared *files;
	const struct weigh_terms *const *tables;
	size_t ntables;
	struct weigh_err *err;
	/* what the relation of bases follows from */
	bool said; /* by the card: `relation` */
	enum weigh_relation relation;
	bool adapter, gguf, quantized;
};

enum weigh_code license_no_memory(const struct declaring *d);

/* declared_json.c: */

/* The members of an object that `rows` name, read into `d`; of a text that is not one
 * object as a whole, nothing. */
enum weigh_code license_json_object(struct declaring *d, const char *text,
    size_t len, const struct weigh_json_member *rows, size_t n);
/* A string; a value of another kind is read over, and there is none. */
enum weigh_code license_json_string(struct weigh_json *j,
    enum weigh_json_token first, struct cursor *out, struct weigh_err *err);
/* A string, or strings of a list: `take` is called for each that is not empty, with its
 * place in it. */
enum weigh_code license_json_strings(struct weigh_json *j,
    enum weigh_json_token first,
    enum weigh_code (*take)(void *out, struct cursor text, size_t at),
    void *out, struct weigh_err *err);

/* declared_tag.c: the license that a tag, an id, an expression or a name stands for; `id`
 * is "" if there is none. */
enum weigh_hub_precision license_tag(const struct weigh_terms *const *tables,
    size_t ntables, const char *tag, char id[WEIGH_LICENSE_EXPR]);

/* declared_rows.c: */

/* Without blanks and ends of lines at both ends. */
struct cursor license_trim(struct cursor text);
/* Text as it is kept: without blanks at both ends, at most WEIGH_DECLARED_TEXT bytes. */
struct cursor license_declared_text(struct cursor text);
enum weigh_code license_add_claim(struct declaring *d, const char *source,
    const char *path, uint32_t line, struct cursor text);
enum weigh_code license_add_link(struct declaring *d, const char *path,
    struct cursor url);
/* license_name, unless there is one. */
enum weigh_code license_add_name(struct declaring *d, struct cursor text);

/* declared_base.c: */

/* A model by its name or, if it has an ORG/NAME, the address of its page. */
enum weigh_code license_add_base(struct declaring *d, const char *evidence,
    const char *path, struct cursor text);
/* The relation of each, once all of a revision's small files are read. */
void license_relate_bases(struct declaring *d);
/* Take what they are back from the rows, before a file of weights adds one. */
void license_recall_relation(struct declaring *d);

/* declared_link.c: the path of an address, without "?..." and "#..."; false: it is none. */
bool license_url_path(struct cursor url, struct cursor *path);
/* Take the part in front of the next '/', and that with it. */
struct cursor license_url_part(struct cursor *path);

/* declared_card.c, declared_config.c, declared_files.c: */
enum weigh_code license_read_card(struct declaring *d);
enum weigh_code license_read_adapter(struct declaring *d);
enum weigh_code license_read_config(struct declaring *d);
enum weigh_code license_read_paths(struct declaring *d);

#endif
