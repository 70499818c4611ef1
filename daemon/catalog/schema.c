/*
 * The tables, as steps from one version to the next.  A step that was released
 * is never edited; a change is a new step and CATALOG_SCHEMA + 1.
 *
 * Digests are stored as their bytes; sizes and dates as integers; texts compare
 * by their bytes (BINARY), which is the order of paths everywhere in the house.
 * A table that grows has an index for every way it is asked.
 */
#include "db.h"

/* clang-format off */
static const char step_1[] =
"CREATE TABLE repositories ("
"  id      INTEGER PRIMARY KEY,"
"  kind    INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"
"  key     TEXT NOT NULL," /* the name with A-Z lowered: one spelling a name */
"  name    TEXT NOT NULL,"
"  created INTEGER NOT NULL," /* earliest date of its revisions */
"  UNIQUE (kind, key)"
") STRICT;"

"CREATE TABLE revisions ("
"  id       INTEGER PRIMARY KEY,"
"  repo     INTEGER NOT NULL REFERENCES repositories,"
"  git      BLOB NOT NULL CHECK (length(git) = 20),"
"  parent   BLOB CHECK (length(parent) = 20),"
"  manifest BLOB NOT NULL CHECK (length(manifest) = 32),"
"  date     INTEGER NOT NULL,"
"  title    TEXT NOT NULL,"
"  origin   TEXT NOT NULL,"
"  license  TEXT NOT NULL,"
"  files    INTEGER NOT NULL CHECK (files >= 0),"
"  bytes    INTEGER NOT NULL CHECK (bytes >= 0),"
"  UNIQUE (repo, git)"
") STRICT;"
"CREATE INDEX revisions_date ON revisions (repo, date);"

"CREATE TABLE refs ("
"  repo     INTEGER NOT NULL REFERENCES repositories,"
"  kind     INTEGER NOT NULL CHECK (kind IN (0, 1))," /* branch, tag */
"  name     TEXT NOT NULL,"
"  revision INTEGER NOT NULL REFERENCES revisions,"
"  PRIMARY KEY (repo, kind, name)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX refs_revision ON refs (revision);"

"CREATE TABLE blobs ("
"  id    INTEGER PRIMARY KEY,"
"  oid   BLOB NOT NULL UNIQUE CHECK (length(oid) = 32),"
"  size  INTEGER NOT NULL CHECK (size >= 0),"
"  state INTEGER NOT NULL CHECK (state IN (0, 1))," /* good, bad */
"  stamp_size  INTEGER NOT NULL," /* its file when it was last hashed */
"  stamp_inode INTEGER NOT NULL,"
"  stamp_mtime INTEGER NOT NULL,"
"  stamp_ctime INTEGER NOT NULL"
") STRICT;"

"CREATE TABLE entries ("
"  revision     INTEGER NOT NULL REFERENCES revisions,"
"  path         TEXT NOT NULL,"
"  folder       TEXT NOT NULL," /* path up to its last '/', '' in the root */
"  git          BLOB NOT NULL CHECK (length(git) = 20),"
"  blob         INTEGER REFERENCES blobs," /* NULL: a directory */
"  pointer_size INTEGER," /* NULL: not LFS */
"  last         INTEGER NOT NULL REFERENCES revisions," /* last change */
"  PRIMARY KEY (revision, path)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX entries_folder ON entries (revision, folder, path);"
"CREATE INDEX entries_blob ON entries (blob) WHERE blob IS NOT NULL;"

"CREATE TABLE intents ("
"  id     INTEGER PRIMARY KEY,"
"  kind   INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"
"  name   TEXT NOT NULL,"
"  ref    TEXT NOT NULL,"
"  old    BLOB CHECK (length(old) = 20)," /* NULL: the ref did not exist */
"  origin TEXT NOT NULL"
") STRICT;"
"CREATE TABLE intent_blobs ("
"  intent INTEGER NOT NULL REFERENCES intents ON DELETE CASCADE,"
"  oid    BLOB NOT NULL CHECK (length(oid) = 32),"
"  PRIMARY KEY (intent, oid)"
") STRICT, WITHOUT ROWID;"

