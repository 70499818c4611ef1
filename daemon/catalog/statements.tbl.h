/*
 * Every statement there is: X(NAME, who prepares it, SQL).  They are prepared
 * once, when a connection opens; nothing is ever put into their text.  A test
 * asks SQLite how it would run each row and refuses a scan.  (No RETURNING: with
 * it SQLite checks foreign keys as for many rows, and scans entries.last.)
 */

/* --- the writer's transactions */
X(BEGIN, DB_WRITER, "BEGIN IMMEDIATE")
X(COMMIT, DB_WRITER, "COMMIT")
X(ROLLBACK, DB_WRITER, "ROLLBACK")
X(SAVEPOINT, DB_WRITER, "SAVEPOINT inner")
X(RELEASE, DB_WRITER, "RELEASE inner")
X(ROLLBACK_TO, DB_WRITER, "ROLLBACK TO inner")

/* --- repositories; `key` is the name with A-Z lowered */
X(REPO_BY_KEY, DB_WRITER | DB_READER,
    "SELECT id, name FROM repositories WHERE kind = ?1 AND key = ?2")
X(REPO_VISIBILITY, DB_READER,
    "SELECT name, visibility FROM repositories WHERE kind = ?1 AND key = ?2")
X(REPO, DB_WRITER | DB_READER,
    "SELECT id, created FROM repositories"
    " WHERE kind = ?1 AND key = ?2 AND name = ?3")
X(RENAMED, DB_READER,
    "SELECT r.name FROM renames AS n JOIN repositories AS r ON r.id = n.repo"
    " WHERE n.kind = ?1 AND n.key = ?2")
X(REPO_PAGE, DB_READER,
    "SELECT id, kind, name, visibility FROM repositories"
    " WHERE (kind, key) > (?1, ?2) ORDER BY kind, key LIMIT ?3")
X(REPO_INSERT, DB_WRITER,
    "INSERT INTO repositories (kind, key, name, created, visibility)"
    " VALUES (?1, ?2, ?3, ?4, ?5)")
X(REPO_RENAME, DB_WRITER,
    "UPDATE repositories SET key = ?2, name = ?3 WHERE id = ?1")
X(REPO_SHOW, DB_WRITER,
    "UPDATE repositories SET visibility = ?2 WHERE id = ?1")
X(REPO_DELETE, DB_WRITER,
    "DELETE FROM repositories WHERE id = ?1")
X(RENAME_SET, DB_WRITER,
    "INSERT OR REPLACE INTO renames (kind, key, repo) VALUES (?1, ?2, ?3)")
X(RENAME_DROP, DB_WRITER,
    "DELETE FROM renames WHERE kind = ?1 AND key = ?2")
X(RENAMES_OF_DELETE, DB_WRITER,
    "DELETE FROM renames WHERE repo = ?1")
X(REFS_OF_DELETE, DB_WRITER,
    "DELETE FROM refs WHERE repo = ?1")
X(ENTRIES_OF_DELETE, DB_WRITER,
    "DELETE FROM entries"
    " WHERE revision IN (SELECT id FROM revisions WHERE repo = ?1)")
X(REVISIONS_OF_DELETE, DB_WRITER,
    "DELETE FROM revisions WHERE repo = ?1")
X(REPO_CREATED, DB_WRITER,
    "UPDATE repositories SET created = min(created, ?2) WHERE id = ?1")

/* --- refs */
X(REF, DB_WRITER | DB_READER,
    "SELECT v.id, v.git FROM refs AS r JOIN revisions AS v ON v.id = r.revision"
    " WHERE r.repo = ?1 AND r.kind = ?2 AND r.name = ?3")
X(REF_AT_MOST, DB_READER,
    "SELECT r.name, v.git FROM refs AS r JOIN revisions AS v ON v.id = r.revision"
    " WHERE r.repo = ?1 AND r.kind = ?2 AND r.name <= ?3"
    " ORDER BY r.name DESC LIMIT 1")
X(BRANCHES, DB_WRITER | DB_READER,
    "SELECT v.id, v.git FROM refs AS r JOIN revisions AS v ON v.id = r.revision"
    " WHERE r.repo = ?1 AND r.kind = 0 ORDER BY r.name LIMIT 2")
X(REFS, DB_READER,
    "SELECT r.kind, r.name, v.git"
    " FROM refs AS r JOIN revisions AS v ON v.id = r.revision"
    " WHERE r.repo = ?1 ORDER BY r.kind, r.name")
X(REF_SET, DB_WRITER,
    "INSERT INTO refs (repo, kind, name, revision) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (repo, kind, name) DO UPDATE SET revision = excluded.revision")
X(REF_DROP, DB_WRITER,
    "DELETE FROM refs WHERE repo = ?1 AND kind = ?2 AND name = ?3")

/* --- revisions */
X(REVISION_ID, DB_WRITER | DB_READER,
    "SELECT id, git FROM revisions WHERE repo = ?1 AND git = ?2")
X(REVISION_SHORT, DB_READER,
    "SELECT git FROM revisions WHERE repo = ?1 AND git BETWEEN ?2 AND ?3"
    " ORDER BY git")
X(REVISION_PAGE, DB_READER,
    "SELECT git FROM revisions WHERE repo = ?1 AND git > ?2"
    " ORDER BY git LIMIT ?3")
X(REVISION_NEWEST, DB_WRITER | DB_READER,
    "SELECT id, git FROM revisions WHERE repo = ?1"
    " ORDER BY date DESC, id DESC LIMIT 1")
X(REVISION, DB_READER,
    "SELECT git, parent, manifest, date, title, origin, license, files, bytes,"
    " absent, absent_bytes FROM revisions WHERE id = ?1")
