/* Tests of daemon/log/log.c; the numbers are those of log.h. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "check.h"
#include "log/log.h"

/* stderr caught in a pipe. */
struct caught {
	int saved, ends[2];
	char text[60000];
};

static void
catch_begin(struct caught *c)
{
	fflush(stderr);
	c->saved = dup(STDERR_FILENO);
	check_true("pipe", pipe(c->ends) == 0);
	check_true("room", fcntl(c->ends[1], F_SETPIPE_SZ, 1 << 20) > 0);
	check_true("dup2", dup2(c->ends[1], STDERR_FILENO) >= 0);
}

static void
catch_end(struct caught *c)
{
	size_t len = 0;
	ssize_t n;

	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	close(c->ends[1]);
	while ((n = read(c->ends[0], c->text + len,
		    sizeof(c->text) - 1 - len)) > 0)
		len += (size_t)n;
	c->text[len] = '\0';
	close(c->ends[0]);
}

/* (2): what a value looks like in the line. */
static const struct value_row {
	const char *label, *value, *want;
} values[] = {
	{ "plain", "abc", "abc" },
	{ "path", "models/acme/demo", "models/acme/demo" },
	{ "empty", "", "\"\"" },
	{ "blank", "a b", "\"a b\"" },
	{ "quote", "a\"b", "\"a\\\"b\"" },
	{ "equals", "a=b", "\"a=b\"" },
	{ "backslash", "a\\b", "\"a\\\\b\"" },
	{ "line feed", "a\nb", "\"a\\nb\"" },
	{ "tab", "a\tb", "\"a\\tb\"" },
	{ "return", "a\rb", "\"a\\x0db\"" },
	{ "escape", "\033[2J", "\"\\x1b[2J\"" },
	{ "DEL", "\177", "\"\\x7f\"" },
	{ "UTF-8", "größe", "größe" },
	{ "UTF-8 with a blank", "ö ö", "\"ö ö\"" },
	{ "C1 in UTF-8",
	    "\xc2\x9b"
	    "2J",
	    "\"\\xc2\\x9b2J\"" },
	{ "U+00A0 is no control", "\xc2\xa0", "\xc2\xa0" },
	{ "not UTF-8", "\xff", "\"\\xff\"" },
	{ "Latin-1",
	    "gr\xf6\xdf"
	    "e",
	    "\"gr\\xf6\\xdfe\"" },
	{ "absent", NULL, NULL },
};

static void
test_values(void **state)
{
	char want[200];
	struct caught c;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		catch_begin(&c);
		log_event(LOG_INFO_LEVEL, "test", "before", "x", "value",
		    values[i].value, "after", "y", NULL);
		catch_end(&c);
		if (values[i].want == NULL)
			snprintf(want, sizeof(want), "before=x after=y\n");
		else
			snprintf(want, sizeof(want),
			    "before=x value=%s after=y\n", values[i].want);
		check_has(values[i].label, c.text,
		    " level=info event=test before=x ");
		check_true("time",
		    strlen(c.text) > 25 && c.text[23] == 'Z' &&
			c.text[10] == 'T' && c.text[19] == '.');
		check_str(values[i].label, strstr(c.text, "before="), want);
	}
}

/* (2): one event is one line, also when it is too long: pairs are left out
 * whole, and that is said. */
static void
test_long(void **state)
{
	char value[5000];
	struct caught c;

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	catch_begin(&c);
	log_event(LOG_INFO_LEVEL, "test", "a", "1", "b", value, "c", "3", NULL);
	catch_end(&c);
	check_str("cut", strstr(c.text, " a="), " a=1 cut=yes\n");
	/* Of every length around the limit: whole lines, whole pairs. */
	for (size_t len = 3900; len < 4100; len++) {
		value[len] = '\0';
		catch_begin(&c);
		log_event(LOG_INFO_LEVEL, "test", "b", value, NULL);
		catch_end(&c);
		value[len] = 'x';
		check_true("one line",
		    strchr(c.text, '\n') == c.text + strlen(c.text) - 1);
		check_true("in bounds", strlen(c.text) <= 4096);
		check_true("whole or not at all",
		    strstr(c.text, "=test cut=yes\n") != NULL ||
			strspn(strstr(c.text, " b=") + 3, "x") == len);
	}
}

static void
test_levels(void **state)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	struct caught c;

	(void)state;
	for (int set = 0; set < 4; set++) {
		check_u64(names[set], (uint64_t)log_level_parse(names[set]),
		    (uint64_t)set);
		log_set_level((enum log_level)set);
		for (int at = 0; at < 4; at++) {
			catch_begin(&c);
			log_event((enum log_level)at, "test", NULL);
			catch_end(&c);
			check_u64(names[at], c.text[0] != '\0', at <= set);
			if (at <= set)
				check_has("named", c.text, names[at]);
		}
	}
	log_set_level(LOG_INFO_LEVEL);
	check_true("unknown", log_level_parse("loud") == -1);
	check_true("empty", log_level_parse("") == -1);
}

static void *
shout(void *arg)
{
	for (int i = 0; i < 200; i++)
		log_event(LOG_INFO_LEVEL, "test", "who", (const char *)arg,
		    NULL);
	return NULL;
}

/* Lines of several threads do not mix. */
static void
test_threads(void **state)
{
	char names[2][30] = { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbb" };
	pthread_t threads[2];
	struct caught c;
	char *line, *rest;
	int lines = 0;

	(void)state;
	catch_begin(&c);
	for (int i = 0; i < 2; i++)
		check_true("thread",
		    pthread_create(&threads[i], NULL, shout, names[i]) == 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	catch_end(&c);
	for (line = strtok_r(c.text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest), lines++) {
		check_u64("length", strlen(line), 24 + 22 + 5 + 29);
		check_has("event", line, "Z level=info event=test who=");
	}
	check_u64("lines", (uint64_t)lines, 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
