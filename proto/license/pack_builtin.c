/* pack_builtin: licenses.pack, as it lies beside this file; `make license-pack` makes it. */
#include <weigh/licensepack.h>

/* Only an assembler takes a file as it is.  A pack begins at a multiple of 8; of 64, so
 * that its index lies in as few cache lines as can be. */
__asm__(".pushsection .rodata\n"
	".balign 64\n"
	".hidden license_builtin_begin\n"
	".globl license_builtin_begin\n"
	"license_builtin_begin:\n"
	".incbin \"proto/license/licenses.pack\"\n"
	".hidden license_builtin_end\n"
	".globl license_builtin_end\n"
	"license_builtin_end:\n"
	".popsection\n");

extern const char license_builtin_begin[] __attribute__((visibility("hidden")));
extern const char license_builtin_end[] __attribute__((visibility("hidden")));

void
weigh_licensepack_builtin(const void **bytes, size_t *len)
{
	*bytes = license_builtin_begin;
	*len = (uintptr_t)license_builtin_end -
	    (uintptr_t)license_builtin_begin;
}
