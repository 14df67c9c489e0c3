#include "database.h"

#include <string.h>

#include "message.h"

void
sw_say_store(const struct sw_store *store, const char *path,
    enum sw_result result)
{
	const char *error = store != NULL ? sw_store_error(store) : "";

	if (result == SW_ERR_CLOSED)
		error = "interrupted";
	if (error[0] == '\0')
		error = sw_result_text(result);
	/* Many of the store's words name the file already. */
	if (strstr(error, path) != NULL)
		sw_say("%s", error);
	else
		sw_say("%s: %s", path, error);
}
