/*
 * complete: what can stand at each place of the line, worked out from the tables
 * of verbs and options, and scripts that tell three shells.
 *
 * (1) A script is made from cmds.tbl.h and opts.tbl.h alone: a new row completes
 *     without a word written here.
 * (2) Names come from weighd within 200 ms, or none do.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include <weigh/buf.h>

#include "cmds.h"

enum complete_kind {
	COMPLETE_NOTHING, /* anything: nothing is offered */
	COMPLETE_FOLDER,
	COMPLETE_FILE,
	COMPLETE_NAME,    /* of a repository */
	COMPLETE_LICENSE, /* whose terms are known */
	COMPLETE_WORDS    /* one of a few */
};

#define COMPLETE_WORDS_MAX 1024

/* What one argument or value is. */
struct complete {
	enum complete_kind kind;
	char label[32]; /* as the tables call it: "NAME" */
	char
	    words[COMPLETE_WORDS_MAX]; /* COMPLETE_WORDS: separated by blanks */
};

/* The argument number `n`, from 0, of a verb; of the first word of verbs with two,
 * number 0 is the second word.  False: there is none. */
bool complete_argument(const struct cmd *cmd, size_t n, struct complete *out);

/* What an option's value is; false: it takes none. */
bool complete_value(const struct opt *o, struct complete *out);

/* The second words of verbs that begin with `first`, separated by blanks; ""
 * when there are none. */
void complete_second(const char *first, char out[COMPLETE_WORDS_MAX]);

/* The first words of all verbs, each once. */
void complete_first(char out[COMPLETE_WORDS_MAX]);

/* Is a row of the table the first with its first word? */
bool complete_is_first(size_t row);

/* Append the shell's script. */
void complete_bash(struct weigh_buf *out);
void complete_zsh(struct weigh_buf *out);
void complete_fish(struct weigh_buf *out);

#endif
