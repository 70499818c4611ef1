/*
 * closure: other repositories that a model's own files name: code that is loaded with
 * it, the model it was made from.  They are offered to whoever mirrors it, and never
 * taken because somebody else's file says so.
 *
 *     config.json, tokenizer_config.json and their like: "auto_map", whose values are
 *         ORG/NAME--MODULE.CLASS or lists of such
 *     adapter_config.json: "base_model_name_or_path", "revision"
 *     README.md: `base_model`, a name or a list
 *
 * (1) What comes out are names of models (weigh_repo_parse), each once, with the
 *     revision asked for or "", and never the repository itself.
 * (2) What is no name, as the path of a folder, is passed over; a file that cannot be
 *     read says nothing.
 * (3) At most WEIGH_CLOSURE_ROWS; what comes later is left out.
 *
 * Keys as transformers 4, peft 0.12 and the Hub's cards write them.  Nothing blocks.
 */
#ifndef WEIGH_CLOSURE_H
#define WEIGH_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/err.h>
#include <weigh/json.h>
#include <weigh/name.h>

#define WEIGH_CLOSURE_ROWS 64
#define WEIGH_CLOSURE_FILE ((size_t)4 << 20) /* bytes of a file that is read */

enum weigh_closure_why {
	WEIGH_CLOSURE_CODE,    /* its code is loaded with this one's */
	WEIGH_CLOSURE_ADAPTED, /* the weights here are of no use without it */
	WEIGH_CLOSURE_BASE,    /* this one was made from it */
	WEIGH_CLOSURE_WHYS
};
/* For people: "its code is loaded with this one's (auto_map)". */
const char *weigh_closure_why_text(enum weigh_closure_why why);

struct weigh_closure {
	struct weigh_repo self;
	struct weigh_closure_row {
		struct weigh_repo repo;
		char rev[WEIGH_REV_MAX + 1];
		enum weigh_closure_why why;
	} rows[WEIGH_CLOSURE_ROWS];
	size_t count;
};

void weigh_closure_init(struct weigh_closure *c, const struct weigh_repo *self);

/* Does a file of this path tell of others? */
bool weigh_closure_tells(const char *path);

/* Take what this file tells; of other files nothing.  WEIGH_NOMEM. */
enum weigh_code weigh_closure_read(struct weigh_closure *c, const char *path,
    const char *text, size_t len, struct weigh_err *err);

/* An array of objects: name, revision (if one is named), why. */
void weigh_closure_print(struct weigh_jw *w, const struct weigh_closure *c);

#endif