"CREATE TABLE totals ("
"  id        INTEGER PRIMARY KEY CHECK (id = 1),"
"  repos     INTEGER NOT NULL CHECK (repos >= 0),"
"  revisions INTEGER NOT NULL CHECK (revisions >= 0),"
"  blobs     INTEGER NOT NULL CHECK (blobs >= 0),"
"  bytes     INTEGER NOT NULL CHECK (bytes >= 0),"
"  bad       INTEGER NOT NULL CHECK (bad >= 0)"
") STRICT;"
"INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0);"

"PRAGMA application_id = 0x57474831;" /* "WGH1" */
"PRAGMA user_version = 1;";

/* Scrub: when everything was last read, and what was found.  `checked` is below
 * zero for what was never read back from the disk: then it is the time of its
 * admission with a minus, so the index's order is scrub's: the newest of those
 * first, then what was read longest ago.  0: never, and nobody knows since
 * when. */
static const char step_2[] =
"ALTER TABLE blobs ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;"
"CREATE INDEX blobs_checked ON blobs (checked, id) WHERE state = 0;"
"CREATE INDEX blobs_bad ON blobs (oid) WHERE state = 1;"

"ALTER TABLE repositories ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE repositories ADD COLUMN problem TEXT NOT NULL DEFAULT '';"
"CREATE INDEX repositories_checked ON repositories (checked, id);"
"CREATE INDEX repositories_problem ON repositories (kind, key)"
" WHERE problem <> '';"

"CREATE TABLE findings (" /* about bad blobs */
"  blob     INTEGER PRIMARY KEY REFERENCES blobs ON DELETE CASCADE,"
"  time     INTEGER NOT NULL,"
"  problem  TEXT NOT NULL,"
"  segments TEXT NOT NULL" /* their numbers, separated by blanks */
") STRICT;"

"CREATE TABLE scrub ("
"  id      INTEGER PRIMARY KEY CHECK (id = 1),"
"  began   INTEGER NOT NULL," /* the round; 0: none yet */
"  ended   INTEGER NOT NULL," /* 0: it is under way */
"  done    INTEGER NOT NULL," /* bytes of good blobs checked since `began` */
"  catalog INTEGER NOT NULL," /* when it was last read whole and good */
"  journal INTEGER NOT NULL,"
"  oid     BLOB CHECK (length(oid) = 32)," /* the place; NULL: none */
"  offset  INTEGER NOT NULL,"
"  chain   BLOB CHECK (length(chain) = 32)," /* SHA-256's value there */
"  stamp_size  INTEGER NOT NULL," /* its file when it was begun */
"  stamp_inode INTEGER NOT NULL,"
"  stamp_mtime INTEGER NOT NULL,"
"  stamp_ctime INTEGER NOT NULL"
") STRICT;"
"INSERT INTO scrub VALUES (1, 0, 0, 0, 0, 0, NULL, 0, NULL, 0, 0, 0, 0);"

"ALTER TABLE totals ADD COLUMN bad_bytes INTEGER NOT NULL DEFAULT 0;"
"UPDATE totals SET bad_bytes ="
" (SELECT coalesce(sum(size), 0) FROM blobs WHERE state = 1);"

"PRAGMA user_version = 2;";

/* What the Hub's clients ask beyond files: who may read a repository, the names it
 * had, what its card says, pull requests, uploads that no revision names yet, and
 * what is known of or made from a file of weights.  What lists and searches need
 * is derived from the revision that HEAD means. */
static const char step_3[] =
"CREATE TABLE refs_3 ("
"  repo     INTEGER NOT NULL REFERENCES repositories,"
"  kind     INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2)," /* branch, tag, pull */
"  name     TEXT NOT NULL," /* "main"; of a pull request its number */
"  revision INTEGER NOT NULL REFERENCES revisions,"
"  PRIMARY KEY (repo, kind, name)"
") STRICT, WITHOUT ROWID;"
"INSERT INTO refs_3 SELECT * FROM refs;"
"DROP TABLE refs;"
"ALTER TABLE refs_3 RENAME TO refs;"
"CREATE INDEX refs_revision ON refs (revision);"

/* `last` is a revision of the same repository and goes with it; a reference to it
 * would want an index of its own, or revisions could not be deleted. */
