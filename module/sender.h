/*
 * The thread that delivers pending entries to the collector.
 *
 * It is the only one of the module's that does I/O. A batch is kept and sent
 * again, with the same sequence number, until the collector acknowledges it.
 */
#ifndef SENDERWATCH_MODULE_SENDER_H
#define SENDERWATCH_MODULE_SENDER_H

#include "module/link.h"
#include "module/log.h"
#include "module/observer.h"
#include "module/options.h"
#include "senderwatch/result.h"

struct sw_sender;

/* Start the thread. All arguments must outlive the sender. */
enum sw_result sw_sender_start(struct sw_sender **sender,
    struct sw_observer *observer, struct sw_link *link,
    const struct sw_options *options, sw_log_function log);

/*
 * Deliver what is pending, for at most options->flush_deadline_ms, end the
 * thread and free the sender. What is left then is counted as dropped.
 */
void sw_sender_stop(struct sw_sender **sender);

#endif
