/*
 * metric: one line of /metrics with what it is, in the Prometheus text format,
 * version 0.0.4 (prometheus.io, "Exposition formats").
 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include <stdint.h>

#include <weigh/buf.h>

/* Append `weighhouse_NAME VALUE` behind its HELP and TYPE; `type` is "gauge" or
 * "counter". */
void metric_add(struct weigh_buf *out, const char *name, const char *type,
    const char *help, uint64_t value);

#endif
