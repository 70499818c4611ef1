/* key: see key.h. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/buf.h>

#include "key.h"
#include "secret.h"

#define KEY_NAME "mirror.key"
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
	rc = secret_write(dirfd, KEY_NAME, data, (size_t)len, err);
	BIO_free(bio);
	return rc;
}

static enum weigh_code
load(struct key *k, int dirfd, struct weigh_err *err)
{
	struct weigh_buf pem;
	BIO *bio = NULL;
	enum weigh_code rc;

	weigh_buf_init(&pem, PEM_MAX);
	if ((rc = secret_read(dirfd, KEY_NAME, &pem, err)) != WEIGH_OK)
		goto out;
	if ((bio = BIO_new_mem_buf(pem.data, (int)pem.len)) != NULL)
		k->pair = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	if (k->pair == NULL || !EVP_PKEY_is_a(k->pair, "ED25519"))
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "'keys/%s' is not an Ed25519 private key", KEY_NAME);
out:
	BIO_free(bio);
	secret_free(&pem);
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
