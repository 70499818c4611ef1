/* The mirror's key; the numbers are those of key.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "tmpdir.h"
#include "trust/key.h"

#define FILE_NAME "keys/mirror.key"

static void
test_made_once(void **state)
{
	struct tmpdir t;
	struct key *k;
	struct weigh_oid id, again;
	struct stat st;
	char pem[256];

	(void)state;
	tmpdir_make(&t);
	check_code("made", key_open(&k, t.fd, NULL), WEIGH_OK);
	assert_int_equal(fstatat(t.fd, FILE_NAME, &st, 0), 0);
	check_u64("mode", st.st_mode & 07777, 0600);
	assert_int_equal(fstatat(t.fd, "keys", &st, 0), 0);
	check_u64("mode of its folder", st.st_mode & 07777, 0700);
	check_u64("nothing else", (uint64_t)tmpdir_count(&t, "keys"), 1);
	strcpy(pem, key_public(k));
	id = *key_id(k);
	key_close(k);
	check_code("again", key_open(&k, t.fd, NULL), WEIGH_OK);
	check_str("(2) the same key", key_public(k), pem);
	assert_true(weigh_oid_equal(key_id(k), &id));
	assert_true(weigh_oid_of(&again, pem, strlen(pem)));
	assert_true(weigh_oid_equal(&again, &id));
	key_close(k);
	tmpdir_remove(&t);
}

/* What is exported is what other programs read. */
static void
test_public(void **state)
{
	struct tmpdir t;
	struct key *k;
	EVP_PKEY *pkey;
	BIO *bio;

	(void)state;
	tmpdir_make(&t);
	check_code("made", key_open(&k, t.fd, NULL), WEIGH_OK);
	bio = BIO_new_mem_buf(key_public(k), -1);
	pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	assert_non_null(pkey);
	assert_true(EVP_PKEY_is_a(pkey, "ED25519"));
	assert_null(strstr(key_public(k), "PRIVATE")); /* (1) */
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	key_close(k);
	tmpdir_remove(&t);
}

/* (2) Nothing wrong is used, and nothing is replaced. */
static void
check_refused(const char *label, struct tmpdir *t, const char *text,
    mode_t mode, enum weigh_code want)
{
	struct stat before, after;
	struct weigh_err err;
	struct key *k = NULL;

	if (text != NULL)
		tmpdir_write(t, FILE_NAME, text, strlen(text));
	assert_int_equal(fchmodat(t->fd, FILE_NAME, mode, 0), 0);
	assert_int_equal(fstatat(t->fd, FILE_NAME, &before, 0), 0);
	check_code(label, key_open(&k, t->fd, &err), want);
	check_true(label, k == NULL);
	check_true(label, strstr(err.why, "PRIVATE KEY") == NULL);
	assert_int_equal(fstatat(t->fd, FILE_NAME, &after, 0), 0);
	check_u64(label, after.st_ino, before.st_ino);
	check_u64(label, (uint64_t)after.st_size, (uint64_t)before.st_size);
}

static void
test_refused(void **state)
{
	/* An EC key of this test's own making, in no use anywhere. */
	struct tmpdir t;
	struct key *k;
	EVP_PKEY *ec = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	BIO *bio = BIO_new(BIO_s_mem());
	char text[1024];
	int len;

	(void)state;
	tmpdir_make(&t);
	check_code("made", key_open(&k, t.fd, NULL), WEIGH_OK);
	key_close(k);
	check_refused("readable by others", &t, NULL, 0640, WEIGH_DENIED);
	check_refused("torn", &t, "-----BEGIN PRIVATE KEY-----\nMC4CAQ", 0600,
	    WEIGH_MALFORMED);
	check_refused("empty", &t, "", 0600, WEIGH_MALFORMED);
	PEM_write_bio_PKCS8PrivateKey(bio, ec, NULL, NULL, 0, NULL, NULL);
	len = BIO_read(bio, text, sizeof(text) - 1);
	assert_true(len > 0);
	text[len] = '\0';
	check_refused("another kind of key", &t, text, 0600, WEIGH_MALFORMED);
	EVP_PKEY_free(ec);
	BIO_free(bio);
	tmpdir_remove(&t);
}

/* A good key under another name is not followed to; a folder is none. */
static void
test_no_plain_file(void **state)
{
	struct tmpdir t;
	struct weigh_err err;
	struct key *k;

	(void)state;
	tmpdir_make(&t);
	check_code("made", key_open(&k, t.fd, NULL), WEIGH_OK);
	key_close(k);
	assert_int_equal(renameat(t.fd, FILE_NAME, t.fd, "elsewhere"), 0);
	assert_int_equal(symlinkat("../elsewhere", t.fd, FILE_NAME), 0);
	check_code("a link", key_open(&k, t.fd, &err), WEIGH_DENIED);
	check_str("its fix", weigh_err_fix(&err),
	    "make it a plain file with mode 0600");
	assert_int_equal(unlinkat(t.fd, FILE_NAME, 0), 0);
	assert_int_equal(mkdirat(t.fd, FILE_NAME, 0700), 0);
	check_code("a folder", key_open(&k, t.fd, NULL), WEIGH_DENIED);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_once),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_plain_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