X(REVISION_STEP, DB_READER,
    "SELECT id, git, parent, date, title, origin FROM revisions"
    " WHERE repo = ?1 AND git = ?2")
X(REVISION_ABOUT, DB_READER,
    "SELECT p.visibility, p.created, v.date, v.license, v.card, v.config,"
    " v.marks, v.bytes FROM revisions AS v JOIN repositories AS p"
    " ON p.id = v.repo WHERE v.id = ?1")
X(REVISION_INSERT, DB_WRITER,
    "INSERT INTO revisions"
    " (repo, git, parent, manifest, date, title, origin, license, files, bytes,"
    " marks, card, config)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")

X(REVISION_ABSENT, DB_WRITER,
    "UPDATE revisions SET absent = ?2, absent_bytes = ?3 WHERE id = ?1")
/* A blob of ?2 bytes comes (?3 -1) or goes (?3 1) wherever it is listed. */
X(REVISIONS_ABSENT, DB_WRITER,
    "UPDATE revisions SET absent = absent + ?3 *"
    " (SELECT count(*) FROM entries AS e"
    " WHERE e.blob = ?1 AND e.revision = revisions.id),"
    " absent_bytes = absent_bytes + ?2 * ?3 *"
    " (SELECT count(*) FROM entries AS e"
    " WHERE e.blob = ?1 AND e.revision = revisions.id)"
    " WHERE id IN (SELECT revision FROM entries WHERE blob = ?1)")

/* --- how many files of a revision are bad: asked from the bad blobs, or from the
 * revision's entries, whichever are fewer */
X(REVISION_BAD_BY_BLOB, DB_READER,
    "SELECT count(*) FROM blobs AS b CROSS JOIN entries AS e"
    " ON e.blob = b.id AND e.revision = ?1"
    " WHERE b.state = 1 AND b.oid > x''")
X(REVISION_BAD_BY_ENTRY, DB_READER,
    "SELECT count(*) FROM entries AS e CROSS JOIN blobs AS b ON b.id = e.blob"
    " WHERE e.revision = ?1 AND b.state = 1")

/* --- entries; `last` is the parent's if the parent has the same there */
X(ENTRY_INSERT, DB_WRITER,
    "INSERT INTO entries"
    " (revision, path, folder, git, blob, pointer_size, last)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, coalesce("
    "(SELECT last FROM entries WHERE revision = ?7 AND path = ?2 AND git = ?4),"
    " ?1))")
#define ENTRY_COLUMNS \
	"SELECT e.path, e.git, b.oid, b.size, e.pointer_size," \
	" v.git, v.title, v.date, b.state, b.held" \
	" FROM entries AS e JOIN revisions AS v ON v.id = e.last" \
	" LEFT JOIN blobs AS b ON b.id = e.blob"
X(ENTRY, DB_READER,
    ENTRY_COLUMNS " WHERE e.revision = ?1 AND e.path = ?2")
X(TREE_FOLDER, DB_READER,
    ENTRY_COLUMNS " WHERE e.revision = ?1 AND e.folder = ?2 AND e.path > ?3"
    " ORDER BY e.path LIMIT ?4")
X(TREE_BELOW, DB_READER,
    ENTRY_COLUMNS " WHERE e.revision = ?1 AND e.path > ?2 AND e.path < ?3"
    " ORDER BY e.path LIMIT ?4")
X(TREE_ALL, DB_READER,
    ENTRY_COLUMNS " WHERE e.revision = ?1 AND e.path > ?2"
    " ORDER BY e.path LIMIT ?3")
#undef ENTRY_COLUMNS

/* --- blobs; named is one that an entry names, or that was made from such a one */
#define NAMED(id) \
	"(EXISTS (SELECT 1 FROM entries AS e WHERE e.blob = " id ")" \
	" OR EXISTS (SELECT 1 FROM made AS m JOIN entries AS e" \
	" ON e.blob = m.source WHERE m.blob = " id "))"
#define RECEIVED(id) \
	"EXISTS (SELECT 1 FROM received AS r WHERE r.blob = " id ")"
X(BLOB_ID, DB_WRITER,
    "SELECT id, size, state, checked,"
    " stamp_size, stamp_inode, stamp_mtime, stamp_ctime, held"
    " FROM blobs WHERE oid = ?1")
