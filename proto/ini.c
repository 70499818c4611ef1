/* ini: see ini.h. */
#include "ini.h"
#include "utf8.h"

struct cursor
weigh_ini_trim(struct cursor s)
{
	while (s.len > 0 && strchr(" \t\r", s.p[0]) != NULL)
		cursor_skip(&s, 1);
	while (s.len > 0 && strchr(" \t\r", s.p[s.len - 1]) != NULL)
		s.len--;
	return s;
}

struct cursor
weigh_ini_cut(struct cursor *s, char stop)
{
	const char *at = s->len > 0 ? memchr(s->p, stop, s->len) : NULL;
	struct cursor part = *s;

	if (at == NULL) {
		cursor_skip(s, s->len);
		return part;
	}
	part.len = (size_t)(at - s->p);
	cursor_skip(s, part.len + 1);
	return part;
}

/* UTF-8, and nothing in it that a terminal would obey. */
static bool
is_clean(struct cursor line)
{
	size_t n;

	for (size_t i = 0; i < line.len; i += n) {
		unsigned char c = (unsigned char)line.p[i];

		if ((n = weigh_utf8_char(line.p + i, line.len - i)) == 0)
			return false;
		if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f)
			return false;
	}
	return true;
}

static struct cursor
without_remark(struct cursor line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.len; i++) {
		quoted ^= line.p[i] == '"';
		if (!quoted && line.p[i] == '#' && i > 0 &&
		    strchr(" \t", line.p[i - 1]) != NULL)
			line.len = i;
	}
	return line;
}

/* What a line is that is neither empty nor a comment. */
static struct ini_line
told(struct cursor line)
{
	struct ini_line out = { .kind = INI_OTHER, .key = line };

	if (line.p[0] == '[' && line.p[line.len - 1] == ']') {
		out.kind = INI_SECTION;
		out.key = weigh_ini_trim((struct cursor){
		    line.p + 1, line.len - 2 });
	} else if (memchr(line.p, '=', line.len) != NULL) {
		out.kind = INI_PAIR;
		out.key = weigh_ini_trim(weigh_ini_cut(&line, '='));
		out.value = weigh_ini_trim(line);
	}
	return out;
}

struct ini_line
weigh_ini_next(struct ini *ini)
{
	while (ini->rest.len > 0) {
		struct cursor line = weigh_ini_cut(&ini->rest, '\n');

		ini->line++;
		if (!is_clean(line))
			return (struct ini_line){ .kind = INI_UNCLEAN };
		if (ini->remarks)
			line = without_remark(line);
		line = weigh_ini_trim(line);
		if (line.len > 0 && line.p[0] != '#' && line.p[0] != ';')
			return told(line);
	}
	return (struct ini_line){ .kind = INI_END };
}
