/*
 * Where the collector is, and a stream to it: a unix socket, TCP on loopback,
 * or TLS.
 */
#ifndef SENDERWATCH_MODULE_LINK_H
#define SENDERWATCH_MODULE_LINK_H

#include "module/log.h"
#include "module/options.h"
#include "senderwatch/result.h"
#include "senderwatch/stream.h"

struct sw_link;

/* Reads the certificates, if any; says through log what is wrong. */
enum sw_result sw_link_new(struct sw_link **link,
    const struct sw_options *options, sw_log_function log);
void sw_link_free(struct sw_link **link);

/* Connect, and make a stream as sw_stream_new() does. */
enum sw_result sw_link_open(struct sw_link *link,
    const struct sw_stream_options *stream_options, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream);

/* The collector's address, for people. */
const char *sw_link_text(const struct sw_link *link);

#endif
