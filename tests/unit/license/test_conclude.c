/*
 * From evidence to conclusion, with the tables that are built in.  No text of a license is
 * here: what a scan found in one is given as it says it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/policy.h>
#include <weigh/record.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define EXACT WEIGH_LICENSE_EXACT
#define MODIFIED WEIGH_LICENSE_MODIFIED
#define MULTIPLE WEIGH_LICENSE_MULTIPLE
#define UNKNOWN WEIGH_LICENSE_UNKNOWN
#define POINTS WEIGH_LICENSE_REFERENCE

#define LLAMA31 "LicenseRef-Llama-3.1-Community"
#define LLAMA32 "LicenseRef-Llama-3.2-Community"
#define LLAMA33 "LicenseRef-Llama-3.3-Community"
#define LLAMA3 "LicenseRef-Llama-3-Community"
#define DEEPSEEK "LicenseRef-DeepSeek-Model-1.0"
#define KIMI "LicenseRef-Kimi-K2-Modified-MIT"
#define STABILITY "LicenseRef-Stability-Community-2024"
#define QWEN "LicenseRef-Qwen"
#define TONGYI "LicenseRef-Tongyi-Qianwen"
#define GEMMA "LicenseRef-Gemma-Terms"
#define RAIL "LicenseRef-CreativeML-OpenRAIL-M"
#define HEX "0123456789ab"

struct has_text {
	const char *path;
	enum weigh_license_kind kind;
	const char *license, *based_on;
	const char *fact, *value; /* one that it says, or NULL */
};

struct has_base {
	const char *label; /* of the row that it is, NULL: it is not held */
	const char *name;  /* of one that is not */
	enum weigh_relation relation;
	bool weak, cycle;
};

#define TEXT(path, kind, license) \
	{ \
		path, kind, license, NULL, NULL, NULL \
	}
#define CHANGED(path, kind, license, from) \
	{ \
		path, kind, license, from, NULL, NULL \
	}
#define SAYS(path, kind, license, from, fact, value) \
	{ \
		path, kind, license, from, fact, value \
	}
#define BASE(label, name, relation, weak, cycle) \
	{ \
		label, name, WEIGH_RELATION_##relation, weak, cycle \
	}

