/* What the program says to people on standard error. */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>

void
sw_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("senderwatch: ", stderr);
	vfprintf(stderr, format, arguments);
	putc('\n', stderr);
	va_end(arguments);
}

void
sw_say_line(void *argument, const char *path, unsigned line, const char *text)
{
	(void)argument;
	if (line > 0)
		sw_say("%s, line %u: %s", path, line, text);
	else
		sw_say("%s: %s", path, text);
}
