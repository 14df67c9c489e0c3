/*
 * How the module's parts speak: Unbound's log, handed in by unbound.c.
 * Messages hold no names and no answers.
 */
#ifndef SENDERWATCH_MODULE_LOG_H
#define SENDERWATCH_MODULE_LOG_H

enum sw_log_level { SW_LOG_INFO, SW_LOG_WARNING, SW_LOG_ERROR };

typedef void (*sw_log_function)(enum sw_log_level level, const char *format,
    ...) __attribute__((format(printf, 2, 3)));

#endif