static const struct row {
	const char *label, *repo;
	const char *tag[3], *gguf, *license_name;
	const char *link; /* with a '/' in it: mutable, else a file */
	struct has_text texts[4];
	struct has_base bases[3];
	bool multimodal, eu;
	/* NULL: "" */
	const char *state, *declared, *detected, *concluded, *family;
	const char *findings; /* each name, and how often if more than once */
} rows[] = {
	/* --- texts and tags ------------------------------------------------------------ */
	{ .label = "DeepSeek-R1",
	    .repo = "deepseek-ai/DeepSeek-R1",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT"),
		TEXT("README.md", UNKNOWN, "LicenseRef-text-" HEX) },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive" },
	{ .label = "a tag alone",
	    .repo = "acme/m",
	    .tag = { "apache-2.0" },
	    .state = "tag-only",
	    .declared = "Apache-2.0",
	    .concluded = "Apache-2.0",
	    .family = "permissive",
	    .findings = "text-missing" },
	{ .label = "nothing",
	    .repo = "acme/m",
	    .state = "none",
	    .concluded = "NONE",
	    .family = "none",
	    .findings = "redistribution-forbidden" },
	{ .label = "a text alone",
	    .repo = "acme/m",
	    .texts = { TEXT("LICENSE", EXACT, "Apache-2.0") },
	    .state = "text-only",
	    .detected = "Apache-2.0",
	    .concluded = "Apache-2.0",
	    .family = "permissive" },
	{ .label = "other with nothing",
	    .repo = "acme/m",
	    .tag = { "other" },
	    .state = "tag-only",
	    .concluded = "NOASSERTION",
	    .findings = "license-unclear" },
	{ .label = "other with a page",
	    .repo = "acme/m",
	    .tag = { "other" },
	    .link = "https://acme.example/license",
	    .state = "link-only",
	    .concluded = "NOASSERTION",
	    .findings = "link-mutable license-unclear" },
	{ .label = "a group of licenses",
	    .repo = "acme/m",
	    .tag = { "openrail" },
	    .state = "tag-only",
	    .concluded = "NOASSERTION",
	    .findings = "license-unclear" },
	{ .label = "a group and one of it",
	    .repo = "acme/m",
	    .tag = { "openrail" },
	    .texts = { TEXT("LICENSE", EXACT, RAIL) },
	    .state = "text",
	    .detected = RAIL,
	    .concluded = RAIL,
	    .family = "responsible-ai" },
	{ .label = "a group and another",
	    .repo = "acme/m",
	    .tag = { "openrail" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .state = "text",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "tag-vs-text" },
	{ .label = "a tag that nobody knows",
	    .repo = "acme/m",
	    .tag = { "my-own" },
	    .state = "tag-only",
	    .concluded = "NOASSERTION",
	    .findings = "license-unclear" },
	{ .label = "one of two is not known",
	    .repo = "acme/m",
	    .tag = { "mit", "my-own" },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "NOASSERTION",
	    .findings = "text-missing license-unclear" },
	{ .label = "two tags",
	    .repo = "acme/m",
	    .tag = { "mit", "apache-2.0" },
	    .state = "tag-only",
	    .declared = "MIT AND Apache-2.0",
	    .concluded = "MIT AND Apache-2.0",
	    .family = "permissive",
	    .findings = "text-missing*2" },
	{ .label = "two tags, one text",
	    .repo = "acme/m",
	    .tag = { "mit", "apache-2.0" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .state = "text",
	    .declared = "MIT AND Apache-2.0",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "tag-vs-text" },
	{ .label = "only or later",
	    .repo = "acme/m",
	    .tag = { "gpl-3.0" },
	    .texts = { TEXT("COPYING", EXACT, "GPL-3.0-or-later") },
	    .state = "text",
	    .declared = "GPL-3.0-only",
	    .detected = "GPL-3.0-or-later",
	    .concluded = "GPL-3.0-or-later",
	    .family = "copyleft" },
	{ .label = "the text is another",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "CC-BY-NC-4.0") },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "CC-BY-NC-4.0",
	    .concluded = "CC-BY-NC-4.0",
	    .family = "noncommercial",
	    .findings = "tag-vs-text" },
	{ .label = "two files",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT"),
		TEXT("LICENSE.apache", EXACT, "Apache-2.0") },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT AND Apache-2.0",
	    .concluded = "MIT AND Apache-2.0",
	    .family = "permissive",
	    .findings = "tag-vs-text" },
	{ .label = "a choice",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", MULTIPLE, "MIT OR GPL-3.0-only") },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT OR GPL-3.0-only",
	    .concluded = "MIT OR GPL-3.0-only",
	    .family = "permissive" },
	{ .label = "a modified text",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { SAYS("LICENSE", MODIFIED, "LicenseRef-modified-MIT-" HEX,
		"MIT", "threshold.mau", "> 1000") },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "LicenseRef-modified-MIT-" HEX,
	    .concluded = "LicenseRef-modified-MIT-" HEX,
	    .findings = "tag-vs-text text-modified threshold" },
	{ .label = "an unknown text",
	    .repo = "acme/m",
	    .tag = { "other" },
	    .texts = { SAYS("LICENSE", UNKNOWN, "LicenseRef-text-" HEX, NULL,
		"territory-excludes", "EU") },
	    .state = "text",
	    .detected = "LicenseRef-text-" HEX,
	    .concluded = "LicenseRef-text-" HEX,
	    .findings = "territory license-unclear" },
	{ .label = "a pointer",
	    .repo = "acme/m",
	    .texts = { TEXT("LICENSE", POINTS, "Apache-2.0") },
	    .state = "reference",
	    .concluded = "Apache-2.0",
	    .family = "permissive",
	    .findings = "text-missing" },
	{ .label = "a pointer that agrees",
	    .repo = "acme/m",
	    .tag = { "apache-2.0" },
	    .texts = { TEXT("LICENSE", POINTS, "Apache-2.0") },
	    .state = "tag-only",
	    .declared = "Apache-2.0",
	    .concluded = "Apache-2.0",
	    .family = "permissive",
	    .findings = "text-missing" },
	{ .label = "a pointer elsewhere",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", POINTS, LLAMA33) },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT AND " LLAMA33,
	    .family = "vendor-community",
	    .findings = "tag-vs-text text-missing*4 threshold" },
	{ .label = "a pointer to nothing",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", POINTS, "") },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "text-missing" },
	{ .label = "the weights speak for themselves",
	    .repo = "acme/m-GGUF",
	    .gguf = "apache-2.0",
	    .state = "tag-only",
	    .declared = "Apache-2.0",
	    .concluded = "Apache-2.0",
	    .family = "permissive",
	    .findings = "text-missing" },
	{ .label = "the card holds the text",
	    .repo = "acme/m",
	    .tag = { "llama3.3" },
	    .texts = { TEXT("README.md#extra_gated_prompt", MULTIPLE,
		LLAMA33 " AND " LLAMA33 "-AUP") },
	    .state = "text",
	    .declared = LLAMA33,
	    .detected = LLAMA33,
	    .concluded = LLAMA33,
	    .family = "vendor-community",
	    .findings = "text-missing threshold" },
	{ .label = "a card that has a license in it",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { CHANGED("README.md", MODIFIED,
		"LicenseRef-modified-MIT-" HEX, "MIT") },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT",
	    .family = "permissive" },
	{ .label = "a card that has a license in it, no tag",
	    .repo = "acme/m",
	    .texts = { CHANGED("README.md", MODIFIED,
		"LicenseRef-modified-MIT-" HEX, "MIT") },
	    .state = "text-only",
	    .detected = "LicenseRef-modified-MIT-" HEX,
	    .concluded = "LicenseRef-modified-MIT-" HEX,
	    .findings = "text-modified" },
	{ .label = "a card that speaks of law",
	    .repo = "acme/m",
	    .texts = { TEXT("README.md", UNKNOWN, "LicenseRef-text-" HEX) },
	    .state = "none",
	    .concluded = "NOASSERTION",
	    .findings = "license-unclear" },
	{ .label = "a card that has another license in it",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT"),
		TEXT("README.md", EXACT, "Apache-2.0") },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive" },
	{ .label = "changed, without a name of its own",
	    .repo = "acme/m",
	    .texts = { CHANGED("LICENSE", MODIFIED, "MIT", "MIT") },
	    .state = "text-only",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .findings = "text-modified" },
	{ .label = "data",
	    .repo = "datasets/acme/d",
	    .tag = { "cc-by-4.0" },
	    .texts = { TEXT("LICENSE-DATA", EXACT, "CC-BY-4.0") },
	    .state = "text",
	    .declared = "CC-BY-4.0",
	    .detected = "CC-BY-4.0",
	    .concluded = "CC-BY-4.0",
	    .family = "permissive" },
	{ .label = "data of a model",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE-DATA", EXACT, "CC-BY-NC-4.0") },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "text-missing" },
	/* --- names ----------------------------------------------------------------------- */
	{ .label = "DeepSeek-V3",
	    .repo = "deepseek-ai/DeepSeek-V3",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE-CODE", EXACT, "MIT"),
		TEXT("LICENSE-MODEL", EXACT, DEEPSEEK) },
	    .state = "text",
	    .declared = "MIT",
	    .detected = DEEPSEEK,
	    .concluded = DEEPSEEK,
	    .family = "responsible-ai",
	    .findings = "tag-vs-text" },
	{ .label = "DeepSeek-V3 by name",
	    .repo = "deepseek-ai/DeepSeek-V3",
	    .tag = { "other" },
	    .license_name = "deepseek",
	    .link = "LICENSE-MODEL",
	    .texts = { TEXT("LICENSE", EXACT, "MIT"),
		TEXT("LICENSE-MODEL", EXACT, DEEPSEEK) },
	    .state = "text",
	    .declared = DEEPSEEK,
	    .detected = DEEPSEEK,
	    .concluded = DEEPSEEK,
	    .family = "responsible-ai" },
	{ .label = "only the code",
	    .repo = "acme/m",
	    .tag = { "apache-2.0" },
	    .texts = { TEXT("LICENSE-CODE", EXACT, "MIT") },
	    .state = "tag-only",
	    .declared = "Apache-2.0",
	    .concluded = "Apache-2.0",
	    .family = "permissive",
	    .findings = "text-missing" },
	{ .label = "sdxl-turbo",
	    .repo = "stabilityai/sdxl-turbo",
	    .tag = { "other" },
	    .license_name = "sai-nc-community",
	    .texts = { TEXT("LICENSE.md", EXACT, STABILITY) },
	    .state = "text",
	    .declared = "LicenseRef-Stability-NC-2023-12-06",
	    .detected = STABILITY,
	    .concluded = STABILITY,
	    .family = "vendor-community",
	    .findings = "tag-vs-text text-missing link-mutable threshold" },
	{ .label = "Yi",
	    .repo = "01-ai/Yi-34B",
	    .tag = { "other" },
	    .license_name = "yi-34b",
	    .texts = { TEXT("MODEL_LICENSE_AGREEMENT.txt", EXACT,
		"Apache-2.0") },
	    .state = "text",
	    .detected = "Apache-2.0",
	    .concluded = "Apache-2.0",
	    .family = "permissive" },
	{ .label = "Hunyuan",
	    .repo = "tencent/Hunyuan-Large",
	    .tag = { "other" },
	    .license_name = "tencent-hunyuan-community",
	    .state = "tag-only",
	    .concluded = "NOASSERTION",
	    .findings = "license-unclear" },
	{ .label = "Hunyuan 3D",
	    .repo = "tencent/Hunyuan3D-2",
	    .tag = { "other" },
	    .license_name = "tencent-hunyuan-community",
	    .texts = { SAYS("LICENSE", EXACT,
		"LicenseRef-Tencent-Hunyuan3D-2.0-Community", NULL,
		"threshold.mau", "> 1000000") },
	    .state = "text",
	    .detected = "LicenseRef-Tencent-Hunyuan3D-2.0-Community",
	    .concluded = "LicenseRef-Tencent-Hunyuan3D-2.0-Community",
	    .family = "vendor-community",
	    .findings = "text-missing threshold territory" },
	{ .label = "a limit that the row has not",
	    .repo = "tencent/m",
	    .tag = { "other" },
	    .license_name = "tencent-hunyuan-community",
	    .texts = { SAYS("LICENSE", EXACT,
		"LicenseRef-Tencent-Hunyuan-Community", NULL, "threshold.mau",
		"> 1000000") },
	    .state = "text",
	    .detected = "LicenseRef-Tencent-Hunyuan-Community",
	    .concluded = "LicenseRef-Tencent-Hunyuan-Community",
	    .family = "vendor-community",
	    .findings = "text-modified text-missing threshold territory" },
	{ .label = "Kimi-K2",
	    .repo = "moonshotai/Kimi-K2-Instruct",
	    .tag = { "other" },
	    .license_name = "modified-mit",
	    .texts = { SAYS("LICENSE", EXACT, KIMI, NULL, "threshold.mau",
		"> 100000000") },
	    .state = "text",
	    .declared = KIMI,
	    .detected = KIMI,
	    .concluded = KIMI,
	    .family = "permissive-plus",
	    .findings = "threshold*2" },
	{ .label = "Qwen",
	    .repo = "Qwen/Qwen2.5-72B",
	    .tag = { "other" },
	    .license_name = "qwen",
	    .texts = { TEXT("LICENSE", EXACT, QWEN) },
	    .state = "text",
	    .declared = QWEN,
	    .detected = QWEN,
	    .concluded = QWEN,
	    .family = "vendor-community",
	    .findings = "text-missing threshold" },
	{ .label = "old Qwen",
	    .repo = "Qwen/Qwen-7B",
	    .tag = { "other" },
	    .license_name = "tongyi-qianwen",
	    .texts = { TEXT("LICENSE", EXACT, TONGYI) },
	    .state = "text",
	    .declared = TONGYI,
	    .detected = TONGYI,
	    .concluded = TONGYI,
	    .family = "vendor-community",
	    .findings = "text-missing threshold" },
	/* --- policies -------------------------------------------------------------------- */
	{ .label = "Llama 3.1",
	    .repo = "meta-llama/Llama-3.1-8B",
	    .tag = { "llama3.1" },
	    .texts = { TEXT("LICENSE", EXACT, LLAMA31),
		TEXT("USE_POLICY.md", EXACT, LLAMA31 "-AUP") },
	    .state = "text",
	    .declared = LLAMA31,
	    .detected = LLAMA31,
	    .concluded = LLAMA31,
	    .family = "vendor-community",
	    .findings = "text-missing threshold" },
	{ .label = "Llama 3.3",
	    .repo = "meta-llama/Llama-3.3-70B-Instruct",
	    .tag = { "llama3.3" },
	    .texts = { TEXT("LICENSE", EXACT, LLAMA33),
		SAYS("USE_POLICY.md", EXACT, LLAMA33 "-AUP", NULL,
		    "territory-excludes", "EU") },
	    .state = "text",
	    .declared = LLAMA33,
	    .detected = LLAMA33,
	    .concluded = LLAMA33,
	    .family = "vendor-community",
	    .findings = "text-missing threshold" },
	{ .label = "Llama 3.2 Vision",
	    .repo = "meta-llama/Llama-3.2-11B-Vision",
	    .tag = { "llama3.2" },
	    .texts = { TEXT("LICENSE.txt", EXACT, LLAMA32),
		TEXT("NOTICE", POINTS, LLAMA32),
		SAYS("USE_POLICY.md", EXACT, LLAMA32 "-AUP", NULL,
		    "territory-excludes", "EU") },
	    .multimodal = true,
	    .state = "text",
	    .declared = LLAMA32,
	    .detected = LLAMA32,
	    .concluded = LLAMA32,
	    .family = "vendor-community",
	    .findings = "threshold territory" },
	{ .label = "Llama 3 with its policy inside",
	    .repo = "meta-llama/Meta-Llama-3-8B",
	    .tag = { "llama3" },
	    .texts = { TEXT("LICENSE", MULTIPLE,
		LLAMA3 " AND " LLAMA3 "-AUP") },
	    .state = "text",
	    .declared = LLAMA3,
	    .detected = LLAMA3,
	    .concluded = LLAMA3,
	    .family = "vendor-community",
	    .findings = "text-missing threshold" },
	{ .label = "a policy beside another license",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT"),
		TEXT("USE_POLICY.md", EXACT, LLAMA32 "-AUP") },
	    .multimodal = true,
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "territory" },
	{ .label = "a policy that nobody knows",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT"),
		SAYS("USE_POLICY.md", UNKNOWN, "LicenseRef-text-" HEX, NULL,
		    "territory-excludes", "KR") },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "territory license-unclear" },
	{ .label = "the card leaves the EU out",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .eu = true,
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "territory" },
	{ .label = "Gemma",
	    .repo = "google/gemma-2-9b",
	    .tag = { "gemma" },
	    .state = "tag-only",
	    .declared = GEMMA,
	    .concluded = GEMMA,
	    .family = "vendor-community",
	    .findings = "text-missing*2 link-mutable" },
	{ .label = "a version of Gemma",
	    .repo = "google/gemma-2-9b",
	    .tag = { "gemma" },
	    .texts = { TEXT("LICENSE", EXACT, GEMMA "-2024-04-01") },
	    .state = "text",
	    .declared = GEMMA,
	    .detected = "LicenseRef-Gemma-Terms-2024-04-01",
	    .concluded = "LicenseRef-Gemma-Terms-2024-04-01",
	    .family = "vendor-community",
	    .findings = "text-missing link-mutable" },
	{ .label = "OpenRAIL",
	    .repo = "runway/sd-1.5",
	    .tag = { "creativeml-openrail-m" },
	    .texts = { TEXT("LICENSE", EXACT, RAIL) },
	    .state = "text",
	    .declared = RAIL,
	    .detected = RAIL,
	    .concluded = RAIL,
	    .family = "responsible-ai" },
	{ .label = "OpenRAIL++",
	    .repo = "stabilityai/sd-xl",
	    .tag = { "openrail++" },
	    .state = "tag-only",
	    .declared = "LicenseRef-CreativeML-OpenRAILplusplus-M",
	    .concluded = "LicenseRef-CreativeML-OpenRAILplusplus-M",
	    .family = "responsible-ai",
	    .findings = "text-missing" },
	{ .label = "CC-BY-NC",
	    .repo = "acme/nc",
	    .tag = { "cc-by-nc-4.0" },
	    .texts = { TEXT("LICENSE", EXACT, "CC-BY-NC-4.0") },
	    .state = "text",
	    .declared = "CC-BY-NC-4.0",
	    .detected = "CC-BY-NC-4.0",
	    .concluded = "CC-BY-NC-4.0",
	    .family = "noncommercial" },
	{ .label = "Microsoft research",
	    .repo = "microsoft/phi",
	    .tag = { "other" },
	    .texts = { TEXT("LICENSE", EXACT,
		"LicenseRef-MS-Research-License-Terms") },
	    .state = "text",
	    .detected = "LicenseRef-MS-Research-License-Terms",
	    .concluded = "LicenseRef-MS-Research-License-Terms",
	    .family = "noncommercial-research",
	    .findings = "redistribution-forbidden" },
	{ .label = "EXAONE",
	    .repo = "LGAI-EXAONE/EXAONE-3.5",
	    .tag = { "other" },
	    .license_name = "exaone",
	    .texts = { TEXT("LICENSE", EXACT, "LicenseRef-EXAONE-1.1-NC") },
	    .state = "text",
	    .declared = "LicenseRef-EXAONE-1.1-NC",
	    .detected = "LicenseRef-EXAONE-1.1-NC",
	    .concluded = "LicenseRef-EXAONE-1.1-NC",
	    .family = "noncommercial-research",
	    .findings = "license-unclear" },
	/* --- bases ------------------------------------------------------------------------ */
	{ .label = "Qwen2.5-7B",
	    .repo = "Qwen/Qwen2.5-7B",
	    .tag = { "apache-2.0" },
	    .texts = { TEXT("LICENSE", EXACT, "Apache-2.0") },
	    .state = "text",
	    .declared = "Apache-2.0",
	    .detected = "Apache-2.0",
	    .concluded = "Apache-2.0",
	    .family = "permissive" },
	{ .label = "Distill-Qwen-7B",
	    .repo = "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .bases = { BASE("Qwen2.5-7B", NULL, FINETUNE, false, false) },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT AND Apache-2.0",
	    .family = "permissive" },
	{ .label = "Distill-Llama-8B",
	    .repo = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .bases = { BASE("Llama 3.1", NULL, FINETUNE, false, false) },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT AND " LLAMA31,
	    .family = "vendor-community",
	    .findings =
		"tag-vs-base*6 text-missing*3 name-duty-broken threshold" },
	{ .label = "Distill-Llama-70B",
	    .repo = "deepseek-ai/DeepSeek-R1-Distill-Llama-70B",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .bases = { BASE("Llama 3.3", NULL, FINETUNE, false, false) },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT AND " LLAMA33,
	    .family = "vendor-community",
	    .findings =
		"tag-vs-base*6 text-missing*3 name-duty-broken threshold" },
	{ .label = "a quantization of it",
	    .repo = "acme/R1-Llama-8B-GGUF",
	    .tag = { "mit" },
	    .bases = { BASE("Distill-Llama-8B", NULL, QUANTIZED, false,
		false) },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT AND " LLAMA31,
	    .family = "vendor-community",
	    .findings =
		"tag-vs-base*6 text-missing*4 name-duty-broken threshold" },
	{ .label = "csm",
	    .repo = "sesame/csm-1b",
	    .tag = { "apache-2.0" },
	    .bases = { BASE("Llama 3.2 Vision", NULL, FINETUNE, false, false) },
	    .state = "tag-only",
	    .declared = "Apache-2.0",
	    .concluded = "Apache-2.0 AND " LLAMA32,
	    .family = "vendor-community",
	    .findings =
		"tag-vs-base*6 text-missing*4 name-duty-broken threshold" },
	{ .label = "kept as it must be",
	    .repo = "acme/Llama-3.3-tuned",
	    .tag = { "llama3.3" },
	    .texts = { TEXT("LICENSE", EXACT, LLAMA33),
		TEXT("NOTICE", POINTS, LLAMA33),
		TEXT("USE_POLICY.md", EXACT, LLAMA33 "-AUP") },
	    .bases = { BASE("Llama 3.3", NULL, FINETUNE, false, false) },
	    .state = "text",
	    .declared = LLAMA33,
	    .detected = LLAMA33,
	    .concluded = LLAMA33,
	    .family = "vendor-community",
	    .findings = "threshold" },
	{ .label = "by the same publisher",
	    .repo = "meta-llama/Meta-Llama-3-8B-Instruct",
	    .tag = { "llama3" },
	    .texts = { TEXT("LICENSE", MULTIPLE,
		LLAMA3 " AND " LLAMA3 "-AUP") },
	    .bases = { BASE("Llama 3 with its policy inside", NULL, FINETUNE,
		false, false) },
	    .state = "text",
	    .declared = LLAMA3,
	    .detected = LLAMA3,
	    .concluded = LLAMA3,
	    .family = "vendor-community",
	    .findings = "text-missing threshold" },
	{ .label = "by its own publisher, under another license",
	    .repo = "meta-llama/Guard",
	    .tag = { "mit" },
	    .bases = { BASE("Llama 3.1", NULL, FINETUNE, false, false) },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT AND " LLAMA31,
	    .family = "vendor-community",
	    .findings = "tag-vs-base*6 text-missing*4 threshold" },
	{ .label = "stricter than its base",
	    .repo = "TheBloke/phi-2-GGUF",
	    .tag = { "other" },
	    .license_name = "microsoft-research-license",
	    .bases = { BASE("DeepSeek-R1", NULL, FINETUNE, false, false) },
	    .state = "tag-only",
	    .declared = "LicenseRef-MS-Research-License-Terms",
	    .concluded = "LicenseRef-MS-Research-License-Terms AND MIT",
	    .family = "noncommercial-research",
	    .findings = "redistribution-forbidden" },
	{ .label = "free of what is not",
	    .repo = "acme/m-nc-tuned",
	    .tag = { "apache-2.0" },
	    .bases = { BASE("CC-BY-NC", NULL, FINETUNE, false, false) },
	    .state = "tag-only",
	    .declared = "Apache-2.0",
	    .concluded = "Apache-2.0 AND CC-BY-NC-4.0",
	    .family = "noncommercial",
	    .findings = "tag-vs-base*2 text-missing*2" },
	{ .label = "of a copyleft one",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .bases = { BASE("only or later", NULL, FINETUNE, false, false) },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT AND GPL-3.0-or-later",
	    .family = "copyleft",
	    .findings = "tag-vs-base text-missing*2" },
	{ .label = "of a public one",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .bases = { BASE("unlicense", NULL, FINETUNE, false, false) },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "text-missing" },
	{ .label = "unlicense",
	    .repo = "acme/u",
	    .tag = { "unlicense" },
	    .state = "tag-only",
	    .declared = "Unlicense",
	    .concluded = "Unlicense",
	    .family = "permissive" },
	{ .label = "of nothing",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .bases = { BASE("nothing", NULL, FINETUNE, false, false) },
	    .state = "tag-only",
	    .declared = "MIT",
	    .concluded = "MIT",
	    .family = "none",
	    .findings = "tag-vs-base*2 text-missing redistribution-forbidden" },
	{ .label = "of a choice",
	    .repo = "acme/m",
	    .tag = { "apache-2.0" },
	    .bases = { BASE("a choice", NULL, FINETUNE, false, false) },
	    .state = "tag-only",
	    .declared = "Apache-2.0",
	    .concluded =
		"(Apache-2.0 AND MIT) OR (Apache-2.0 AND GPL-3.0-only)",
	    .family = "permissive",
	    .findings = "text-missing" },
	{ .label = "a merge",
	    .repo = "acme/merged",
	    .tag = { "apache-2.0" },
	    .bases = { BASE("Qwen2.5-7B", NULL, MERGE, false, false),
		BASE("Kimi-K2", NULL, MERGE, false, false) },
	    .state = "tag-only",
	    .declared = "Apache-2.0",
	    .concluded = "Apache-2.0 AND " KIMI,
	    .family = "permissive-plus",
	    .findings = "tag-vs-base*2 text-missing*2 threshold*2" },
	{ .label = "its base is not here",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .bases = { BASE(NULL, "far/away", FINETUNE, false, false) },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .findings = "base-not-held" },
	{ .label = "only a guess",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .bases = { BASE("Llama 3.1", NULL, FINETUNE, true, false) },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive" },
	{ .label = "in a circle",
	    .repo = "acme/m",
	    .tag = { "mit" },
	    .texts = { TEXT("LICENSE", EXACT, "MIT") },
	    .bases = { BASE(NULL, "acme/m2", FINETUNE, false, true) },
	    .state = "text",
	    .declared = "MIT",
	    .detected = "MIT",
	    .concluded = "MIT",
	    .family = "permissive",
	    .findings = "cycle" },
};

