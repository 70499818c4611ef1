/*
 * about: what a revision says of itself, read on its way into the catalog from a
 * few small files: the card, the config, the tokenizer's.
 *
 * (1) A file that is missing, too large or cannot be read says nothing; nothing
 *     here keeps a revision from coming in.
 *
 * Blocking: as `text` does, which is the caller's; the rest is pure.
 */
#ifndef GATE_ABOUT_H
#define GATE_ABOUT_H

#include <weigh/buf.h>

#include "catalog/catalog.h"

#define GATE_ABOUT_MAX (1u << 20) /* bytes of a file that is looked at */

struct gate_about {
	char license[128];
	struct weigh_buf card;   /* JSON; empty: none */
	struct weigh_buf config; /* JSON; empty: none */
};

/* Append the bytes of the revision's file `path`, at most GATE_ABOUT_MAX; false if
 * there is none, or none that can be read. */
typedef bool gate_text_fn(void *ctx, const char *path, struct weigh_buf *out);

/* Free it afterwards. */
void gate_about_read(struct gate_about *a, gate_text_fn *text, void *ctx);
/* Lend its texts to a revision's row. */
void gate_about_lend(const struct gate_about *a, struct catalog_revision *v);
void gate_about_free(struct gate_about *a);

#endif
