/* A snapshot in Prometheus's text format, version 0.0.4. */
#ifndef SW_COLLECTOR_METRICS_H
#define SW_COLLECTOR_METRICS_H

#include <stdio.h>

#include "snapshot.h"

#define SW_METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

void sw_metrics_write(FILE *file, const struct sw_snapshot *snapshot);

#endif
