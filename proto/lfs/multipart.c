/* lfs/multipart: a file in parts, and the request that ends it; see weigh/lfs.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/lfs.h>

#include "priv.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MIB (UINT64_C(1) << 20)

uint64_t
weigh_lfs_part_count(uint64_t size, uint64_t part_size)
{
	return size / part_size + (size % part_size != 0);
}

uint64_t
weigh_lfs_part_size(uint64_t size, uint64_t part)
{
	uint64_t least = weigh_lfs_part_count(size, WEIGH_LFS_PARTS);

	if (part == 0)
		part = 1;
	if (least <= part)
		return part;
	/* Whole MiB, so that parts begin where pages do. */
	return weigh_lfs_part_count(least, MIB) * MIB;
}

uint64_t
weigh_lfs_part_length(uint64_t size, uint64_t part_size, uint64_t number)
{
	uint64_t count = weigh_lfs_part_count(size, part_size);

	if (number == 0 || number > count)
		return 0;
	return number < count ? part_size : size - (count - 1) * part_size;
}

/* --- completion -------------------------------------------------------------------- */

struct completion {
	struct weigh_lfs_completion c;
	size_t told; /* parts with an etag */
	size_t room;
	bool has_oid;
};

struct part {
	uint64_t number;
	char etag[WEIGH_LFS_ETAG];
};

static enum weigh_code
read_number(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct part *p = out;

	return weigh_json_size(j, first, &p->number, err);
}

static enum weigh_code
read_etag(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct part *p = out;

	return weigh_json_copy(j, first, p->etag, sizeof(p->etag), err);
}

/* Put a part in its place. */
static enum weigh_code
keep_part(struct completion *c, const struct part *p, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (p->number == 0 || p->number > WEIGH_LFS_PARTS)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a part's number is from 1 to %d", WEIGH_LFS_PARTS);
	if (p->etag[0] == '\0')
		return weigh_fail(err, WEIGH_MALFORMED, "part %llu has no etag",
		    (unsigned long long)p->number);
	while (rc == WEIGH_OK && c->c.nparts < p->number) {
		rc = weigh_lfs_grow((void **)&c->c.parts, &c->room, c->c.nparts,
		    sizeof(*c->c.parts), err);
		if (rc == WEIGH_OK)
			c->c.parts[c->c.nparts++].etag[0] = '\0';
	}
	if (rc != WEIGH_OK)
		return rc;
	if (c->c.parts[p->number - 1].etag[0] != '\0')
		return weigh_fail(err, WEIGH_MALFORMED,
		    "part %llu is given twice", (unsigned long long)p->number);
	memcpy(c->c.parts[p->number - 1].etag, p->etag, sizeof(p->etag));
	c->told++;
	return WEIGH_OK;
}

static enum weigh_code
read_part(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "partNumber", read_number },
		{ "etag", read_etag },
	};
	struct part p = { 0 };
	enum weigh_code rc;

	rc = weigh_json_members(j, first, rows, COUNT(rows), &p, err);
	return rc == WEIGH_OK ? keep_part(out, &p, err) : rc;
}

static enum weigh_code
read_parts(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return weigh_json_elements(j, first, read_part, out, err);
}

static enum weigh_code
read_oid(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct completion *c = out;

	c->has_oid = true;
	return weigh_lfs_read_oid(j, first, &c->c.oid, err);
}

enum weigh_code
weigh_lfs_completion_parse(struct weigh_lfs_completion *out, const char *text,
    size_t len, struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "oid", read_oid },
		{ "parts", read_parts },
	};
	struct completion c = { 0 };
	enum weigh_code rc;

	rc = weigh_json_read_object(text, len, rows, COUNT(rows), &c, err);
	if (rc == WEIGH_OK && !c.has_oid)
		rc = weigh_fail(err, WEIGH_MALFORMED, "there is no 'oid'");
	if (rc == WEIGH_OK && c.told != c.c.nparts)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "%zu of %zu parts are not told", c.c.nparts - c.told,
		    c.c.nparts);
	if (rc != WEIGH_OK) {
		weigh_lfs_completion_free(&c.c);
		return rc;
	}
	*out = c.c;
	return WEIGH_OK;
}

void
weigh_lfs_completion_free(struct weigh_lfs_completion *c)
{
	free(c->parts);
	c->parts = NULL;
	c->nparts = 0;
}