struct world {
	struct weigh_terms *table;
	const struct weigh_terms *tables[1];
};

static int
set_up(void **state)
{
	static struct world w;
	const char *text;
	size_t len;

	weigh_terms_builtin(&text, &len);
	check_code("terms",
	    weigh_terms_read(&w.table, "licenses.terms", text, len, NULL),
	    WEIGH_OK);
	w.tables[0] = w.table;
	*state = &w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	weigh_terms_free(w->table);
	return 0;
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static const struct row *
row_of(const char *label)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].label, label) == 0)
			return &rows[i];
	fail_msg("no row '%s'", label);
	return NULL;
}

static void
add_claim(struct world *w, struct weigh_record *r, const char *source,
    const char *value)
{
	struct weigh_record_claim *claim;
	char id[WEIGH_LICENSE_ID];

	if (value == NULL)
		return;
	claim = weigh_record_claim(r);
	claim->source = source;
	claim->path = strcmp(source, "card") == 0 ? "README.md" : "m.gguf";
	claim->value = value;
	claim->precision = weigh_terms_hub(w->tables, 1, value, id);
	claim->id = weigh_record_keep(r, id, strlen(id));
}

static void
add_text(struct weigh_record *r, const struct has_text *has)
{
	struct weigh_record_text *t = weigh_record_text(r);
	struct weigh_record_fact *f;

	t->path = has->path;
	t->kind = has->kind;
	t->license = has->license;
	t->based_on = or_empty(has->based_on);
	t->scope = weigh_record_scope(has->path);
	t->added = has->kind == MODIFIED;
	weigh_oid_of(&t->oid, has->path, strlen(has->path));
	if (has->fact == NULL)
		return;
	f = weigh_record_facts(r, t, 1);
	f->fact = has->fact;
	f->value = has->value;
	f->clause = "9";
}