"CREATE TABLE entries_3 ("
"  revision     INTEGER NOT NULL REFERENCES revisions,"
"  path         TEXT NOT NULL,"
"  folder       TEXT NOT NULL," /* path up to its last '/', '' in the root */
"  git          BLOB NOT NULL CHECK (length(git) = 20),"
"  blob         INTEGER REFERENCES blobs," /* NULL: a directory */
"  pointer_size INTEGER," /* NULL: not LFS */
"  last         INTEGER NOT NULL," /* revision of the last change */
"  PRIMARY KEY (revision, path)"
") STRICT, WITHOUT ROWID;"
"INSERT INTO entries_3 SELECT * FROM entries;"
"DROP TABLE entries;"
"ALTER TABLE entries_3 RENAME TO entries;"
"CREATE INDEX entries_folder ON entries (revision, folder, path);"
"CREATE INDEX entries_blob ON entries (blob) WHERE blob IS NOT NULL;"

"ALTER TABLE intents ADD COLUMN verb INTEGER NOT NULL DEFAULT 0;" /* catalog.h */
"ALTER TABLE intents ADD COLUMN target TEXT NOT NULL DEFAULT '';" /* of a move */

"ALTER TABLE repositories ADD COLUMN visibility INTEGER NOT NULL DEFAULT 0"
" CHECK (visibility BETWEEN 0 AND 2);" /* public, gated, private */
"CREATE TABLE renames (" /* names that repositories had before */
"  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"
"  key  TEXT NOT NULL,"
"  repo INTEGER NOT NULL REFERENCES repositories,"
"  PRIMARY KEY (kind, key)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX renames_repo ON renames (repo);"

"ALTER TABLE revisions ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE revisions ADD COLUMN card TEXT NOT NULL DEFAULT '';" /* JSON */
"ALTER TABLE revisions ADD COLUMN config TEXT NOT NULL DEFAULT '';" /* JSON */

"CREATE TABLE received (" /* uploads: who proved to have these bytes */
"  blob  INTEGER NOT NULL REFERENCES blobs ON DELETE CASCADE,"
"  token TEXT NOT NULL," /* its id; '' for the mirror's own user */
"  time  INTEGER NOT NULL,"
"  PRIMARY KEY (blob, token)"
") STRICT, WITHOUT ROWID;"

"CREATE TABLE weights (" /* what the header of a weights file says */
"  blob  INTEGER PRIMARY KEY REFERENCES blobs ON DELETE CASCADE,"
"  facts TEXT NOT NULL" /* JSON */
") STRICT;"
"CREATE TABLE made (" /* blobs the mirror itself made from a file of weights */
"  source INTEGER NOT NULL REFERENCES blobs ON DELETE CASCADE,"
"  kind   TEXT NOT NULL," /* "config", "template", "params" */
"  blob   INTEGER NOT NULL REFERENCES blobs ON DELETE CASCADE,"
"  PRIMARY KEY (source, kind)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX made_blob ON made (blob);"

/* Lists and searches: a row for each repository, by the revision that HEAD means.
 * `place` is its place in a list by date, `born` in one by age: kind, seconds,
 * repository, in one number (listed.h), so that every list, that of a word and
 * that of a text too, is in order by itself. */
"CREATE TABLE listed ("
"  place    INTEGER PRIMARY KEY,"
"  born     INTEGER NOT NULL UNIQUE,"
"  repo     INTEGER NOT NULL UNIQUE REFERENCES repositories,"
"  revision INTEGER NOT NULL REFERENCES revisions,"
"  key      TEXT NOT NULL" /* the name with A-Z lowered */
") STRICT;"
"CREATE INDEX listed_born ON listed (born, place, key);"
"CREATE INDEX listed_revision ON listed (revision);"
"CREATE TABLE shown (" /* what is derived of that revision */
"  place   INTEGER PRIMARY KEY REFERENCES listed ON DELETE CASCADE,"
"  task    TEXT NOT NULL,"
"  library TEXT NOT NULL,"
"  tags    TEXT NOT NULL" /* a JSON array */
") STRICT;"
"CREATE TABLE words (" /* what a list can be asked for: '#' tag, '@' author, */
"  id   INTEGER PRIMARY KEY," /* '!' task */
"  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"
"  text TEXT NOT NULL,"
"  uses INTEGER NOT NULL CHECK (uses >= 0),"
"  UNIQUE (kind, text)"
") STRICT;"
"CREATE INDEX words_unused ON words (id) WHERE uses = 0;"
"CREATE TABLE tagged ("
"  word  INTEGER NOT NULL REFERENCES words,"
"  place INTEGER NOT NULL REFERENCES listed,"
"  PRIMARY KEY (word, place)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX tagged_place ON tagged (place, word);"
"CREATE VIRTUAL TABLE found USING fts5(key, content = 'listed',"
" content_rowid = 'place', tokenize = 'trigram', detail = 'none',"
" columnsize = 0);"

