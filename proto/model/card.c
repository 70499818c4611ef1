/* card: see include/weigh/card.h.  YAML 1.1 by libyaml's event parser. */
#include <string.h>
#include <yaml.h>

#include <weigh/card.h>

#define DEPTH_MAX 32
#define KEYS 2

/* The top-level keys that are read, and where their values go. */
struct reading {
	const char *const *keys;
	char (*values)[128];
	int wanted; /* which key's value comes next; -1: none of ours */
	int depth;  /* 1: in the top-level mapping */
	bool key_next;
};

/* The text between the two `---` lines; false if there is no such thing. */
static bool
front_matter(const char *text, size_t len, const char **from, size_t *length)
{
	const char *end;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (len < 4 || memcmp(text, "---", 3) != 0 ||
	    (text[3] != '\n' && text[3] != '\r'))
		return false;
	text += 4;
	len -= 4;
	if (len > WEIGH_CARD_MAX)
		len = WEIGH_CARD_MAX;
	end = memmem(text, len, "\n---", 4);
	if (end == NULL)
		return false;
	*from = text;
	*length = (size_t)(end - text) + 1;
	return true;
}

static int
known_key(const struct reading *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length; /* NUL may be in it */
	int i;

	for (i = 0; i < KEYS; i++)
		if (len == strlen(r->keys[i]) &&
		    memcmp(text, r->keys[i], len) == 0)
			return i;
	return -1;
}

static void
take_value(struct reading *r, const yaml_event_t *event)
{
	const unsigned char *text = event->data.scalar.value;
	size_t len = event->data.scalar.length, i;

	if (r->wanted < 0 || len >= sizeof(r->values[0]))
		return;
	for (i = 0; i < len; i++)
		if (text[i] <= 0x20 || text[i] >= 0x7f)
			return;
	memcpy(r->values[r->wanted], text, len);
	r->values[r->wanted][len] = '\0';
}

/* A key or a value of the top-level mapping is over, whatever kind of node it
 * was: the other follows. */
static void
node_over(struct reading *r)
{
	if (r->depth != 1)
		return;
	r->key_next = !r->key_next;
	if (r->key_next)
		r->wanted = -1;
}

static void
take_scalar(struct reading *r, const yaml_event_t *event)
{
	if (r->depth != 1)
		return;
	if (r->key_next)
		r->wanted = known_key(r, event);
	else
		take_value(r, event);
	node_over(r);
}

/* Take one event; false ends the reading. */
static bool
take_event(struct reading *r, const yaml_event_t *event)
{
	switch ((int)event->type) {
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		if (r->depth == 0 && event->type != YAML_MAPPING_START_EVENT)
			return false;
		return ++r->depth <= DEPTH_MAX;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		node_over(r);
		return r->depth > 0;
	case YAML_SCALAR_EVENT:
		take_scalar(r, event);
		return r->depth > 0;
	case YAML_ALIAS_EVENT:
		node_over(r);
		return true;
	case YAML_DOCUMENT_END_EVENT:
	case YAML_STREAM_END_EVENT:
		return false;
	default:
		return true;
	}
}

/* Did the YAML parse to the end of its mapping? */
static bool
read_front_matter(struct reading *r, const char *text, size_t len)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true, ok = true;

	if (yaml_parser_initialize(&parser) == 0)
		return false;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (more && ok) {
		ok = yaml_parser_parse(&parser, &event) != 0;
		if (!ok)
			break;
		more = take_event(r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return ok && r->depth == 0;
}

bool
weigh_card_license(const char *text, size_t len, char *out, size_t size)
{
	static const char *const keys[KEYS] = { "license", "license_name" };
	char values[KEYS][128] = { "", "" };
	struct reading r = {
		.keys = keys,
		.values = values,
		.wanted = -1,
		.key_next = true,
	};
	const char *from, *found;
	size_t length;

	out[0] = '\0';
	if (text == NULL || !front_matter(text, len, &from, &length) ||
	    !read_front_matter(&r, from, length))
		return false;
	found = values[0];
	if (strcmp(found, "other") == 0 && values[1][0] != '\0')
		found = values[1];
	if (found[0] == '\0' || strlen(found) >= size)
		return false;
	memcpy(out, found, strlen(found) + 1);
	return true;
}
