/* key: see key.h. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weigh/buf.h>

#include "base/fd.h"
#include "key.h"

#define KEY_PATH "keys/mirror.key"
#define PEM_MAX 4096

struct key {
	EVP_PKEY *pair;
	char *public_pem;
	struct weigh_oid id;
};

/* The bytes that a memory BIO collected, as a string of ours. */
static char *
bio_text(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	return len > 0 ? strndup(data, (size_t)len) : NULL;
}

static enum weigh_code
describe(struct key *k, struct weigh_err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio != NULL && PEM_write_bio_PUBKEY(bio, k->pair) == 1)
		k->public_pem = bio_text(bio);
	BIO_free(bio);
	if (k->public_pem == NULL ||
	    !weigh_oid_of(&k->id, k->public_pem, strlen(k->public_pem)))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

static enum weigh_code
make(struct key *k, int dirfd, struct weigh_err *err)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	enum weigh_code rc;
	char *data;
	long len;

	k->pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (bio == NULL || k->pair == NULL ||
	    PEM_write_bio_PKCS8PrivateKey(bio, k->pair, NULL, NULL, 0, NULL,
		NULL) != 1) {
		BIO_free(bio);
		return weigh_fail(err, WEIGH_IO, "cannot make a signing key");
	}
	len = BIO_get_mem_data(bio, &data);
	rc = fd_make_dirs(dirfd, "keys", 0700, err);
	if (rc == WEIGH_OK)
		rc = fd_replace_file(dirfd, "keys", "mirror.key", data,
		    (size_t)len, 0600, err);
	BIO_free(bio);
	return rc;
}

/* Only its owner may read it. */
static enum weigh_code
check_mode(int dirfd, struct weigh_err *err)
{
	struct stat st;

	if (fstatat(dirfd, KEY_PATH, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return weigh_fail_errno(err, errno, "'%s'", KEY_PATH);
	if (S_ISREG(st.st_mode) && (st.st_mode & 077) == 0)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_DENIED,
	    "'%s' can be read by others than its owner", KEY_PATH);
	weigh_fix(err, "make it a plain file with mode 0600");
	return WEIGH_DENIED;
}

static enum weigh_code
load(struct key *k, int dirfd, struct weigh_err *err)
{
	struct weigh_buf pem;
	BIO *bio = NULL;
	enum weigh_code rc;

	weigh_buf_init(&pem, PEM_MAX);
	if ((rc = check_mode(dirfd, err)) != WEIGH_OK ||
	    (rc = fd_read_file(dirfd, KEY_PATH, &pem, err)) != WEIGH_OK)
		goto out;
	if ((bio = BIO_new_mem_buf(pem.data, (int)pem.len)) != NULL)
		k->pair = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	if (k->pair == NULL || !EVP_PKEY_is_a(k->pair, "ED25519"))
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "'%s' is not an Ed25519 private key", KEY_PATH);
out:
	BIO_free(bio);
	if (pem.data != NULL)
		OPENSSL_cleanse(pem.data, pem.len);
	weigh_buf_free(&pem);
	return rc;
}

enum weigh_code
key_open(struct key **out, int dirfd, struct weigh_err *err)
{
	struct key *k = calloc(1, sizeof(*k));
	enum weigh_code rc;

	if (k == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = load(k, dirfd, err);
	if (rc == WEIGH_NOT_FOUND)
		rc = make(k, dirfd, err);
	if (rc == WEIGH_OK)
		rc = describe(k, err);
	if (rc != WEIGH_OK) {
		key_close(k);
		return weigh_context(err, rc, "the mirror's key");
	}
	*out = k;
	return WEIGH_OK;
}

void
key_close(struct key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->pair);
	free(k->public_pem);
	free(k);
}

const char *
key_public(const struct key *k)
{
	return k->public_pem;
}

const struct weigh_oid *
key_id(const struct key *k)
{
	return &k->id;
}
