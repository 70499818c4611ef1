/*
 * stock: `stock CATALOG N` puts N repositories with cards, but without files, into
 * a catalog, for measuring searches.  Names and cards follow from their number, so
 * each run makes the same: 1,000 authors, ten licenses of unequal use, every
 * hundred-thousandth name has a word of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"

static const char *const bases[] = { "llama", "mistral", "qwen", "bert", "gpt",
	"whisper", "falcon", "gemma", "phi", "roberta", "t5", "vit", "wav2vec",
	"clip", "bloom", "opt" };
static const char *const ends[] = { "chat", "instruct", "base", "finetuned",
	"lora", "gguf", "awq", "merged", "distill", "emotion", "summary" };
static const char *const licenses[] = { "apache-2.0", "apache-2.0", "mit",
	"mit", "apache-2.0", "cc-by-4.0", "openrail", "llama3", "gpl-3.0",
	"other" };
static const char *const tasks[] = { "text-generation", "text-generation",
	"text-classification", "fill-mask", "automatic-speech-recognition",
	"text-to-image", "feature-extraction" };
static const char *const languages[] = { "en", "en", "en", "de", "fr", "zh",
	"no" };

#define PICK(list, n) ((list)[(n) % (sizeof(list) / sizeof((list)[0]))])

/* Spread a number over 32 bits. */
static unsigned
mix(unsigned n)
{
	n = (n ^ n >> 16) * 0x45d9f3bu;
	n = (n ^ n >> 16) * 0x45d9f3bu;
	return n ^ n >> 16;
}

static enum weigh_code
add(struct catalog *c, unsigned n, struct weigh_err *err)
{
	struct catalog_revision v = {
		.date = 1600000000 + (int64_t)(mix(n) % 100000000),
		.title = "stock",
		.origin = "stock",
		.config = "{\"architectures\":[\"LlamaForCausalLM\"],"
			  "\"model_type\":\"llama\"}",
	};
	struct catalog_admission a = {
		.ref = "main",
		.revision = &v,
		.now = 1700000000,
	};
	unsigned m = mix(n + 77);
	char card[400];

	snprintf(a.repo.name, sizeof(a.repo.name), "org%u/%s-%u%s-%s-%u",
	    m % 1000, PICK(bases, m >> 4), 1 + (m >> 9) % 70,
	    n % 100000 == 54321 ? "-zyxwvut" : "b", PICK(ends, m >> 13), n);
	snprintf(card, sizeof(card),
	    "{\"license\":\"%s\",\"pipeline_tag\":\"%s\",\"language\":[\"%s\"],"
	    "\"tags\":[\"tag%u\",\"conversational\"],"
	    "\"base_model\":\"org%u/base\"}",
	    PICK(licenses, m >> 3), PICK(tasks, m >> 7),
	    PICK(languages, m >> 11), (m >> 5) % 500, (m >> 6) % 300);
	v.card = card;
	v.license = PICK(licenses, m >> 3);
	memcpy(v.commit.b, &n, sizeof(n));
	v.commit.b[19] = 1;
	memcpy(v.manifest.b, &n, sizeof(n));
	v.manifest.b[31] = 1;
	return catalog_admit(c, &a, err);
}

int
main(int argc, char **argv)
{
	struct catalog *c = NULL;
	struct weigh_err err;
	enum weigh_code rc;
	unsigned long count;

	if (argc != 3) {
		fprintf(stderr, "usage: stock CATALOG N\n");
		return 2;
	}
	count = strtoul(argv[2], NULL, 10);
	rc = catalog_open(&c, argv[1], &err);
	if (rc == WEIGH_OK && (rc = catalog_begin(c, &err)) == WEIGH_OK) {
		for (unsigned n = 0; rc == WEIGH_OK && n < count; n++)
			rc = add(c, n, &err);
		rc = catalog_end(c, rc, &err);
	}
	catalog_close(c);
	if (rc != WEIGH_OK)
		fprintf(stderr, "stock: %s\n", err.why);
	return rc != WEIGH_OK;
}
