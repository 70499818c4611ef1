/*
 * weigh add: publish a folder.  weigh opens the files and hands the descriptors
 * over the local socket; weighd reads them, and nothing is visible before the
 * commit at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <weigh/control.h>
#include <weigh/http.h>

#include "bars.h"
#include "beneath.h"
#include "cmds.h"
#include "job.h"
#include "local.h"
#include "stop.h"
#include "text.h"
#include "walk.h"

#define AT_ONCE 8                   /* files that weighd reads at once */
#define AHEAD ((uint64_t)256 << 20) /* bytes handed over and not yet read */
#define LOOK_MS 100
#define BODY_MAX WEIGH_CONTROL_BODY

/* One add under way. */
struct adding {
	const struct call *c;
	struct weigh_ref ref;
	const char *branch; /* NULL: weighd's default */
	int dir;
	struct walk walk;
	struct local local;
	char session[128]; /* `/-/v1/add/ID` */
	struct bars bars;
	uint64_t sent_files, sent_bytes;
	uint64_t read_files, read_bytes; /* what weighd has said so far */
	uint64_t looked_ms;
	bool failed; /* weighd gave up; the commit will say why */
};

/* Publishing means handing over open files: only a local socket does that. */
static enum weigh_code
need_socket(const struct server *s, struct weigh_err *err)
{
	if (s->local)
		return WEIGH_OK;
	if (s->chosen) {
		weigh_fail(err, WEIGH_UNAUTHORIZED,
		    "publishing needs weighd's local socket, not %.300s",
		    s->url);
		weigh_fix(err,
		    "run it where weighd runs, or name its socket: "
		    "--server unix:DATA/control.sock");
		return WEIGH_UNAUTHORIZED;
	}
	weigh_fail(err, s->denied ? WEIGH_UNAUTHORIZED : WEIGH_NETWORK,
	    "publishing needs weighd's local socket (%.500s)", s->note);
	if (s->denied)
		server_advice(s, err);
	else
		weigh_fix(err,
		    "start weighd, or name its socket: "
		    "--server unix:DATA/control.sock");
	return s->denied ? WEIGH_UNAUTHORIZED : WEIGH_NETWORK;
}

static enum weigh_code
open_folder(struct adding *a, const char *path, struct weigh_err *err)
{
	a->dir = beneath_openat(AT_FDCWD, path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (a->dir >= 0)
		return WEIGH_OK;
	weigh_fail_errno(err, errno, "the folder '%.200s'", path);
	weigh_fix(err, "give the folder that holds the model's files");
	return err->code;
}

/* The branch to publish on: --revision, else NAME@REV, else weighd's default.
 * A commit id cannot be one: it names what is there already. */
static enum weigh_code
choose_branch(struct adding *a, struct weigh_err *err)
{
	const char *rev = opts_value(a->c->opts, OPT_REVISION, NULL);
	struct weigh_gitid id;

	if (rev == NULL)
		rev = a->ref.rev[0] != '\0' ? a->ref.rev : NULL;
	a->branch = rev;
	if (rev == NULL ||
	    (weigh_rev_ok(rev, strlen(rev)) &&
		!weigh_gitid_parse(&id, rev, strlen(rev))))
		return WEIGH_OK;
	weigh_fail(err, WEIGH_USAGE, "'%.100s' cannot be a branch", rev);
	weigh_fix(err,
	    "take a name that git-check-ref-format(1) allows, such "
	    "as main or v1");
	return WEIGH_USAGE;
}

/* `{"name":…,"revision":…,"message":…}` */
static enum weigh_code
begin(struct adding *a, struct weigh_err *err)
{
	const char *message = opts_value(a->c->opts, OPT_MESSAGE, NULL);
	char name[WEIGH_REPO_TEXT];
	struct doc *d = NULL;
	struct weigh_buf b, path;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_repo_text(&a->ref.repo, name);
	weigh_buf_init(&b, BODY_MAX);
	weigh_buf_init(&path, sizeof(a->session));
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "name", name);
	if (a->branch != NULL)
		weigh_jw_kstr(&w, "revision", a->branch);
	if (message != NULL)
		weigh_jw_kstr(&w, "message", message);
	weigh_jw_object_end(&w);
	rc = b.failed ?
	    weigh_fail(err, WEIGH_USAGE, "the message is too long") :
	    local_doc(&a->local, "/-/v1/add", b.data, -1, "weigh.add-session/1",
		&d, err);
	weigh_buf_adds(&path, "/-/v1/add/");
	weigh_http_escape(&path, doc_str(d, "session"), false);
	if (rc == WEIGH_OK && path.len < sizeof(a->session))
		memcpy(a->session, path.data, path.len + 1);
	else if (rc == WEIGH_OK)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "a session without a name");
	doc_free(d);
	weigh_buf_free(&path);
	weigh_buf_free(&b);
	return rc;
}

