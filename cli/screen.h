/*
 * screen: the whole terminal for a while, and back as it was.
 *
 * (1) screen_close leaves the terminal as screen_open found it: its modes, its
 *     text, its cursor.  Whoever opened it closes it, however the verb ends.
 * (2) The size is asked for at each drawing; a change of it ends a wait.
 *
 * One at a time.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <termios.h>

#include <weigh/buf.h>

#include "out.h"

struct screen {
	bool open;
	struct termios before;
};

/* Can results be shown so: does a person sit at a terminal that can do it? */
bool screen_possible(const struct out *o);

enum weigh_code screen_open(struct screen *s, struct weigh_err *err);
/* Does nothing when it is not open. */
void screen_close(struct screen *s);

/* Columns and rows now. */
void screen_size(unsigned *columns, unsigned *rows);

/* Show these lines, from the top; none is wider than the screen. */
void screen_draw(const struct weigh_buf *lines);

enum screen_event {
	SCREEN_TIME,    /* the time is over */
	SCREEN_RESIZED, /* another size */
	SCREEN_QUIT     /* q, Ctrl-C, SIGTERM, or nobody is there any more */
};
/* Wait for what comes first. */
enum screen_event screen_wait(unsigned ms);

#endif
