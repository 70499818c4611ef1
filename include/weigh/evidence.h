/*
 * evidence: which files of a folder can tell its license, by their names.  Pure.
 *
 * (1) Names say where to look, never what is found: bytes decide.
 * (2) Looked at are the folder and two levels below it, and sixteen below LICENSES/.
 * (3) Case does not count.
 */
#ifndef WEIGH_EVIDENCE_H
#define WEIGH_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

enum weigh_evidence {
	WEIGH_EVIDENCE_NONE,
	WEIGH_EVIDENCE_NAMED, /* LICENSE, COPYING.txt, USE_POLICY.md, LICENSES/MIT.txt... */
	WEIGH_EVIDENCE_SMALL, /* "license" somewhere in the name: if it is a small text */
	WEIGH_EVIDENCE_CARD, /* README.md: what follows its front matter */
};
#define WEIGH_EVIDENCE_SMALL_MAX (64u << 10) /* bytes */
/* Bytes of a text with such a name that a mirror looks at by itself. */
#define WEIGH_EVIDENCE_MAX (256u << 10)

/* What the file may be; `path` is relative to the folder that is scanned. */
enum weigh_evidence weigh_evidence_file(const char *path);
/* Is it named as a policy of acceptable use: USE_POLICY.md? */
bool weigh_evidence_policy(const char *path);
/* Is this folder below it looked into? */
bool weigh_evidence_folder(const char *path);

/* Bytes of a card's front matter, YAML between two lines `---`, both counted; 0 if it
 * has none. */
size_t weigh_evidence_front_matter(const char *text, size_t len);

#endif