static void
add_link(struct weigh_record *r, const char *url)
{
	struct weigh_record_link *l = weigh_record_link(r);
	bool page = strchr(url, '/') != NULL;

	l->kind = page ? WEIGH_LINK_MUTABLE : WEIGH_LINK_FILE;
	l->path = "README.md";
	l->url = url;
	l->file = page ? "" : url;
}

static void
add_base(struct weigh_record *r, const struct has_base *has)
{
	struct weigh_record_base *b = weigh_record_base(r);

	b->name = has->label != NULL ? row_of(has->label)->repo : has->name;
	b->relation = has->relation;
	b->held = has->label != NULL;
	b->weak = has->weak;
	b->cycle = has->cycle;
	b->evidence = "card";
	b->path = "README.md";
}

/* The record of a row, concluded, and those of its bases. */
static struct weigh_record *
make(struct world *w, const struct row *row)
{
	struct weigh_record *bases[COUNT(row->bases)] = { NULL };
	struct weigh_record *r = weigh_record_new();
	size_t i;

	r->repo = row->repo;
	r->license_name = or_empty(row->license_name);
	r->multimodal = row->multimodal;
	r->eu_disallowed = row->eu;
	for (i = 0; i < COUNT(row->tag); i++)
		add_claim(w, r, "card", row->tag[i]);
	add_claim(w, r, "gguf", row->gguf);
	if (row->link != NULL)
		add_link(r, row->link);
	/* From behind: the order in which they are found makes no difference. */
	for (i = COUNT(row->texts); i-- > 0;)
		if (row->texts[i].path != NULL)
			add_text(r, &row->texts[i]);
	for (i = 0; i < COUNT(row->bases); i++) {
		if (row->bases[i].label == NULL && row->bases[i].name == NULL)
			break;
		if (row->bases[i].label != NULL)
			bases[i] = make(w, row_of(row->bases[i].label));
		add_base(r, &row->bases[i]);
	}
	check_code(row->label,
	    weigh_conclude(r, (const struct weigh_record *const *)bases,
		w->tables, 1, NULL),
	    WEIGH_OK);
	for (i = 0; i < COUNT(bases); i++)
		weigh_record_free(bases[i]);
	return r;
}