/* Ask how far weighd is. */
static enum weigh_code
look(struct adding *a, struct weigh_err *err)
{
	struct doc *d = NULL;
	enum weigh_code rc = local_doc(&a->local, a->session, NULL, -1,
	    "weigh.add-progress/1", &d, err);

	a->looked_ms = bars_now_ms();
	if (rc == WEIGH_OK) {
		a->read_files = doc_u64(d, "files_done");
		a->read_bytes = doc_u64(d, "done");
		bars_total(&a->bars, a->read_bytes);
		bars_draw(&a->bars);
		a->failed = doc_bool(d, "failed");
	}
	doc_free(d);
	return rc;
}

/* Do not hand over what weighd could not begin to read soon: its answer would
 * be late, and meanwhile nothing could be asked on this connection. */
static enum weigh_code
wait_for_room(struct adding *a, struct weigh_err *err)
{
	struct timespec nap = { 0, LOOK_MS * 1000000L };
	enum weigh_code rc = WEIGH_OK;

	if (bars_now_ms() >= a->looked_ms + LOOK_MS)
		rc = look(a, err);
	while (rc == WEIGH_OK && !a->failed &&
	    a->sent_files >= a->read_files + AT_ONCE &&
	    a->sent_bytes >= a->read_bytes + AHEAD) {
		nanosleep(&nap, NULL);
		rc = stop_asked() ? stop_fail(err) : look(a, err);
	}
	return rc;
}

static enum weigh_code
send_file(struct adding *a, const struct walk_file *f, struct weigh_err *err)
{
	struct doc *d = NULL;
	struct weigh_buf b, path;
	struct weigh_jw w;
	enum weigh_code rc;
	int fd = walk_open(a->dir, f, err);

	if (fd < 0)
		return err->code;
	weigh_buf_init(&path, 256);
	weigh_buf_addf(&path, "%s/files", a->session);
	weigh_buf_init(&b, BODY_MAX);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "path", f->path);
	weigh_jw_object_end(&w);
	rc = b.failed || path.failed ?
	    weigh_fail(err, WEIGH_NOMEM, "out of memory") :
	    local_doc(&a->local, path.data, b.data, fd, NULL, &d, err);
	doc_free(d);
	weigh_buf_free(&b);
	weigh_buf_free(&path);
	close(fd);
	a->sent_files++;
	a->sent_bytes += f->size;
	return rc;
}

static enum weigh_code
send_files(struct adding *a, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	for (i = 0; i < a->walk.count && rc == WEIGH_OK; i++) {
		rc = stop_asked() ? stop_fail(err) : wait_for_room(a, err);
		if (a->failed)
			break;
		if (rc == WEIGH_OK)
			rc = send_file(a, &a->walk.files[i], err);
	}
	while (rc == WEIGH_OK && a->c->out->bars && !a->failed &&
	    a->read_files < a->sent_files) {
		struct timespec nap = { 0, LOOK_MS * 1000000L };

		rc = stop_asked() ? stop_fail(err) : look(a, err);
		if (rc == WEIGH_OK && a->read_files < a->sent_files)
			nanosleep(&nap, NULL);
	}
	return rc;
}