X(BLOB_INSERT, DB_WRITER,
    "INSERT INTO blobs (oid, size, state, checked, held,"
    " stamp_size, stamp_inode, stamp_mtime, stamp_ctime)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
X(BLOB_GOOD, DB_WRITER,
    "UPDATE blobs SET state = 0, held = 1, size = ?2, checked = ?3,"
    " stamp_size = ?4, stamp_inode = ?5, stamp_mtime = ?6, stamp_ctime = ?7"
    " WHERE id = ?1")
X(BLOB_BAD, DB_WRITER,
    "UPDATE blobs SET state = 1, held = 1, checked = ?2 WHERE id = ?1")
X(BLOB_LET_GO, DB_WRITER,
    "UPDATE blobs SET held = 0, checked = 0, stamp_size = 0, stamp_inode = 0,"
    " stamp_mtime = 0, stamp_ctime = 0 WHERE id = ?1")
X(BLOB_READ, DB_WRITER,
    "UPDATE blobs SET checked = ?2 WHERE id = ?1")
X(BLOB, DB_READER,
    "SELECT size, state, stamp_size, stamp_inode, stamp_mtime, stamp_ctime, held"
    " FROM blobs AS b WHERE b.oid = ?1 AND " NAMED("b.id"))
X(BLOB_KNOWN, DB_READER,
    "SELECT size, state, stamp_size, stamp_inode, stamp_mtime, stamp_ctime, held"
    " FROM blobs WHERE oid = ?1")
X(BLOB_PAGE, DB_WRITER | DB_READER,
    "SELECT size, state, stamp_size, stamp_inode, stamp_mtime, stamp_ctime, held,"
    " oid, " NAMED("b.id") ", checked"
    " FROM blobs AS b WHERE oid > ?1 ORDER BY oid LIMIT ?2")
X(BLOB_DELETE, DB_WRITER,
    "DELETE FROM blobs WHERE id = ?1 AND NOT " NAMED("?1"))
X(BLOB_USERS, DB_READER,
    "SELECT p.kind, p.name, v.git, e.path"
    " FROM blobs AS b JOIN entries AS e ON e.blob = b.id"
    " JOIN revisions AS v ON v.id = e.revision"
    " JOIN repositories AS p ON p.id = v.repo"
    " WHERE b.oid = ?1"
    " AND EXISTS (SELECT 1 FROM refs AS r WHERE r.revision = v.id) LIMIT ?2")

/* --- uploads that no revision names yet */
X(RECEIVED_SET, DB_WRITER,
    "INSERT INTO received (blob, token, time)"
    " SELECT id, ?2, ?3 FROM blobs WHERE oid = ?1"
    " ON CONFLICT (blob, token) DO UPDATE SET time = excluded.time")
X(RECEIVED_FROM, DB_READER,
    "SELECT r.time FROM blobs AS b JOIN received AS r ON r.blob = b.id"
    " WHERE b.oid = ?1 AND r.token = ?2")
X(RECEIVED_LAST, DB_READER,
    "SELECT max(r.time) FROM blobs AS b JOIN received AS r ON r.blob = b.id"
    " WHERE b.oid = ?1")
X(BLOB_USES, DB_READER,
    "SELECT p.kind, p.name, p.visibility"
    " FROM blobs AS b JOIN entries AS e ON e.blob = b.id"
    " JOIN revisions AS v ON v.id = e.revision"
    " JOIN repositories AS p ON p.id = v.repo"
    " WHERE b.oid = ?1 LIMIT ?2")

/* Each entry that names a blob, and what its revision is. */
X(BLOB_LISTINGS, DB_READER,
    "SELECT p.kind, p.name, v.git, v.absent, m.through, n.id"
    " FROM blobs AS b JOIN entries AS e ON e.blob = b.id"
    " JOIN revisions AS v ON v.id = e.revision"
    " JOIN repositories AS p ON p.id = v.repo"
    " LEFT JOIN mirrors AS m ON m.repo = p.id"
    " LEFT JOIN pins AS n ON n.revision = v.id"
    " WHERE b.oid = ?1 LIMIT ?2")

/* --- what a file of weights says in its header, and what was made from it */
X(WEIGHTS, DB_READER,
    "SELECT w.facts FROM blobs AS b JOIN weights AS w ON w.blob = b.id"
    " WHERE b.oid = ?1")
X(WEIGHTS_SET, DB_WRITER,
    "INSERT OR REPLACE INTO weights (blob, facts)"
    " SELECT id, ?2 FROM blobs WHERE oid = ?1")
X(MADE, DB_READER,
    "SELECT t.oid, t.size FROM blobs AS s JOIN made AS m ON m.source = s.id"
    " JOIN blobs AS t ON t.id = m.blob WHERE s.oid = ?1 AND m.kind = ?2")
X(MADE_KIND, DB_READER,
    "SELECT 1 FROM blobs AS s JOIN made AS m ON m.source = s.id"
    " WHERE s.oid = ?1 AND m.kind > ?2 AND m.kind < ?3 LIMIT 1")
X(MADE_SET, DB_WRITER,
    "INSERT OR REPLACE INTO made (source, kind, blob)"
    " SELECT s.id, ?2, t.id FROM blobs AS s CROSS JOIN blobs AS t"
    " WHERE s.oid = ?1 AND t.oid = ?3")
/* By the revisions of the repository, newest first: a license has more users than
 * any repository has revisions. */
X(HAS_NAMED, DB_READER,
    "SELECT b.size FROM blobs AS b CROSS JOIN revisions AS v"
    " CROSS JOIN entries AS e ON e.blob = b.id AND e.revision = v.id"
    " WHERE b.oid = ?1 AND v.repo = ?2 ORDER BY v.date DESC LIMIT 1")
X(ABSENT_AT, DB_READER,
    "SELECT v.git, e.path FROM blobs AS b CROSS JOIN revisions AS v"
    " CROSS JOIN entries AS e ON e.blob = b.id AND e.revision = v.id"
    " WHERE b.oid = ?1 AND b.held = 0 AND v.repo = ?2"
    " ORDER BY v.date DESC LIMIT 1")
X(HAS_MADE, DB_READER,
    "SELECT b.size, m.kind FROM blobs AS b CROSS JOIN made AS m ON m.blob = b.id"
    " WHERE b.oid = ?1 AND (m.kind GLOB 'common *' OR"
    " (instr(m.kind, ?3) > 0 AND EXISTS ("
    "SELECT 1 FROM revisions AS v CROSS JOIN entries AS e"
    " ON e.blob = m.source AND e.revision = v.id WHERE v.repo = ?2))) LIMIT 1")

/* --- texts of licenses: see texts.h */
X(TEXT_NOTE, DB_WRITER,
    "INSERT OR IGNORE INTO license_texts (blob, kind, license)"
    " VALUES (?1, '', '')")
X(TEXT_KEEP, DB_WRITER,
    "UPDATE license_texts SET judge = ?2, kind = ?3, license = ?4, result = ?5"
    " WHERE blob = (SELECT id FROM blobs WHERE oid = ?1)")
X(TEXTS_AGAIN, DB_WRITER,
    "UPDATE license_texts SET judge = NULL, kind = '', license = '', result = ''"
    " WHERE judge < ?1 OR judge > ?1")
X(TEXTS_WAITING, DB_READER,
    "SELECT t.blob, b.oid, b.size FROM license_texts AS t"
    " CROSS JOIN blobs AS b ON b.id = t.blob"
    " WHERE t.judge IS NULL AND t.blob > ?1 AND b.held = 1 AND b.state = 0"
    " ORDER BY t.blob LIMIT ?2")
X(TEXTS_OF, DB_READER,
    "SELECT e.path, b.oid, b.size, b.held = 1 AND b.state = 0,"
    " t.judge IS NOT NULL, t.result FROM entries AS e"
    " CROSS JOIN license_texts AS t ON t.blob = e.blob"
    " CROSS JOIN blobs AS b ON b.id = e.blob"
    " WHERE e.revision = ?1 ORDER BY e.folder, e.path LIMIT ?2")
X(TEXT_COPIES, DB_READER,
    "SELECT b.oid, b.size, p.kind, p.name, p.visibility, v.git, e.path"
    " FROM license_texts AS t CROSS JOIN blobs AS b ON b.id = t.blob"
    " CROSS JOIN entries AS e ON e.blob = b.id"
    " CROSS JOIN revisions AS v ON v.id = e.revision"
    " CROSS JOIN repositories AS p ON p.id = v.repo"
    " WHERE t.license = ?1 AND t.kind = 'exact' AND b.held = 1"
    " AND b.state = 0 LIMIT ?2")

/* --- records of licenses: see records.h */
X(RECORD_WAIT, DB_WRITER,
    "INSERT OR REPLACE INTO unrecorded (revision) VALUES (?1)")
X(RECORD_WAIT_BLOB, DB_WRITER,
    "INSERT OR REPLACE INTO unrecorded (revision)"
    " SELECT e.revision FROM blobs AS b CROSS JOIN entries AS e"
    " ON e.blob = b.id WHERE b.oid = ?1")
X(RECORD_WAIT_CHILDREN, DB_WRITER,
    "INSERT OR REPLACE INTO unrecorded (revision)"
    " SELECT child FROM lineage WHERE base = ?1")
X(RECORD_WAIT_ALL, DB_WRITER,
    "INSERT OR REPLACE INTO unrecorded (revision)"
    " SELECT id FROM revisions WHERE id > 0")
X(RECORD_WAIT_REPO, DB_WRITER,
    "INSERT OR REPLACE INTO unrecorded (revision)"
    " SELECT id FROM revisions WHERE repo = ?1")
X(RECORD_TURN_END, DB_WRITER,
    "DELETE FROM unrecorded WHERE turn = ?1 AND revision = ?2")
X(RECORDS_WAITING, DB_READER,
    "SELECT u.turn, p.kind, p.name, p.visibility, v.git, v.date"
    " FROM unrecorded AS u CROSS JOIN revisions AS v ON v.id = u.revision"
    " CROSS JOIN repositories AS p ON p.id = v.repo"
    " WHERE u.turn > ?1 ORDER BY u.turn LIMIT ?2")
X(RECORD_WAITS, DB_READER, "SELECT 1 FROM unrecorded WHERE revision = ?1")
X(RECORDER, DB_WRITER, "SELECT judge, terms FROM recorder WHERE id = 1")
X(RECORDER_SET, DB_WRITER,
    "INSERT OR REPLACE INTO recorder (id, judge, terms) VALUES (1, ?1, ?2)")
X(RECORD_INSERT, DB_WRITER,
    "INSERT INTO records (revision, at, name, judge, terms, concluded, state,"
    " family, findings, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
X(RECORD_NAME, DB_WRITER,
    "SELECT name, at FROM records WHERE revision = ?1"
    " ORDER BY at DESC, id DESC LIMIT 1")
X(LINEAGE_HAS, DB_WRITER,
    "SELECT 1 FROM lineage WHERE base = ?1 AND child = ?2")
X(LINEAGE_DROP, DB_WRITER, "DELETE FROM lineage WHERE child = ?1")
X(LINEAGE_ADD, DB_WRITER,
    "INSERT OR IGNORE INTO lineage (base, child) VALUES (?1, ?2)")
#define RECORD_COLUMNS \
	"SELECT id, at, name, judge, terms, concluded, state, family, findings," \
	" json FROM records"
X(RECORD, DB_READER,
    RECORD_COLUMNS " WHERE revision = ?1 AND at <= ?2"
    " ORDER BY at DESC, id DESC LIMIT 1")
X(RECORD_PAGE, DB_READER,
    RECORD_COLUMNS " WHERE revision = ?1 AND at >= 0 AND id < ?2"
    " ORDER BY at DESC, id DESC LIMIT ?3")
#undef RECORD_COLUMNS
#define ACT_COLUMNS \
	"SELECT a.number, a.act, a.kind, a.name, a.git, a.rule, a.purpose, a.by," \
	" a.why, a.ticket, a.at, a.until, a.basis, a.revokes FROM acts AS a"
X(ACT, DB_READER, ACT_COLUMNS " WHERE a.number = ?1")
X(ACTS_OF, DB_READER,
    ACT_COLUMNS " WHERE a.git = ?1 AND a.kind = ?2 AND (a.key = ?3"
    " OR EXISTS (SELECT 1 FROM renames AS n JOIN repositories AS p"
    " ON p.id = n.repo WHERE n.kind = a.kind AND n.key = a.key"
    " AND p.kind = ?2 AND p.key = ?3)) ORDER BY a.number")
X(ACT_PAGE, DB_READER,
    ACT_COLUMNS " WHERE a.number > ?1 ORDER BY a.number LIMIT ?2")
#undef ACT_COLUMNS
X(ACT_INSERT, DB_WRITER,
    "INSERT OR IGNORE INTO acts (number, act, kind, key, name, git, rule,"
    " purpose, by, why, ticket, at, until, basis, revokes) VALUES (?1, ?2, ?3,"
    " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")
#define DECISION_COLUMNS \
	"SELECT id, kind, name, git, purpose, ruling, held, option, rule," \
	" reason, because, policy, record, approved, at, until FROM decisions"
X(DECISION, DB_WRITER | DB_READER,
    DECISION_COLUMNS " WHERE git = ?1 AND kind = ?2 AND key = ?3"
    " AND purpose = ?4 AND at <= ?5 ORDER BY id DESC LIMIT 1")
X(DECISION_PAGE, DB_READER,
    DECISION_COLUMNS " WHERE id > ?1 ORDER BY id LIMIT ?2")
#undef DECISION_COLUMNS
X(DECISION_INSERT, DB_WRITER,
    "INSERT INTO decisions (kind, key, name, git, purpose, ruling, held, option,"
    " rule, reason, because, policy, record, approved, at, until) VALUES (?1,"
    " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)")
/* --- consents: see consents.h */
#define CONSENT_LAST \
	" AND c.act <> 4 AND c.id = (SELECT max(l.id) FROM consents AS l" \
	" WHERE l.kind = c.kind AND l.key = c.key AND l.token = c.token)"
X(CONSENT, DB_WRITER | DB_READER,
    "SELECT ruling, terms, card, git FROM consents"
    " WHERE kind = ?1 AND key = ?2 AND token = ?3 ORDER BY id DESC LIMIT 1")
X(CONSENT_INSERT, DB_WRITER,
    "INSERT INTO consents (kind, key, token, act, by, why, time, ruling, terms,"
    " card, git) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
X(CONSENTS, DB_READER,
    "SELECT c.token, c.act, c.by, c.why, c.time, c.ruling, c.terms, c.card, c.git"
    " FROM consents AS c WHERE c.kind = ?1 AND c.key = ?2" CONSENT_LAST
    " ORDER BY c.token")
X(CONSENTS_MOVE, DB_WRITER,
    "INSERT INTO consents (kind, key, token, act, by, why, time, ruling, terms,"
    " card, git) SELECT c.kind, ?3, c.token, c.act, c.by, c.why, c.time, c.ruling,"
    " c.terms, c.card, c.git FROM consents AS c WHERE c.kind = ?1 AND c.key = ?2"
    CONSENT_LAST)
X(CONSENTS_END, DB_WRITER,
    "INSERT INTO consents (kind, key, token, act, by, why, time, ruling)"
    " SELECT c.kind, c.key, c.token, 4, '', ?3, ?4, 0 FROM consents AS c"
    " WHERE c.kind = ?1 AND c.key = ?2" CONSENT_LAST)
X(GATING_HEAD, DB_WRITER | DB_READER,
    "SELECT v.id, v.git, v.card FROM repositories AS p"
    " CROSS JOIN listed AS l ON l.repo = p.id"
    " CROSS JOIN revisions AS v ON v.id = l.revision"
    " WHERE p.kind = ?1 AND p.key = ?2")
X(GATING_TEXTS, DB_WRITER | DB_READER,
    "SELECT e.path, b.oid, b.size FROM entries AS e"
    " CROSS JOIN license_texts AS t ON t.blob = e.blob"
    " CROSS JOIN blobs AS b ON b.id = e.blob"
    " WHERE e.revision = ?1 ORDER BY e.path")
X(GATING_CARD, DB_WRITER | DB_READER,
    "SELECT b.oid FROM entries AS e CROSS JOIN blobs AS b ON b.id = e.blob"
    " WHERE e.revision = ?1 AND e.path = 'README.md'")

/* --- lists and searches: see listed.h and search.c */
X(LISTED_HEAD, DB_WRITER,
    "SELECT p.kind, p.key, p.created, v.date, v.license, v.card, v.config,"
    " v.marks FROM repositories AS p JOIN revisions AS v ON v.id = ?2"
    " WHERE p.id = ?1")
X(LISTED_ANY, DB_WRITER, "SELECT 1 FROM listed WHERE place > 0 LIMIT 1")
X(REPO_NEXT, DB_WRITER,
    "SELECT id FROM repositories WHERE id > ?1 ORDER BY id LIMIT 1")
X(LISTED_OF, DB_WRITER,
    "SELECT place, born, revision, key FROM listed WHERE repo = ?1")
X(LISTED_INSERT, DB_WRITER,
    "INSERT INTO listed (place, born, repo, revision, key)"
    " VALUES (?1, ?2, ?3, ?4, ?5)")
X(LISTED_DELETE, DB_WRITER, "DELETE FROM listed WHERE place = ?1")
X(SHOWN_INSERT, DB_WRITER,
    "INSERT INTO shown (place, task, library, tags) VALUES (?1, ?2, ?3, ?4)")
X(FOUND_INSERT, DB_WRITER,
    "INSERT INTO found (rowid, key) VALUES (?1, ?2)")
X(FOUND_DELETE, DB_WRITER,
    "INSERT INTO found (found, rowid, key) VALUES ('delete', ?1, ?2)")
X(WORD_USE, DB_WRITER,
    "INSERT INTO words (kind, text, uses) VALUES (?1, ?2, 1)"
    " ON CONFLICT (kind, text) DO UPDATE SET uses = uses + 1")
X(WORD, DB_WRITER | DB_READER,
    "SELECT id, uses FROM words WHERE kind = ?1 AND text = ?2")
X(WORDS_LEAVE, DB_WRITER,
    "UPDATE words SET uses = uses - 1"
    " WHERE id IN (SELECT word FROM tagged WHERE place = ?1)")
X(WORDS_FORGET, DB_WRITER,
    "DELETE FROM words WHERE uses = 0 AND id > 0")
X(TAGGED_INSERT, DB_WRITER,
    "INSERT INTO tagged (word, place) VALUES (?1, ?2)")
X(TAGGED_DELETE, DB_WRITER, "DELETE FROM tagged WHERE place = ?1")
X(TAGGED, DB_READER,
    "SELECT 1 FROM tagged WHERE word = ?1 AND place = ?2")
X(LISTED_KEY, DB_READER, "SELECT born, key FROM listed WHERE place = ?1")
X(LISTED, DB_READER,
    "SELECT l.born, p.kind, p.name, p.visibility, p.created, v.git, v.date,"
    " v.license, v.bytes, s.task, s.library, s.tags, v.marks,"
    " CASE WHEN ?2 THEN v.card ELSE '' END,"
    " CASE WHEN ?2 THEN v.config ELSE '' END"
    " FROM listed AS l JOIN shown AS s ON s.place = l.place"
    " JOIN repositories AS p ON p.id = l.repo"
    " JOIN revisions AS v ON v.id = l.revision WHERE l.place = ?1")
X(LISTED_WHO, DB_READER,
    "SELECT p.kind, p.name, p.visibility FROM listed AS l"
    " JOIN repositories AS p ON p.id = l.repo WHERE l.place = ?1")
#define PLACES " > ?1 AND place < ?2 ORDER BY place"
X(LIST_UP, DB_READER,
    "SELECT place, place, key FROM listed WHERE place" PLACES)
X(LIST_DOWN, DB_READER,
    "SELECT place, place, key FROM listed WHERE place" PLACES " DESC")
X(LIST_TAGGED_UP, DB_READER,
    "SELECT place, place, '' FROM tagged WHERE word = ?3 AND place" PLACES)
X(LIST_TAGGED_DOWN, DB_READER,
    "SELECT place, place, '' FROM tagged WHERE word = ?3 AND place" PLACES
    " DESC")
#undef PLACES
#define BIRTHS " > ?1 AND born < ?2 ORDER BY born"
X(LIST_BORN_UP, DB_READER,
    "SELECT born, place, key FROM listed WHERE born" BIRTHS)
X(LIST_BORN_DOWN, DB_READER,
    "SELECT born, place, key FROM listed WHERE born" BIRTHS " DESC")
#undef BIRTHS
#define FOUND \
	"SELECT rowid, rowid, '' FROM found WHERE found MATCH ?3" \
	" AND rowid > ?1 AND rowid < ?2 ORDER BY rowid"
X(LIST_FOUND_UP, DB_READER, FOUND)
X(LIST_FOUND_DOWN, DB_READER, FOUND " DESC")
#undef FOUND

/* --- what comes from elsewhere: see mirrors.h */
X(MIRROR_INSERT, DB_WRITER,
    "INSERT OR IGNORE INTO mirrors (repo, request, source, follow, through,"
    " used, checked, next, etag, error)"
    " VALUES (?1, '', '', 0, 0, ?2, 0, 0, '', '')")
X(MIRROR_BEGIN, DB_WRITER,
    "UPDATE mirrors SET source = ?2, through = ?3 WHERE repo = ?1")
X(MIRROR_SOURCE, DB_WRITER,
    "UPDATE mirrors SET source = ?2, through = through AND ?3 WHERE repo = ?1")
X(MIRROR_SET, DB_WRITER,
    "UPDATE mirrors SET source = ?2, request = ?3, follow = ?4, through = ?5"
    " WHERE repo = ?1")
X(MIRROR_ASKED, DB_WRITER,
    "UPDATE mirrors SET checked = ?2, next = ?3, etag = ?4, git = ?5, error = ?6,"
    " state = ?7, called = ?8 WHERE repo = ?1")
X(MIRROR_USED, DB_WRITER,
    "UPDATE mirrors SET used = max(used, ?2) WHERE repo = ?1")
#define MIRROR_COLUMNS \
	"SELECT p.kind, p.name, m.source, m.request, m.follow, m.through," \
	" m.used, m.checked, m.next, m.etag, m.git, m.error, m.state, m.called"
X(MIRROR, DB_READER,
    MIRROR_COLUMNS " FROM mirrors AS m JOIN repositories AS p ON p.id = m.repo"
    " WHERE m.repo = ?1")
X(MIRROR_PAGE, DB_READER,
    MIRROR_COLUMNS " FROM repositories AS p CROSS JOIN mirrors AS m"
    " ON m.repo = p.id WHERE (p.kind, p.key) > (?1, ?2)"
    " ORDER BY p.kind, p.key LIMIT ?3")
X(MIRROR_DUE, DB_READER,
    MIRROR_COLUMNS " FROM mirrors AS m CROSS JOIN repositories AS p"
    " ON p.id = m.repo WHERE m.follow = 1 AND m.next <= ?1"
    " ORDER BY m.next LIMIT ?2")
X(MIRROR_NEXT, DB_READER,
    "SELECT next FROM mirrors WHERE follow = 1 AND next >= 0"
    " ORDER BY next LIMIT 1")
X(MIRROR_UNREAD, DB_READER,
    MIRROR_COLUMNS " FROM mirrors AS m CROSS JOIN repositories AS p"
    " ON p.id = m.repo WHERE m.through = 1 AND m.used >= 0"
    " ORDER BY m.used LIMIT ?1")
#undef MIRROR_COLUMNS
X(TOLD_SET, DB_WRITER,
    "INSERT OR REPLACE INTO told (repo, git, revision) VALUES (?1, ?2, ?3)")
X(TOLD, DB_READER,
    "SELECT v.id, v.git FROM told AS t JOIN revisions AS v ON v.id = t.revision"
    " WHERE t.repo = ?1 AND t.git = ?2")
X(TOLD_SHORT, DB_READER,
    "SELECT v.git FROM told AS t JOIN revisions AS v ON v.id = t.revision"
    " WHERE t.repo = ?1 AND t.git BETWEEN ?2 AND ?3 ORDER BY t.git")
X(TOLD_OF, DB_READER,
    "SELECT git FROM told WHERE revision = ?1 LIMIT 1")
X(PIN_SET, DB_WRITER,
    "INSERT INTO pins (revision, time, why) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (revision) DO UPDATE SET time = excluded.time,"
    " why = excluded.why")
X(PIN_DROP, DB_WRITER, "DELETE FROM pins WHERE revision = ?1")
X(PINS_OF, DB_WRITER,
    "SELECT n.revision, v.git FROM revisions AS v CROSS JOIN pins AS n"
    " ON n.revision = v.id WHERE v.repo = ?1 AND v.git > ?2"
    " ORDER BY v.git LIMIT 1")
X(PINNED, DB_READER, "SELECT 1 FROM pins WHERE revision = ?1")
X(PIN_PAGE, DB_READER,
    "SELECT n.id, p.kind, p.name, v.git, n.time, n.why FROM pins AS n"
    " CROSS JOIN revisions AS v ON v.id = n.revision"
    " CROSS JOIN repositories AS p ON p.id = v.repo"
    " WHERE n.id > ?1 AND (?2 = 0 OR v.repo = ?2) ORDER BY n.id LIMIT ?3")
X(EVENT_INSERT, DB_WRITER,
    "INSERT INTO events (time, kind, name, what, more)"
    " VALUES (?1, ?2, ?3, ?4, ?5)")
X(EVENT_FORGET, DB_WRITER, "DELETE FROM events WHERE id <= ?1")
X(EVENT_PAGE, DB_READER,
    "SELECT id, time, kind, name, what, more FROM events WHERE id < ?1"
    " ORDER BY id DESC LIMIT ?2")
X(EVENT_PAGE_OF, DB_READER,
    "SELECT id, time, kind, name, what, more FROM events"
    " WHERE id < ?1 AND name = ?3 ORDER BY id DESC LIMIT ?2")
X(LIE_SET, DB_WRITER,
    "INSERT INTO lies (oid, until) VALUES (?1, ?2)"
    " ON CONFLICT (oid) DO UPDATE SET until = max(until, excluded.until)")
X(LIE_FORGET, DB_WRITER, "DELETE FROM lies WHERE until <= ?1")
X(LIES, DB_READER, "SELECT oid, until FROM lies WHERE until > ?1 ORDER BY until")

/* --- intents */
X(INTENT_INSERT, DB_WRITER,
    "INSERT INTO intents (kind, name, ref, old, origin, verb, target)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
X(INTENT_BLOB_INSERT, DB_WRITER,
    "INSERT OR IGNORE INTO intent_blobs (intent, oid) VALUES (?1, ?2)")
X(INTENT_DELETE, DB_WRITER,
    "DELETE FROM intents WHERE id = ?1")
X(INTENT_NEXT, DB_WRITER | DB_READER,
    "SELECT id, kind, name, ref, old, origin, verb, target FROM intents"
    " WHERE id > ?1 ORDER BY id LIMIT 1")
X(INTENT_BLOB, DB_READER,
    "SELECT 1 FROM intent_blobs WHERE intent = ?1 AND oid = ?2")
X(INTENT_BLOBS, DB_WRITER,
    "SELECT oid FROM intent_blobs WHERE intent = ?1 ORDER BY oid")

/* --- totals: one row, moved by differences */
X(TOTALS_ADD, DB_WRITER,
    "UPDATE totals SET repos = repos + ?1, revisions = revisions + ?2,"
    " blobs = blobs + ?3, bytes = bytes + ?4, bad = bad + ?5,"
    " bad_bytes = bad_bytes + ?6, absent = absent + ?7,"
    " absent_bytes = absent_bytes + ?8 WHERE id = 1")
X(TOTALS, DB_READER,
    "SELECT repos, revisions, blobs, bytes, bad, bad_bytes, absent,"
    " absent_bytes FROM totals WHERE id = 1")

/* --- scrub: when everything was last read, and what was found; rows that nobody
 * names are gc's */
X(SCRUB, DB_WRITER | DB_READER,
    "SELECT began, ended, done, catalog, journal FROM scrub WHERE id = 1")
X(SCRUB_BEGIN, DB_WRITER,
    "UPDATE scrub SET began = ?1, ended = 0, done = 0 WHERE id = 1")
X(SCRUB_END, DB_WRITER,
    "UPDATE scrub SET ended = ?1 WHERE id = 1")
X(SCRUB_DONE_ADD, DB_WRITER,
    "UPDATE scrub SET done = done + ?1 WHERE id = 1")
X(SCRUB_CATALOG, DB_WRITER,
    "UPDATE scrub SET catalog = ?1 WHERE id = 1")
X(SCRUB_JOURNAL, DB_WRITER,
    "UPDATE scrub SET journal = ?1 WHERE id = 1")
X(SCRUB_PLACE, DB_READER,
    "SELECT oid, offset, chain,"
    " stamp_size, stamp_inode, stamp_mtime, stamp_ctime"
    " FROM scrub WHERE id = 1 AND oid IS NOT NULL")
X(SCRUB_PLACE_SET, DB_WRITER,
    "UPDATE scrub SET oid = ?1, offset = ?2, chain = ?3, stamp_size = ?4,"
    " stamp_inode = ?5, stamp_mtime = ?6, stamp_ctime = ?7 WHERE id = 1")
X(SCRUB_PLACE_DROP, DB_WRITER,
    "UPDATE scrub SET oid = NULL, chain = NULL WHERE id = 1")
X(CHECKED_NEXT, DB_READER,
    "SELECT id, oid, size, checked,"
    " stamp_size, stamp_inode, stamp_mtime, stamp_ctime"
    " FROM blobs AS b WHERE state = 0 AND held = 1 AND (checked, id) > (?1, ?2)"
    " AND checked < ?3 AND (" NAMED("b.id") " OR " RECEIVED("b.id") ")"
    " ORDER BY checked, id LIMIT 1")
X(CHECKED_LAST, DB_WRITER | DB_READER,
    "SELECT checked FROM blobs AS b WHERE state = 0 AND held = 1"
    " AND checked < ?1"
    " AND (" NAMED("b.id") " OR " RECEIVED("b.id") ")"
    " ORDER BY checked DESC LIMIT 1")
X(CHECKED_BYTES, DB_READER,
    "SELECT total(size) FROM blobs"
    " WHERE state = 0 AND held = 1 AND checked < ?1")
X(CHECKED_FORGET, DB_WRITER,
    "UPDATE blobs SET checked = 0"
    " WHERE state = 0 AND held = 1 AND checked > ?1")
X(REPO_UNREAD, DB_READER,
    "SELECT id, kind, name, checked FROM repositories"
    " WHERE (checked, id) > (?1, ?2) ORDER BY checked, id LIMIT 1")
X(REPO_CHECKED, DB_WRITER,
    "UPDATE repositories SET checked = ?3, problem = ?4"
    " WHERE kind = ?1 AND key = ?2")
X(REPO_PROBLEMS, DB_READER,
    "SELECT kind, name, checked, problem FROM repositories"
    " WHERE problem <> '' AND (kind, key) > (?1, ?2)"
    " ORDER BY kind, key LIMIT ?3")
X(FINDING_SET, DB_WRITER,
    "INSERT OR REPLACE INTO findings (blob, time, problem, segments)"
    " SELECT id, ?2, ?3, ?4 FROM blobs WHERE oid = ?1")
X(FINDING_DROP, DB_WRITER,
    "DELETE FROM findings WHERE blob = ?1")
#define FINDING_COLUMNS \
	"SELECT b.oid, b.size, f.time, f.problem, f.segments" \
	" FROM blobs AS b LEFT JOIN findings AS f ON f.blob = b.id"
X(FINDING, DB_READER,
    FINDING_COLUMNS " WHERE b.state = 1 AND b.oid = ?1")
X(FINDINGS, DB_READER,
    FINDING_COLUMNS " WHERE b.state = 1 AND b.oid > ?1 ORDER BY b.oid LIMIT ?2")
#undef FINDING_COLUMNS
#undef NAMED
#undef RECEIVED

/* --- jobs; those that are live (state below 7) by an index of their own */
#define JOB_COLUMNS \
	"SELECT id, request, state, priority, source, git, proved, token, made," \
	" changed, until, files, bytes, done_files, done_bytes, error, ref," \
	" unchanged FROM jobs"
X(JOB, DB_WRITER | DB_READER, JOB_COLUMNS " WHERE id = ?1")
X(JOBS_BEFORE, DB_READER, JOB_COLUMNS " WHERE id < ?1 ORDER BY id DESC LIMIT ?2")
X(JOBS_LIVE, DB_WRITER | DB_READER,
    JOB_COLUMNS " WHERE state < 7 AND priority <= ?1 ORDER BY priority DESC, id")
#undef JOB_COLUMNS
X(JOB_ADD, DB_WRITER,
    "INSERT INTO jobs (kind, name, request, state, priority, source, token, made,"
    " changed) VALUES (?1, ?2, ?3, ?4, ?5, '', ?6, ?7, ?7)")
X(JOB_KEEP, DB_WRITER,
    "UPDATE jobs SET state = ?2, priority = ?3, source = ?4, git = ?5,"
    " proved = ?6, changed = ?7, until = ?8, files = ?9, bytes = ?10,"
    " done_files = ?11, done_bytes = ?12, error = ?13, ref = ?14,"
    " unchanged = ?15 WHERE id = ?1")
X(JOB_ORDER, DB_WRITER,
    "UPDATE jobs SET request = ?2, priority = ?3 WHERE id = ?1")
X(JOBS_DROP_BELOW, DB_WRITER,
    "DELETE FROM jobs WHERE id < ?1 AND state >= 7")
X(JOB_FILES, DB_READER,
    "SELECT path, oid, git, size FROM job_files WHERE job = ?1 ORDER BY path")
X(JOB_FILE_ADD, DB_WRITER,
    "INSERT INTO job_files (job, path, oid, git, size)"
    " VALUES (?1, ?2, ?3, ?4, ?5)")
X(JOB_FILES_DROP, DB_WRITER,
    "DELETE FROM job_files WHERE job = ?1")
X(JOB_NEEDS, DB_READER,
    "SELECT 1 FROM job_files AS f JOIN jobs AS j ON j.id = f.job"
    " WHERE f.oid = ?1 AND j.state < 7 LIMIT 1")