static const char *
findings_of(const struct weigh_record *r)
{
	static char out[512];
	unsigned n[WEIGH_FINDINGS] = { 0 };

	out[0] = '\0';
	for (uint32_t i = 0; i < r->nfindings; i++)
		n[r->findings[i].finding]++;
	for (unsigned i = 0; i < WEIGH_FINDINGS; i++) {
		size_t len = strlen(out);

		if (n[i] > 0)
			snprintf(out + len, sizeof(out) - len,
			    n[i] > 1 ? "%s%s*%u" : "%s%s", len > 0 ? " " : "",
			    weigh_finding_name((enum weigh_finding)i), n[i]);
	}
	return out;
}

/* Reads back the same (5), and is the same when it is concluded again (1). */
static void
check_json(const char *label, const struct weigh_record *r)
{
	struct weigh_record *again = NULL;
	struct weigh_buf one, two;
	struct weigh_err err;

	weigh_buf_init(&one, WEIGH_RECORD_MAX);
	weigh_buf_init(&two, WEIGH_RECORD_MAX);
	check_true(label, weigh_record_print(&one, r));
	check_code(label, weigh_record_read(&again, one.data, one.len, &err),
	    WEIGH_OK);
	check_true(label, weigh_record_print(&two, again));
	check_str(label, two.data, one.data);
	weigh_record_free(again);
	weigh_buf_free(&one);
	weigh_buf_free(&two);
}

