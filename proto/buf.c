/* buf: see weigh/buf.h. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/buf.h>

#define FIRST_CAP 64

void
weigh_buf_init(struct weigh_buf *b, size_t max)
{
	*b = (struct weigh_buf){ .max = max };
}

void
weigh_buf_free(struct weigh_buf *b)
{
	free(b->data);
	weigh_buf_init(b, b->max);
}

void
weigh_buf_reset(struct weigh_buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Doubled until it is enough, but never past the ceiling and its NUL. */
static size_t
next_cap(const struct weigh_buf *b, size_t need)
{
	size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap;

	while (cap < need) {
		if (cap > SIZE_MAX / 2)
			return need;
		cap *= 2;
	}
	return cap > b->max && need <= b->max + 1 ? b->max + 1 : cap;
}

/* Make room for `len` bytes and a NUL. */
static bool
grow(struct weigh_buf *b, size_t len)
{
	size_t need, cap;
	char *data;

	if (b->failed || len > b->max - b->len || b->len + len >= SIZE_MAX / 2)
		goto fail;
	need = b->len + len + 1;
	if (need <= b->cap)
		return true;
	cap = next_cap(b, need);
	if ((data = realloc(b->data, cap)) == NULL)
		goto fail;
	b->data = data;
	b->cap = cap;
	b->data[b->len] = '\0';
	return true;
fail:
	b->failed = true;
	return false;
}

bool
weigh_buf_add(struct weigh_buf *b, const void *data, size_t len)
{
	if (!grow(b, len))
		return false;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

bool
weigh_buf_adds(struct weigh_buf *b, const char *text)
{
	return weigh_buf_add(b, text, strlen(text));
}

bool
weigh_buf_addc(struct weigh_buf *b, char c)
{
	return weigh_buf_add(b, &c, 1);
}

bool
weigh_buf_addf(struct weigh_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return false;
	}
	if (!grow(b, (size_t)n))
		return false;
	va_start(ap, fmt);
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return true;
}

char *
weigh_buf_room(struct weigh_buf *b, size_t len)
{
	if (!grow(b, len))
		return NULL;
	/* Zeroed, so that (3) holds however much of it is filled. */
	memset(b->data + b->len, 0, len + 1);
	return b->data + b->len;
}

char *
weigh_buf_take(struct weigh_buf *b)
{
	char *data = b->data;

	if (b->failed || b->len == 0)
		return NULL;
	weigh_buf_init(b, b->max);
	return data;
}
