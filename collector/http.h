/* The metrics over HTTP, by libmicrohttpd: GET /metrics, and nothing else. */
#ifndef SW_COLLECTOR_HTTP_H
#define SW_COLLECTOR_HTTP_H

#include "server.h"

struct sw_http;

/* Serves in a thread of its own; parts are borrowed. Complains in the log. */
enum sw_result sw_http_new(struct sw_http **http,
    const struct sw_parts *parts);
void sw_http_free(struct sw_http **http);

#endif