"PRAGMA user_version = 3;";

/* What is brought in from elsewhere: jobs and their files, what is followed, what is
 * pinned, and what happened.  A blob that is listed but was never held (`held` 0) is
 * neither lost nor bad. */
static const char step_4[] =
"ALTER TABLE blobs ADD COLUMN held INTEGER NOT NULL DEFAULT 1;"
"DROP INDEX blobs_checked;"
"CREATE INDEX blobs_checked ON blobs (checked, id)"
" WHERE state = 0 AND held = 1;"
"ALTER TABLE revisions ADD COLUMN absent INTEGER NOT NULL DEFAULT 0;" /* files */
"ALTER TABLE revisions ADD COLUMN absent_bytes INTEGER NOT NULL DEFAULT 0;"
"ALTER TABLE totals ADD COLUMN absent INTEGER NOT NULL DEFAULT 0;" /* blobs */
"ALTER TABLE totals ADD COLUMN absent_bytes INTEGER NOT NULL DEFAULT 0;"

"CREATE TABLE jobs ("
"  id       INTEGER PRIMARY KEY AUTOINCREMENT,"
"  kind     INTEGER NOT NULL," /* of the repository */
"  name     TEXT NOT NULL,"
"  request  TEXT NOT NULL," /* the order, as JSON */
"  state    INTEGER NOT NULL,"
"  priority INTEGER NOT NULL,"
"  source   TEXT NOT NULL," /* the one in use, '' none yet */
"  git      BLOB CHECK (length(git) = 20)," /* the commit it keeps */
"  ref      TEXT NOT NULL DEFAULT ''," /* what led to it: 'refs/heads/main' */
"  proved   INTEGER NOT NULL DEFAULT 0,"
"  token    TEXT NOT NULL," /* of who asked, '' the mirror's own user */
"  made     INTEGER NOT NULL,"
"  changed  INTEGER NOT NULL,"
"  until    INTEGER NOT NULL DEFAULT 0,"
"  files    INTEGER NOT NULL DEFAULT 0," /* to do in all; then what is done, as */
"  bytes    INTEGER NOT NULL DEFAULT 0," /* of the last change of its state */
"  done_files INTEGER NOT NULL DEFAULT 0,"
"  done_bytes INTEGER NOT NULL DEFAULT 0,"
"  error    TEXT NOT NULL DEFAULT ''" /* JSON, the last failure */
") STRICT;"
"CREATE INDEX jobs_live ON jobs (priority DESC, id) WHERE state < 7;"
"CREATE TABLE job_files ("
"  job  INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,"
"  path TEXT NOT NULL,"
"  oid  BLOB CHECK (length(oid) = 32)," /* LFS: what it must be */
"  git  BLOB CHECK (length(git) = 20)," /* else its git blob */
"  size INTEGER NOT NULL CHECK (size >= 0),"
"  PRIMARY KEY (job, path)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX job_files_oid ON job_files (oid) WHERE oid IS NOT NULL;"

