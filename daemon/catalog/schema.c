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
/* clang-format on */

const char *const db_migrations[] = { step_1 };

_Static_assert(sizeof(db_migrations) / sizeof(db_migrations[0]) ==
	CATALOG_SCHEMA,
    "one step for every version");
