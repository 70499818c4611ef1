/* screen: the whole terminal for a while. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "screen.h"
#include "stop.h"

/* xterm's control sequences, which every terminal of today knows: the other
 * screen, no cursor. */
#define TAKE "\033[?1049h\033[?25l"
#define GIVE_BACK "\033[?25h\033[?1049l"

static volatile sig_atomic_t resized;

static void
on_resize(int number)
{
	(void)number;
	resized = 1;
}

bool
screen_possible(const struct out *o)
{
	return o->bars && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

enum weigh_code
screen_open(struct screen *s, struct weigh_err *err)
{
	struct sigaction action = { .sa_handler = on_resize };
	struct termios mode;

	*s = (struct screen){ .open = false };
	if (tcgetattr(STDIN_FILENO, &s->before) != 0)
		return weigh_fail_errno(err, errno, "the terminal");
	mode = s->before;
	mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	mode.c_cc[VSUSP] = _POSIX_VDISABLE; /* nobody would give it back */
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode) != 0)
		return weigh_fail_errno(err, errno, "the terminal");
	sigaction(SIGWINCH, &action, NULL);
	s->open = true;
	fputs(TAKE, stdout);
	fflush(stdout);
	return WEIGH_OK;
}

void
screen_close(struct screen *s)
{
	if (!s->open)
		return;
	s->open = false;
	fputs(GIVE_BACK, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &s->before);
	signal(SIGWINCH, SIG_DFL);
}

void
screen_size(unsigned *columns, unsigned *rows)
{
	struct winsize w;

	*columns = 80;
	*rows = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0)
		return;
	if (w.ws_col > 0)
		*columns = w.ws_col;
	if (w.ws_row > 0)
		*rows = w.ws_row;
}

/* Line by line over what is there, so that nothing flickers. */
void
screen_draw(const struct weigh_buf *lines)
{
	const char *p = lines->data != NULL ? lines->data : "";
	const char *end;

	if (lines->failed)
		return;
	fputs("\033[H", stdout);
	for (; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		fwrite(p, 1, (size_t)(end - p), stdout);
		fputs(end[1] != '\0' ? "\033[K\n" : "\033[K", stdout);
	}
	fputs("\033[J", stdout);
	fflush(stdout);
}

enum screen_event
screen_wait(unsigned ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	if (stop_asked())
		return SCREEN_QUIT;
	if (poll(&p, 1, (int)ms) > 0 &&
	    (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q'))
		return SCREEN_QUIT;
	if (stop_asked())
		return SCREEN_QUIT;
	if (!resized)
		return SCREEN_TIME;
	resized = 0;
	return SCREEN_RESIZED;
}
