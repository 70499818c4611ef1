/* address: see address.h.  A table of chains under one lock. */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "address.h"

#define CHAIN_BITS 12
#define SECOND INT64_C(1000000000)

struct address {
	uint64_t key;
	struct address *next;          /* in its chain */
	struct address *older, *newer; /* among those without a connection */
	unsigned connections;
	int64_t until; /* when all it has asked for is paid */
};

struct addresses {
	pthread_mutex_t lock; /* of all below */
	uint64_t secret;      /* odd */
	struct address *chains[1 << CHAIN_BITS];
	struct address *oldest, *newest; /* without a connection */
	unsigned quiet, count;
};

/* The first 64 bits of an IPv6 address; an IPv4 address behind ones, where IPv6 has
 * its multicast, from which nobody calls. */
static uint64_t
key_of(const struct sockaddr *sa)
{
	const unsigned char *p;
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	uint64_t key = UINT32_MAX;
	unsigned i, n = 4;

	if (sa->sa_family == AF_INET) {
		memcpy(&four, sa, sizeof(four));
		p = (const unsigned char *)&four.sin_addr;
	} else {
		memcpy(&six, sa, sizeof(six));
		p = six.sin6_addr.s6_addr;
		if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
			p += 12;
		else
			n = 8;
	}
	for (i = 0; i < n; i++)
		key = key << 8 | p[i];
	return key;
}

/* Multiplication by a secret number: nobody outside can aim at one chain. */
static struct address **
chain_of(struct addresses *a, uint64_t key)
{
	return &a->chains[key * a->secret >> (64 - CHAIN_BITS)];
}

/* --- those without a connection --------------------------------------------- */

static void
wake(struct addresses *a, struct address *from)
{
	*(from->older != NULL ? &from->older->newer : &a->oldest) = from->newer;
	*(from->newer != NULL ? &from->newer->older : &a->newest) = from->older;
	from->older = from->newer = NULL;
	a->quiet--;
}

static void
rest(struct addresses *a, struct address *from)
{
	from->older = a->newest;
	*(a->newest != NULL ? &a->newest->newer : &a->oldest) = from;
	a->newest = from;
	a->quiet++;
}

static void
forget(struct addresses *a, struct address *from)
{
	struct address **p = chain_of(a, from->key);

	wake(a, from);
	while (*p != from)
		p = &(*p)->next;
	*p = from->next;
	a->count--;
	free(from);
}

/* --- the table ------------------------------------------------------------------ */

enum weigh_code
addresses_new(struct addresses **out, struct weigh_err *err)
{
	struct addresses *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (getrandom(&a->secret, sizeof(a->secret), 0) != sizeof(a->secret)) {
		free(a);
		return weigh_fail_errno(err, errno, "no random numbers");
	}
	a->secret |= 1;
	pthread_mutex_init(&a->lock, NULL);
	*out = a;
	return WEIGH_OK;
}

void
addresses_free(struct addresses *a)
{
	if (a == NULL)
		return;
	while (a->oldest != NULL)
		forget(a, a->oldest);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* The address with this key, made if need be; NULL without memory. */
static struct address *
known(struct addresses *a, uint64_t key)
{
	struct address **chain = chain_of(a, key), *from;

	for (from = *chain; from != NULL; from = from->next)
		if (from->key == key)
			return from;
	if ((from = calloc(1, sizeof(*from))) == NULL)
		return NULL;
	from->key = key;
	from->next = *chain;
	*chain = from;
	rest(a, from);
	a->count++;
	return from;
}

struct address *
address_come(struct addresses *a, const struct sockaddr *sa, unsigned most)
{
	struct address *from;

	pthread_mutex_lock(&a->lock);
	from = known(a, key_of(sa));
	if (from != NULL && most > 0 && from->connections >= most) {
		from = NULL;
	} else if (from != NULL) {
		if (from->connections == 0)
			wake(a, from);
		from->connections++;
	}
	pthread_mutex_unlock(&a->lock);
	return from;
}

void
address_leave(struct addresses *a, struct address *from)
{
	pthread_mutex_lock(&a->lock);
	if (--from->connections == 0) {
		rest(a, from);
		if (a->quiet > ADDRESS_QUIET) /* (1) */
			forget(a, a->oldest);
	}
	pthread_mutex_unlock(&a->lock);
}

/* A bucket that runs out within a second: each request pours in its share of one,
 * and none may make it flow over. */
bool
address_may_ask(struct addresses *a, struct address *from, unsigned per_second,
    int64_t now)
{
	const int64_t share = SECOND / per_second;
	bool may;

	pthread_mutex_lock(&a->lock);
	if (from->until < now)
		from->until = now;
	may = from->until - now <= SECOND - share;
	if (may)
		from->until += share;
	pthread_mutex_unlock(&a->lock);
	return may;
}

unsigned
addresses_count(struct addresses *a)
{
	unsigned n;

	pthread_mutex_lock(&a->lock);
	n = a->count;
	pthread_mutex_unlock(&a->lock);
	return n;
}
