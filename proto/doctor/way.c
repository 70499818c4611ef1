/* way: weigh about the way to weighd, see weigh/doctor.h.  One function a check,
 * in the order of the table behind them. */
#include "words.h"

#define START_FIX "start it: systemctl start weighd, or weighd by hand"

static const char *
rights_of(const struct weigh_way_facts *f)
{
	if (f->local)
		return "with every right";
	return f->token ? "with the rights of the token" : "for reading only";
}

static void
judge_server(const struct weigh_way_facts *f, struct weigh_finding *out)
{
	if (f->version[0] != '\0') {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "weighd %.40s answers at %.300s, %s", f->version, f->server,
		    rights_of(f));
		return;
	}
	if (f->unwelcome) {
		weigh_doctor_say(out, WEIGH_HEALTH_BAD,
		    "a weighd answers at %.110s, but not us: %.340s", f->server,
		    f->problem);
		weigh_doctor_mend(out,
		    "set WEIGH_TOKEN or HF_TOKEN to a token of this mirror "
		    "that has not expired");
		return;
	}
	weigh_doctor_say(out, WEIGH_HEALTH_BAD,
	    "no weighd answers at %.110s: %.360s", f->server, f->problem);
	if (f->refused)
		weigh_doctor_mend(out,
		    "run it as the user of weighd, or as a member of its group");
	else if (f->named)
		weigh_doctor_mend(out,
		    "check that weighd runs there, and the address");
	else
		weigh_doctor_mend(out, START_FIX);
}

static void
judge_socket(const struct weigh_way_facts *f, struct weigh_finding *out)
{
	if (f->socket[0] == '\0') {
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "not looked for: a server was named");
		return;
	}
	if (!f->socket_there) {
		weigh_doctor_say(out,
		    f->version[0] == '\0' ? WEIGH_HEALTH_BAD :
					    WEIGH_HEALTH_WARN,
		    "there is none at %.300s", f->socket);
		weigh_doctor_mend(out, START_FIX);
	} else if (!f->socket_is_one) {
		weigh_doctor_say(out, WEIGH_HEALTH_BAD, "%.300s is no socket",
		    f->socket);
		weigh_doctor_mend(out, "move it away and restart weighd");
	} else if ((f->socket_mode & 07) != 0) {
		weigh_doctor_say(out, WEIGH_HEALTH_BAD,
		    "%.300s has mode %04o: everybody here has every right",
		    f->socket, f->socket_mode);
		weigh_doctor_mend(out, "chmod 600 %.250s", f->socket);
	} else if (f->socket_heard) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK, "%.300s, mode %04o",
		    f->socket, f->socket_mode);
	} else if (f->refused) {
		weigh_doctor_say(out, WEIGH_HEALTH_WARN,
		    "%.300s is not ours to use", f->socket);
		weigh_doctor_mend(out,
		    "run it as the user of weighd, or as a member of its group");
	} else {
		weigh_doctor_say(out, WEIGH_HEALTH_BAD,
		    "nobody listens on %.300s: weighd is not running",
		    f->socket);
		weigh_doctor_mend(out, START_FIX);
	}
}

static void
judge_folder(const struct weigh_way_facts *f, struct weigh_finding *out)
{
	if (f->folder[0] == '\0')
		weigh_doctor_say(out, WEIGH_HEALTH_OK,
		    "not looked for: a server was named");
	else if (f->folder_there)
		weigh_doctor_say(out, WEIGH_HEALTH_OK, "%.300s is there",
		    f->folder);
	else {
		weigh_doctor_say(out,
		    f->version[0] != '\0' ? WEIGH_HEALTH_OK : WEIGH_HEALTH_WARN,
		    "there is no %.300s: no weighd has kept anything there",
		    f->folder);
		if (f->version[0] == '\0')
			weigh_doctor_mend(out, START_FIX);
	}
}

static void
judge_port(const struct weigh_way_facts *f, struct weigh_finding *out)
{
	if (f->version[0] != '\0' || f->named) {
		weigh_doctor_say(out, WEIGH_HEALTH_OK, "not needed");
	} else if (f->port_heard) {
		weigh_doctor_say(out, WEIGH_HEALTH_WARN,
		    "somebody listens on weighd's usual port, and is not "
		    "weighd");
		weigh_doctor_mend(out,
		    "see who it is: ss -ltnp sport = :8477; or let weighd "
		    "listen elsewhere");
	} else {
		weigh_doctor_say(out, WEIGH_HEALTH_WARN,
		    "nobody listens on weighd's usual port");
		weigh_doctor_mend(out, START_FIX);
	}
}

static const struct {
	const char *check;
	void (*judge)(const struct weigh_way_facts *f,
	    struct weigh_finding *out);
} way_checks[] = {
	{ "server", judge_server },
	{ "socket", judge_socket },
	{ "folder", judge_folder },
	{ "port", judge_port },
};

_Static_assert(sizeof(way_checks) / sizeof(way_checks[0]) == WEIGH_WAY_CHECKS,
    "as many rows as the header says");

size_t
weigh_doctor_way(const struct weigh_way_facts *f,
    struct weigh_finding out[WEIGH_WAY_CHECKS])
{
	for (size_t i = 0; i < WEIGH_WAY_CHECKS; i++) {
		out[i].check = way_checks[i].check;
		way_checks[i].judge(f, &out[i]);
	}
	return WEIGH_WAY_CHECKS;
}
