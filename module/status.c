/* The status file. */
#include "senderwatch-config.h"

#include "module/status.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "senderwatch/key_file.h"

static void
print_keys(FILE *file, struct sw_keys *keys)
{
	char text[2 * SW_KEY_ID_SIZE + 1], date[SW_DATE_SIZE];

	sw_key_id_text(sw_keys_id(keys, SW_KEY_CURRENT), text);
	fprintf(file, "key = %s\n", text);
	if (!sw_keys_has_old(keys))
		return;
	sw_key_id_text(sw_keys_id(keys, SW_KEY_OLD), text);
	sw_date_print(sw_keys_last_day(keys), date);
	fprintf(file, "old_key = %s\n", text);
	fprintf(file, "old_key_until = %s\n", date);
}

static void
print(FILE *file, const struct sw_status *status, struct sw_observer *observer)
{
	struct sw_counters counters;

	sw_observer_counters(observer, &counters);
	fprintf(file, "written = %lld\n", (long long)status->now);
	fprintf(file, "resolver = %s\n", status->resolver);
	fprintf(file, "software = %s unbound %s\n", PACKAGE_STRING,
	    SW_UNBOUND_VERSION);
	fprintf(file, "collector = %s\n", status->collector);
	fprintf(file, "delivering = %s\n", status->delivering ? "yes" : "no");
	fprintf(file, "delivered = %lld\n", (long long)status->delivered);
	print_keys(file, sw_observer_keys(observer));
	fprintf(file, "pending = %zu\n",
	    sw_table_pending(sw_observer_table(observer)));
	fprintf(file, "pending_old_key = %zu\n",
	    sw_table_pending_of(sw_observer_table(observer), SW_KEY_OLD));
	fprintf(file, "memory = %zu\n", sw_observer_memory(observer));
#define PRINT(name) fprintf(file, #name " = %" PRIu64 "\n", counters.name);
	SW_FOR_EACH_COUNTER(PRINT)
#undef PRINT
}

enum sw_result
sw_status_write(const char *path, const struct sw_status *status,
    struct sw_observer *observer)
{
	enum sw_result result = SW_ERR_SYSTEM;
	char *temporary = NULL;
	FILE *file = NULL;
	int fd;

	if (asprintf(&temporary, "%s.%ld", path, (long)getpid()) < 0)
		return SW_ERR_MEMORY;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0644);
	if (fd >= 0)
		file = fdopen(fd, "w");
	if (file == NULL) {
		if (fd >= 0)
			close(fd);
		goto out;
	}
	print(file, status, observer);
	if (fclose(file) == 0 && rename(temporary, path) == 0)
		result = SW_OK;
out:
	if (result != SW_OK)
		unlink(temporary);
	free(temporary);
	return result;
}
