/* What the program says to people on standard error. */
#ifndef SENDERWATCH_REPORT_MESSAGE_H
#define SENDERWATCH_REPORT_MESSAGE_H

/* "senderwatch: ..." and a line end. */
void sw_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
