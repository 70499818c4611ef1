/*
 * pktline: the packets that git's protocol is made of.  Four hex digits say how
 * many bytes a packet has, themselves included; `0000`, `0001` and `0002` are
 * marks without bytes.  Source: git's gitprotocol-common(5), "pkt-line format",
 * and gitprotocol-v2(5), "Packet-Line Framing".
 *
 * (1) The reader answers each packet with the bytes between, and only those: all
 *     of it inside the text it was given.
 * (2) What is cut, longer than WEIGH_PKT_MAX, `0003`, or has other digits is BAD,
 *     and so is everything behind it.
 * (3) The writer never makes a packet that the reader refuses.
 */
#ifndef WEIGH_PKTLINE_H
#define WEIGH_PKTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include <weigh/buf.h>

#define WEIGH_PKT_MAX 65520  /* bytes of a packet, its digits included */
#define WEIGH_PKT_DATA 65516 /* bytes it carries */
#define WEIGH_PKT_BAND 65515 /* the same of a side band */

enum weigh_pkt {
	WEIGH_PKT_NONE,  /* the text is used up */
	WEIGH_PKT_LINE,  /* a packet with `data` */
	WEIGH_PKT_FLUSH, /* 0000 */
	WEIGH_PKT_DELIM, /* 0001 */
	WEIGH_PKT_END,   /* 0002: response end */
	WEIGH_PKT_BAD
};

struct weigh_pkt_reader {
	const char *p; /* what is not read yet */
	size_t left;
	const char *data; /* of a LINE, without one LF behind it; no NUL */
	size_t len;
};

/* The next packet. */
enum weigh_pkt weigh_pkt_next(struct weigh_pkt_reader *r);

/* Add a packet of at most WEIGH_PKT_DATA bytes; more leaves `b` failed. */
void weigh_pkt_add(struct weigh_buf *b, const void *data, size_t len);
/* The same printed, for a line of text: ends with LF. */
void weigh_pkt_addf(struct weigh_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void weigh_pkt_flush(struct weigh_buf *b);
void weigh_pkt_delim(struct weigh_buf *b);

/* What a side band's packet carries, by the first byte of it. */
enum weigh_band {
	WEIGH_BAND_PACK = 1,
	WEIGH_BAND_WORDS = 2, /* for the person who waits */
	WEIGH_BAND_ERROR = 3  /* the last packet: it failed */
};
/* Add any number of bytes as packets of at most WEIGH_PKT_BAND each. */
void weigh_pkt_side(struct weigh_buf *b, enum weigh_band band, const void *data,
    size_t len);

#endif