static void
test_rows(void **state)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct weigh_record *r = make(*state, row);

		check_str(row->label, weigh_state_name(r->state), row->state);
		check_str(row->label, r->declared, or_empty(row->declared));
		check_str(row->label, r->detected, or_empty(row->detected));
		check_str(row->label, r->concluded, row->concluded);
		check_str(row->label, r->family, or_empty(row->family));
		check_str(row->label, findings_of(r), or_empty(row->findings));
		check_json(row->label, r);
		weigh_record_free(r);
	}
}

/* --- what is said, and of what ---------------------------------------------------------- */

static const struct finding_row {
	const char *label;
	enum weigh_finding finding;
	const char *what, *clause, *path, *from;
} finding_rows[] = {
	{ "Distill-Llama-8B", WEIGH_FINDING_TAG_VS_BASE,
	    "MIT grants commercial use; " LLAMA31
	    ", the license of meta-llama/Llama-3.1-8B, says commercial: "
	    "conditional",
	    "2", "LICENSE", "meta-llama/Llama-3.1-8B" },
	{ "Distill-Llama-70B", WEIGH_FINDING_NAME_DUTY_BROKEN,
	    "asks for a name that begins with 'Llama', and "
	    "'deepseek-ai/DeepSeek-R1-Distill-Llama-70B' does not",
	    "1.b.i", "LICENSE", "meta-llama/Llama-3.3-70B-Instruct" },
	/* Through a base that says nothing of it. */
	{ "a quantization of it", WEIGH_FINDING_NAME_DUTY_BROKEN,
	    "begins with 'Llama'", "1.b.i", "LICENSE",
	    "meta-llama/Llama-3.1-8B" },
	{ "Distill-Llama-8B", WEIGH_FINDING_TEXT_MISSING,
	    "policy not held: " LLAMA31, "1.b.iv", "LICENSE",
	    "meta-llama/Llama-3.1-8B" },
	{ "Kimi-K2", WEIGH_FINDING_THRESHOLD,
	    "users active in a month: > 100000000, product, rolling, display",
	    "last para", "LICENSE", "" },
	{ "Kimi-K2", WEIGH_FINDING_THRESHOLD,
	    "revenue in a month: > 20000000 USD", "last para", "LICENSE", "" },
	{ "Hunyuan 3D", WEIGH_FINDING_THRESHOLD, "> 1000000,", "4", "LICENSE",
	    "" },
	{ "Llama 3.2 Vision", WEIGH_FINDING_TERRITORY,
	    "USE_POLICY.md leaves out EU, for multimodal models",
	    "policy, last part", "USE_POLICY.md", "" },
	{ "a policy that nobody knows", WEIGH_FINDING_TERRITORY,
	    "USE_POLICY.md leaves out KR", "policy 9", "USE_POLICY.md", "" },
	{ "the card leaves the EU out", WEIGH_FINDING_TERRITORY,
	    "the card leaves out EU", "card", "README.md", "" },
	{ "sdxl-turbo", WEIGH_FINDING_TAG_VS_TEXT, "'sai-nc-community'", "",
	    "LICENSE.md", "" },
	{ "DeepSeek-V3", WEIGH_FINDING_TAG_VS_TEXT,
	    "README.md says 'mit', and 'LICENSE-MODEL' is " DEEPSEEK, "",
	    "LICENSE-MODEL", "" },
	{ "a limit that the row has not", WEIGH_FINDING_TEXT_MODIFIED,
	    "'LICENSE' says threshold.mau > 1000000", "9", "LICENSE", "" },
	{ "EXAONE", WEIGH_FINDING_LICENSE_UNCLEAR, "about redistribution",
	    "2.1.d, 2.2", "LICENSE", "" },
	{ "of a copyleft one", WEIGH_FINDING_TAG_VS_BASE,
	    "any license for what is made from it", "5.c", "COPYING",
	    "acme/m" },
	{ "its base is not here", WEIGH_FINDING_BASE_NOT_HELD, "far/away", "",
	    "README.md", "far/away" },
	{ "in a circle", WEIGH_FINDING_CYCLE, "acme/m2", "", "README.md",
	    "acme/m2" },
};

