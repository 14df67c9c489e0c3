/* What the program says to people on standard error. */
#ifndef SENDERWATCH_REPORT_MESSAGE_H
#define SENDERWATCH_REPORT_MESSAGE_H

/* "senderwatch: ..." and a line end. */
void sw_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A sw_setting_complaint: what is wrong with a file, or with a line of it.
 * argument is not looked at.
 */
void sw_say_line(void *argument, const char *path, unsigned line,
    const char *text);

#endif