static enum weigh_code
commit(struct adding *a, struct doc **result, struct weigh_err *err)
{
	struct job_asker asker = { .local = &a->local };
	struct doc *started = NULL;
	struct weigh_buf path, body;
	enum weigh_code rc;

	weigh_buf_init(&path, 256);
	weigh_buf_init(&body, 64);
	weigh_buf_addf(&path, "%s/commit", a->session);
	weigh_buf_addf(&body, "{\"files\":%zu}", a->walk.count);
	rc = path.failed || body.failed ?
	    weigh_fail(err, WEIGH_NOMEM, "out of memory") :
	    local_doc(&a->local, path.data, body.data, -1, "weigh.job/1",
		&started, err);
	if (rc == WEIGH_OK)
		rc = job_wait(&asker, started, a->c->out, "commit", result,
		    err);
	doc_free(started);
	weigh_buf_free(&body);
	weigh_buf_free(&path);
	return rc;
}

static enum weigh_code
print(const struct adding *a, const struct doc *d, struct weigh_err *err)
{
	const char *name = doc_str(d, "name");
	const char *revision = doc_str(d, "revision");
	char files[TEXT_COUNT], size[TEXT_SIZE];

	static const struct out_column fields[] = {
		{ "revision", "revision", OUT_TEXT, false },
		{ "name", "name", OUT_TEXT, false },
		{ "files", "files", OUT_NUMBER, false },
		{ "size", "bytes", OUT_SIZE, false },
	};

	if (a->c->out->format != OUT_HUMAN)
		return call_print(a->c, d, fields,
		    sizeof(fields) / sizeof(fields[0]), err);
	text_count(doc_u64(d, "files"), "file", files);
	text_size(doc_u64(d, "bytes"), size);
	out_line("%s@%s  %s, %s", name, revision, files, size);
	text_size(doc_u64(d, "new_bytes"), size);
	if (doc_bool(d, "unchanged") && doc_u64(d, "new_bytes") > 0)
		out_say(a->c->out,
		    "this revision was here; %s of it that were bad or missing "
		    "are back",
		    size);
	else if (doc_bool(d, "unchanged"))
		out_say(a->c->out, "nothing changed: this revision was here");
	out_say(a->c->out, "next: weigh pull %s%s%s", name,
	    a->branch != NULL ? "@" : "", a->branch != NULL ? a->branch : "");
	return WEIGH_OK;
}

/* All of it, with what is owned already owned. */
static enum weigh_code
publish(struct adding *a, struct doc **result, struct weigh_err *err)
{
	struct server s;
	unsigned timeout;
	enum weigh_code rc = call_timeout(a->c, &timeout, err);

	if (rc == WEIGH_OK)
		rc = server_find(&s, opts_value(a->c->opts, OPT_SERVER, NULL),
		    err);
	if (rc == WEIGH_OK)
		rc = open_folder(a, a->c->args[0], err);
	if (rc == WEIGH_OK)
		rc = need_socket(&s, err);
	if (rc == WEIGH_OK)
		rc = walk_read(&a->walk, a->dir, err);
	if (rc == WEIGH_OK)
		rc = local_open(&a->local, &s, timeout, err);
	if (rc == WEIGH_OK)
		rc = begin(a, err);
	bars_begin(&a->bars, a->c->out, a->c->args[1], a->walk.bytes);
	if (rc == WEIGH_OK)
		rc = send_files(a, err);
	bars_end(&a->bars);
	if (rc == WEIGH_OK)
		rc = commit(a, result, err);
	if (rc == WEIGH_CANCELED && stop_asked())
		weigh_fix(err, "run it again; nothing was published");
	return rc;
}

enum weigh_code
cmd_add(const struct call *c, struct weigh_err *err)
{
	struct adding a = { .c = c, .dir = -1, .local = { .fd = -1 } };
	struct doc *result = NULL;
	enum weigh_code rc = call_ref(&a.ref, c->args[1], err);

	if (rc == WEIGH_OK)
		rc = choose_branch(&a, err);
	if (rc == WEIGH_OK)
		rc = publish(&a, &result, err);
	if (rc == WEIGH_OK)
		rc = print(&a, result, err);
	else if (call_needs_what(err))
		weigh_what(err, "cannot publish '%.100s' as %.100s", c->args[0],
		    c->args[1]);
	doc_free(result);
	local_close(&a.local);
	walk_free(&a.walk);
	if (a.dir >= 0)
		close(a.dir);
	return rc;
}
