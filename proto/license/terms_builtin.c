/*
 * terms_builtin: licenses.terms, as it lies beside this file, put into the program by the
 * assembler: its bytes are the source.  The Makefile builds this again when it changes.
 */
#include <stdint.h>

#include <weigh/licenseterms.h>

__asm__(".pushsection .rodata\n"
	".balign 8\n"
	".hidden license_terms_text\n"
	".globl license_terms_text\n"
	".hidden license_terms_size\n"
	".globl license_terms_size\n"
	"license_terms_size:\n"
	".quad license_terms_end - license_terms_text\n"
	"license_terms_text:\n"
	".incbin \"proto/license/licenses.terms\"\n"
	"license_terms_end:\n"
	".popsection\n");

extern const char license_terms_text[] __attribute__((visibility("hidden")));
extern const uint64_t license_terms_size __attribute__((visibility("hidden")));

void
weigh_terms_builtin(const char **text, size_t *len)
{
	*text = license_terms_text;
	*len = (size_t)license_terms_size;
}
