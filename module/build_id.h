/*
 * Is the running program the Unbound that this module was built for?
 *
 * The module reads Unbound's structs, whose layouts depend on its version,
 * patches and configure flags. The GNU build id, which the linker derives
 * from all that it linked, stands for them; strip and packaging keep it.
 */
#ifndef SENDERWATCH_MODULE_BUILD_ID_H
#define SENDERWATCH_MODULE_BUILD_ID_H

#include <stdbool.h>

#define SW_BUILD_ID_TEXT_MAX 129	/* hex digits of 64 bytes, and NUL */

/* The running program's build id in hex; "none" where it has none. */
void sw_build_id_running(char text[SW_BUILD_ID_TEXT_MAX]);

/* What the module was built for. */
const char *sw_build_id_wanted(void);
const char *sw_build_unbound_version(void);

#endif