static bool
is_told(const struct weigh_record *r, const struct finding_row *row)
{
	for (uint32_t i = 0; i < r->nfindings; i++) {
		const struct weigh_record_finding *f = &r->findings[i];

		if (f->finding == row->finding &&
		    strstr(f->what, row->what) != NULL &&
		    strcmp(f->clause, row->clause) == 0 &&
		    strcmp(f->path, row->path) == 0 &&
		    strcmp(f->from, row->from) == 0)
			return true;
	}
	return false;
}

/* (4) */
static void
test_findings(void **state)
{
	for (size_t i = 0; i < COUNT(finding_rows); i++) {
		struct weigh_record *r = make(*state,
		    row_of(finding_rows[i].label));

		check_true(finding_rows[i].what, is_told(r, &finding_rows[i]));
		weigh_record_free(r);
	}
}

/* --- terms ---------------------------------------------------------------------------------- */

/* `value` NULL: not known.  `part`: its place among all. */
static const struct term_row {
	const char *label;
	uint32_t part;
	const char *fact, *value, *evidence;
} term_rows[] = {
	{ "a tag alone", 0, "commercial", "yes", "text" },
	{ "nothing", 0, "commercial", "no", "likely" },
	{ "other with nothing", 0, "commercial", NULL, NULL },
	/* (3) */
	{ "a modified text", 0, "commercial", NULL, NULL },
	{ "changed, without a name of its own", 0, "commercial", NULL, NULL },
	{ "a modified text", 0, "threshold.mau", "> 1000", "extracted" },
	{ "an unknown text", 0, "territory-excludes", "EU", "extracted" },
	{ "a limit that the row has not", 0, "threshold.mau", "> 1000000",
	    "extracted" },
	{ "Llama 3.3", 0, "territory-excludes", "EU", "text" },
	{ "a policy beside another license", 0, "territory-excludes", "EU",
	    "text" },
	{ "a policy beside another license", 0, "territory-scope", "multimodal",
	    "extracted" },
	{ "a policy beside another license", 0, "field-excludes", "military",
	    "text" },
	{ "a policy that nobody knows", 0, "territory-excludes", "KR",
	    "extracted" },
	{ "a policy that nobody knows", 0, "field-excludes", NULL, NULL },
	{ "a policy that nobody knows", 0, "aup", "file", "extracted" },
	{ "the card leaves the EU out", 0, "territory-excludes", "EU",
	    "extracted" },
	{ "Distill-Llama-8B", 1, "threshold.mau",
	    "> 700000000, affiliates, release-date, no-rights", "text" },
	{ "Distill-Qwen-7B", 1, "notice-file", "yes", "text" },
	{ "its base is not here", 1, "commercial", NULL, NULL },
};

static const struct weigh_record_term *
term_of(const struct weigh_record_part *p, const char *fact)
{
	for (uint32_t i = 0; i < p->nterms; i++)
		if (strcmp(p->terms[i].fact, fact) == 0)
			return &p->terms[i];
	return NULL;
}

static void
test_terms(void **state)
{
	for (size_t i = 0; i < COUNT(term_rows); i++) {
		const struct term_row *row = &term_rows[i];
		struct weigh_record *r = make(*state, row_of(row->label));
		const struct weigh_record_term *t;

		check_true(row->label, row->part < r->nparts);
		t = term_of(&r->parts[row->part], row->fact);
		check_true(row->fact, (t != NULL) == (row->value != NULL));
		if (t != NULL) {
			check_str(row->label, t->value, row->value);
			check_str(row->label, t->evidence, row->evidence);
		}
		weigh_record_free(r);
	}
}

/* In the order of the table of facts, whatever was added when. */
static void
test_order_of_terms(void **state)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_record *r = make(*state, &rows[i]);

		for (uint32_t k = 0; k < r->nparts; k++) {
			size_t kind = 0;

			for (uint32_t n = 0; n < r->parts[k].nterms; n++) {
				while (kind < weigh_term_nkinds &&
				    strcmp(weigh_term_kinds[kind].fact,
					r->parts[k].terms[n].fact) != 0)
					kind++;
				check_true(r->parts[k].terms[n].fact,
				    kind < weigh_term_nkinds);
			}
		}
		weigh_record_free(r);
	}
}

/* --- options ---------------------------------------------------------------------------------- */

