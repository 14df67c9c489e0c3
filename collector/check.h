/* What --check-config looks at beside the settings: the files they name. */
#ifndef SW_COLLECTOR_CHECK_H
#define SW_COLLECTOR_CHECK_H

#include <stdbool.h>

#include "options.h"

/* Complains of all that is wrong on standard error, a line each. */
bool sw_check_files(const struct sw_options *options);

#endif