"CREATE TABLE mirrors (" /* where a repository comes from */
"  repo     INTEGER PRIMARY KEY REFERENCES repositories ON DELETE CASCADE,"
"  request  TEXT NOT NULL," /* the order that is followed, as JSON */
"  source   TEXT NOT NULL,"
"  follow   INTEGER NOT NULL," /* 0: only when asked */
"  through  INTEGER NOT NULL," /* only pulled through: the cache may drop it */
"  used     INTEGER NOT NULL," /* last read by a client */
"  checked  INTEGER NOT NULL," /* last asked of upstream */
"  next     INTEGER NOT NULL," /* when it is asked again */
"  etag     TEXT NOT NULL,"
"  git      BLOB CHECK (length(git) = 20)," /* where upstream was then */
"  state    INTEGER NOT NULL DEFAULT 0," /* enum weigh_upstream_state, then */
"  called   TEXT NOT NULL DEFAULT ''," /* its name there now; '' the same */
"  error    TEXT NOT NULL" /* why it cannot be reached; '' it can */
") STRICT;"
"CREATE INDEX mirrors_next ON mirrors (next) WHERE follow = 1;"
"CREATE INDEX mirrors_used ON mirrors (used) WHERE through = 1;"
"CREATE TABLE told (" /* what upstream calls a commit that was made here */
"  repo     INTEGER NOT NULL REFERENCES repositories ON DELETE CASCADE,"
"  git      BLOB NOT NULL CHECK (length(git) = 20),"
"  revision INTEGER NOT NULL REFERENCES revisions ON DELETE CASCADE,"
"  PRIMARY KEY (repo, git)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX told_revision ON told (revision);"
"CREATE TABLE pins (" /* revisions that stay */
"  id       INTEGER PRIMARY KEY,"
"  revision INTEGER NOT NULL UNIQUE REFERENCES revisions ON DELETE CASCADE,"
"  time     INTEGER NOT NULL,"
"  why      TEXT NOT NULL"
") STRICT;"
"CREATE TABLE lies (" /* blobs for which upstream sent other bytes */
"  oid   BLOB PRIMARY KEY CHECK (length(oid) = 32),"
"  until INTEGER NOT NULL" /* no 206 before */
") STRICT, WITHOUT ROWID;"
"CREATE INDEX lies_until ON lies (until);"
"CREATE TABLE events ("
"  id   INTEGER PRIMARY KEY AUTOINCREMENT,"
"  time INTEGER NOT NULL,"
"  kind TEXT NOT NULL," /* "moved", "gated", "license", … */
"  name TEXT NOT NULL," /* repository, or '' */
"  what TEXT NOT NULL," /* one sentence */
"  more TEXT NOT NULL" /* JSON, '' none */
") STRICT;"
"CREATE INDEX events_name ON events (name, id);"

"PRAGMA user_version = 4;";

/* Since 5: whether a job brought anything that was new.  Of those before nobody knows. */
static const char step_5[] =
"ALTER TABLE jobs ADD COLUMN unchanged INTEGER NOT NULL DEFAULT 1;" /* so far */
"UPDATE jobs SET unchanged = 0;"
"PRAGMA user_version = 5;";

/* Files that could be a license by their names, and what each was found to be: see
 * texts.h.  Of revisions admitted before, by a rougher rule: a text too many is looked at
 * and found to be none. */
static const char step_6[] =
"CREATE TABLE license_texts ("
"  blob    INTEGER PRIMARY KEY REFERENCES blobs ON DELETE CASCADE,"
"  judge   BLOB CHECK (length(judge) = 32)," /* NULL: not looked at yet */
"  kind    TEXT NOT NULL,"
"  license TEXT NOT NULL" /* id, expression, LicenseRef-..., '' */
") STRICT;"
"CREATE INDEX license_texts_waiting ON license_texts (blob)"
" WHERE judge IS NULL;"
"CREATE INDEX license_texts_judge ON license_texts (judge)"
" WHERE judge IS NOT NULL;"
"CREATE INDEX license_texts_license ON license_texts (license, blob)"
" WHERE kind = 'exact';"
"INSERT OR IGNORE INTO license_texts (blob, kind, license)"
" SELECT e.blob, '', '' FROM entries AS e JOIN blobs AS b ON b.id = e.blob"
" WHERE b.size BETWEEN 1 AND 262144 AND (e.path LIKE '%licen_e%'"
" OR e.path LIKE '%copying%' OR e.path LIKE '%copyright%'"
" OR e.path LIKE '%notice%' OR e.path LIKE '%eula%'"
" OR e.path LIKE '%terms%' OR e.path LIKE '%agreement%'"
" OR e.path LIKE '%use_policy%' OR e.path LIKE '%acceptable_use%'"
" OR e.path LIKE '%prohibited_use%');"
"PRAGMA user_version = 6;";