static const struct option_row {
	const char *license; /* of a text */
	uint32_t options;
	const char *parts; /* id=bits, each */
} option_rows[] = {
	{ "MIT", 1, "MIT=1 " },
	{ "MIT AND ISC", 1, "MIT=1 ISC=1 " },
	{ "MIT OR ISC", 2, "MIT=1 ISC=2 " },
	{ "MIT AND (ISC OR Zlib)", 2, "MIT=3 ISC=1 Zlib=2 " },
	/* AND goes before OR */
	{ "MIT OR ISC AND Zlib", 2, "MIT=1 ISC=2 Zlib=2 " },
	{ "(MIT OR ISC) AND (Zlib OR X11)", 4, "MIT=3 ISC=12 Zlib=5 X11=10 " },
	{ "GPL-2.0-only WITH Classpath-exception-2.0", 1,
	    "GPL-2.0-only WITH Classpath-exception-2.0=1 " },
	{ "LicenseRef-CreativeML-OpenRAIL++-M OR MIT", 2,
	    "LicenseRef-CreativeML-OpenRAIL++-M=1 MIT=2 " },
	/* Nine of them: all have to be kept. */
	{ "(A OR B OR C) AND (D OR E OR F)", 1, "A=1 B=1 C=1 D=1 E=1 F=1 " },
	/* What is no expression says nothing. */
	{ "MIT OR", 1, "MIT=0 NOASSERTION=1 " },
	{ "(MIT", 1, "MIT=0 NOASSERTION=1 " },
	{ "MIT)", 1, "MIT=0 NOASSERTION=1 " },
};

static void
test_options(void **state)
{
	for (size_t i = 0; i < COUNT(option_rows); i++) {
		struct has_text has = { "LICENSE", MULTIPLE,
			option_rows[i].license, NULL, NULL, NULL };
		struct row row = {
			.label = has.license, .repo = "acme/m", .texts = { has }
		};
		struct weigh_record *r = make(*state, &row);
		char got[256] = "";

		check_u64(has.license, r->noptions, option_rows[i].options);
		for (uint32_t k = 0; k < r->nparts; k++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
			    "%s=%u ", r->parts[k].id, r->parts[k].options);
		check_str(has.license, got, option_rows[i].parts);
		check_json(has.license, r);
		weigh_record_free(r);
	}
}

/* More licenses than there is room for: the rest is one that says nothing, not none. */
static void
test_too_many(void **state)
{
	struct weigh_record *r = weigh_record_new();
	struct world *w = *state;
	char name[WEIGH_RECORD_PARTS + 8][16];
	uint32_t n = COUNT(name);

	r->repo = "acme/m";
	for (uint32_t i = 0; i < n; i++) {
		struct has_text has = { name[i], EXACT, name[i], NULL, NULL,
			NULL };

		snprintf(name[i], sizeof(name[i]), "LICENSE-%u", i);
		add_text(r, &has);
	}
	check_code("many", weigh_conclude(r, NULL, w->tables, 1, NULL),
	    WEIGH_OK);
	check_u64("as many as there may be", r->nparts, WEIGH_RECORD_PARTS);
	check_str("the last", r->parts[WEIGH_RECORD_PARTS - 1].id,
	    "NOASSERTION");
	check_str("all", r->concluded, "NOASSERTION");
	weigh_record_free(r);
}

/* --- changes ----------------------------------------------------------------------------------- */

static const struct change_row {
	const char *label, *then, *now, *want; /* want: the first sentence */
	bool approved;                         /* an approval still stands */
} change_rows[] = {
	{ "the same", "DeepSeek-R1", "DeepSeek-R1", "", true },
	{ "another text", "DeepSeek-R1", "the text is another",
	    "the license found was MIT and is CC-BY-NC-4.0", false },
	{ "a text is gone", "DeepSeek-R1", "a tag alone",
	    "the license declared was MIT and is Apache-2.0", false },
	{ "another base", "DeepSeek-R1", "Distill-Qwen-7B",
	    "the license concluded was MIT and is MIT AND Apache-2.0", false },
	{ "a base is not here any more", "Distill-Qwen-7B",
	    "its base is not here",
	    "the license concluded was MIT AND Apache-2.0 and is MIT", false },
	{ "terms", "Hunyuan 3D", "a limit that the row has not",
	    "the license found was", false },
};

static void
test_changes(void **state)
{
	for (size_t i = 0; i < COUNT(change_rows); i++) {
		const struct change_row *row = &change_rows[i];
		struct weigh_record *then = make(*state, row_of(row->then));
		struct weigh_record *now = make(*state, row_of(row->now));
		struct weigh_oid a, b;
		const char *told[16] = { "" };
		size_t n = weigh_record_changes(now, then, told, COUNT(told));

		check_true(row->label, (n == 0) == (row->want[0] == '\0'));
		check_has(row->label, told[0], row->want);
		check_true("no more than there is room for",
		    weigh_record_changes(now, then, told, 1) <= 1);
		weigh_record_basis(then, &a);
		weigh_record_basis(now, &b);
		check_true(row->label,
		    weigh_oid_equal(&a, &b) == row->approved);
		check_true(row->label, !weigh_oid_is_zero(&a));
		weigh_record_free(then);
		weigh_record_free(now);
	}
}

/* One word of one term, one bit of one text: no approval of before holds. */
static void
test_basis(void **state)
{
	struct weigh_record *r = make(*state, row_of("Kimi-K2"));
	struct weigh_oid before, after;
	const char *value = r->parts[0].terms[0].value;

	weigh_record_basis(r, &before);
	r->parts[0].terms[0].value = "no";
	weigh_record_basis(r, &after);
	check_true("a term", !weigh_oid_equal(&before, &after));
	r->parts[0].terms[0].value = value;
	r->parts[0].oid.b[31] ^= 1;
	weigh_record_basis(r, &after);
	check_true("a text", !weigh_oid_equal(&before, &after));
	r->parts[0].oid.b[31] ^= 1;
	weigh_record_basis(r, &after);
	check_true("the same again", weigh_oid_equal(&before, &after));
	weigh_record_free(r);
}

/* (1): concluded again, and with the texts in another order, it is the same. */
static void
test_again(void **state)
{
	struct world *w = *state;
	struct weigh_record *r = make(w, row_of("Llama 3.2 Vision"));
	struct weigh_record_text t = r->texts[0];
	struct weigh_buf one, two;

	weigh_buf_init(&one, WEIGH_RECORD_MAX);
	weigh_buf_init(&two, WEIGH_RECORD_MAX);
	check_true("print", weigh_record_print(&one, r));
	r->texts[0] = r->texts[2];
	r->texts[2] = t;
	check_code("again", weigh_conclude(r, NULL, w->tables, 1, NULL),
	    WEIGH_OK);
	check_true("print", weigh_record_print(&two, r));
	check_str("the same", two.data, one.data);
	weigh_buf_free(&one);
	weigh_buf_free(&two);
	weigh_record_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_order_of_terms),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_basis),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