/* What a record needs of each text; records, who waits for one, acts and decisions: see
 * records.h.  What was found before lacks the first, and is looked at again.  Triggers do
 * not run in our own connections (db.c), whose statements all stand in statements.tbl.h:
 * these keep others from changing what people decided. */
static const char step_7[] =
"ALTER TABLE license_texts ADD COLUMN result TEXT NOT NULL DEFAULT '';" /* JSON */
"UPDATE license_texts SET judge = NULL, kind = '', license = '';"

"CREATE TABLE records ("
"  id        INTEGER PRIMARY KEY AUTOINCREMENT,"
"  revision  INTEGER NOT NULL REFERENCES revisions ON DELETE CASCADE,"
"  at        INTEGER NOT NULL,"
"  name      BLOB NOT NULL CHECK (length(name) = 32)," /* SHA-256 of json */
"  judge     BLOB NOT NULL CHECK (length(judge) = 32),"
"  terms     BLOB NOT NULL CHECK (length(terms) = 32),"
"  concluded TEXT NOT NULL,"
"  state     TEXT NOT NULL,"
"  family    TEXT NOT NULL,"
"  findings  TEXT NOT NULL," /* names, blanks between */
"  json      TEXT NOT NULL"
") STRICT;"
"CREATE INDEX records_revision ON records (revision, at);"
"CREATE TABLE unrecorded (" /* revisions that wait for a record */
"  turn     INTEGER PRIMARY KEY AUTOINCREMENT,"
"  revision INTEGER NOT NULL UNIQUE REFERENCES revisions ON DELETE CASCADE"
") STRICT;"
"INSERT INTO unrecorded (revision) SELECT id FROM revisions;"
"CREATE TABLE lineage (" /* what a revision was made from, by its record */
"  base  TEXT NOT NULL," /* a model's name with A-Z lowered */
"  child INTEGER NOT NULL REFERENCES revisions ON DELETE CASCADE,"
"  PRIMARY KEY (base, child)"
") STRICT, WITHOUT ROWID;"
"CREATE INDEX lineage_child ON lineage (child);"
"CREATE TABLE recorder (" /* what decided the records that are made now */
"  id    INTEGER PRIMARY KEY CHECK (id = 1),"
"  judge BLOB NOT NULL CHECK (length(judge) = 32),"
"  terms BLOB NOT NULL CHECK (length(terms) = 32)"
") STRICT;"

"CREATE TABLE acts (" /* what people decided */
"  number  INTEGER PRIMARY KEY," /* of its line in the journal */
"  act     INTEGER NOT NULL CHECK (act BETWEEN 0 AND 2)," /* weigh_act_kind */
"  kind    INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"
"  key     TEXT NOT NULL,"
"  name    TEXT NOT NULL,"
"  git     BLOB NOT NULL CHECK (length(git) = 20),"
"  rule    TEXT NOT NULL,"
"  purpose TEXT NOT NULL,"
"  by      TEXT NOT NULL,"
"  why     TEXT NOT NULL,"
"  ticket  TEXT NOT NULL,"
"  at      INTEGER NOT NULL,"
"  until   INTEGER NOT NULL,"
"  basis   BLOB NOT NULL CHECK (length(basis) = 32),"
"  revokes INTEGER NOT NULL"
") STRICT;"
"CREATE INDEX acts_git ON acts (git);"
"CREATE TRIGGER acts_stay BEFORE UPDATE ON acts"
" BEGIN SELECT RAISE (ABORT, 'acts are never changed'); END;"
"CREATE TRIGGER acts_remain BEFORE DELETE ON acts"
" BEGIN SELECT RAISE (ABORT, 'acts are never deleted'); END;"

"CREATE TABLE decisions (" /* what the policy came to */
"  id       INTEGER PRIMARY KEY AUTOINCREMENT,"
"  kind     INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"
"  key      TEXT NOT NULL,"
"  name     TEXT NOT NULL,"
"  git      BLOB NOT NULL CHECK (length(git) = 20),"
"  purpose  TEXT NOT NULL,"
"  ruling   INTEGER NOT NULL CHECK (ruling BETWEEN 0 AND 2),"
"  held     INTEGER NOT NULL,"
"  option   INTEGER NOT NULL,"
"  rule     TEXT NOT NULL,"
"  reason   TEXT NOT NULL,"
"  because  TEXT NOT NULL,"
"  policy   BLOB NOT NULL CHECK (length(policy) = 32),"
"  record   BLOB NOT NULL CHECK (length(record) = 32),"
"  approved INTEGER NOT NULL," /* by this act; 0: by none */
"  at       INTEGER NOT NULL,"
"  until    INTEGER NOT NULL"
") STRICT;"
"CREATE INDEX decisions_git ON decisions (git, kind, key, purpose);"
"CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions"
" BEGIN SELECT RAISE (ABORT, 'decisions are never changed'); END;"
"CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions"
" BEGIN SELECT RAISE (ABORT, 'decisions are never deleted'); END;"
"PRAGMA user_version = 7;";

/* Gated repositories whose terms are accepted: two more visibilities, in the order of
 * repofile.h; and what was said about that, see consents.h.  Rows are followed, never
 * edited; all go only where the catalog is made again from the journal. */
static const char step_8[] =
"ALTER TABLE repositories RENAME COLUMN visibility TO visibility_7;"
"ALTER TABLE repositories ADD COLUMN visibility INTEGER NOT NULL DEFAULT 0"
" CHECK (visibility BETWEEN 0 AND 4);"
"UPDATE repositories SET visibility ="
" CASE visibility_7 WHEN 2 THEN 4 ELSE visibility_7 END;"
"ALTER TABLE repositories DROP COLUMN visibility_7;"

"CREATE TABLE consents ("
"  id     INTEGER PRIMARY KEY,"
"  kind   INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2)," /* the repository's … */
"  key    TEXT NOT NULL," /* … and name then, with A-Z lowered */
"  token  TEXT NOT NULL," /* whom it is about: a token's id */
"  act    INTEGER NOT NULL," /* enum weigh_consent_act */
"  by     TEXT NOT NULL," /* who said so, for people */
"  why    TEXT NOT NULL,"
"  time   INTEGER NOT NULL,"
"  ruling INTEGER NOT NULL," /* these: where they stand since */
"  terms  BLOB CHECK (length(terms) = 32)," /* NULL: not accepted */
"  card   BLOB CHECK (length(card) = 32),"
"  git    BLOB CHECK (length(git) = 20)"
") STRICT;"
"CREATE INDEX consents_of ON consents (kind, key, token, id);"
"CREATE TRIGGER consents_stay BEFORE UPDATE ON consents"
" BEGIN SELECT RAISE (ABORT, 'what was said of consent stays'); END;"
"CREATE TRIGGER consents_remain BEFORE DELETE ON consents"
" BEGIN SELECT RAISE (ABORT, 'what was said of consent stays'); END;"
"PRAGMA user_version = 8;";

/* Children before parents: each check of a reference then finds no rows. */
const char db_empty[] =
"INSERT INTO found (found) VALUES ('delete-all');"
"DELETE FROM tagged;"
"DELETE FROM words;"
"DELETE FROM shown;"
"DELETE FROM listed;"
"DELETE FROM entries;"
"DELETE FROM refs;"
"DELETE FROM renames;"
"DELETE FROM told;"
"DELETE FROM lineage;"
"DELETE FROM unrecorded;"
"DELETE FROM records;"
"DELETE FROM acts;"
"DELETE FROM decisions;"
"DELETE FROM pins;"
"DELETE FROM mirrors;"
"DELETE FROM revisions;"
"DELETE FROM repositories;"
"DELETE FROM findings;"
"DELETE FROM received;"
"DELETE FROM weights;"
"DELETE FROM made;"
"DELETE FROM license_texts;"
"DELETE FROM blobs;"
"DELETE FROM consents;"
"UPDATE totals SET repos = 0, revisions = 0, blobs = 0, bytes = 0, bad = 0,"
" bad_bytes = 0, absent = 0, absent_bytes = 0;"
"UPDATE scrub SET began = 0, ended = 0, done = 0, catalog = 0, oid = NULL,"
" chain = NULL;";
/* clang-format on */

const char *const db_migrations[] = { step_1, step_2, step_3, step_4, step_5,
	step_6, step_7, step_8 };

_Static_assert(sizeof(db_migrations) / sizeof(db_migrations[0]) ==
	CATALOG_SCHEMA,
    "one step for every version");
