/*
 * senderwatch key rotate: a new key, the old one kept beside it for a while.
 *
 * At every moment, whatever is interrupted, FILE holds a whole key, and the
 * old key is in FILE or FILE.old.
 */
#include "key_rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "key_write.h"
#include "message.h"
#include "senderwatch/key_file.h"
#include "verbs.h"

/* The day ends last at 12 hours west of Greenwich; resolvers may say 14. */
#define LAST_ZONE_SECONDS (14 * 3600)

struct rotation {
	const char *path;
	char *old_path, *new_path, *new_old_path;
	struct sw_key_owner owner;
	uint8_t old_key[SW_KEY_SIZE], new_key[SW_KEY_SIZE];
	uint32_t last_day;
	int lock;
};

static uint32_t
today(void)
{
	return (uint32_t)(time(NULL) / 86400);
}

/* The last day of the month after this one, which is whole under both keys. */
static uint32_t
end_of_next_month(void)
{
	time_t now = time(NULL);
	struct tm parts;

	gmtime_r(&now, &parts);
	parts.tm_mon += 2;
	parts.tm_mday = 0;
	return (uint32_t)(timegm(&parts) / 86400);
}

/* Of two at once, one gives up. */
static bool
lock(struct rotation *r)
{
	struct stat status;

	r->lock = open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (r->lock < 0 || fstat(r->lock, &status) != 0) {
		sw_say("key file %s: %s", r->path, strerror(errno));
		return false;
	}
	if (flock(r->lock, LOCK_EX | LOCK_NB) != 0) {
		sw_say("key file %s: %s", r->path, errno == EWOULDBLOCK ?
		    "another rotation is at work" : strerror(errno));
		return false;
	}
	r->owner = (struct sw_key_owner){ status.st_mode & 07777, true,
	    status.st_uid, status.st_gid };
	return true;
}

/* May there be a rotation? One that was cut short may begin anew. */
static bool
check(struct rotation *r)
{
	uint8_t kept[SW_KEY_SIZE];
	char date[SW_DATE_SIZE];
	const char *reason;
	uint32_t last_day;
	bool same;
	enum sw_result result = sw_key_read(r->path, r->old_key, &reason);

	if (result != SW_OK) {
		sw_key_complain(r->path, result, reason);
		return false;
	}
	result = sw_key_read_old(r->old_path, kept, &last_day, &reason);
	if (result == SW_ERR_SYSTEM && errno == ENOENT)
		return true;
	if (result != SW_OK) {
		sw_key_complain(r->old_path, result, reason);
		return false;
	}
	same = memcmp(kept, r->old_key, SW_KEY_SIZE) == 0;
	explicit_bzero(kept, sizeof(kept));
	if (same)
		return true;
	sw_date_print(last_day, date);
	sw_say("the rotation before this is not over: %s is kept until %s; "
	    "then, or with --now, \"senderwatch key rotate --finish\" "
	    "destroys it", r->old_path, date);
	return false;
}

/* The folder that the files are in, so that their names last. */
static bool
sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy == NULL ? -1 :
	    open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	free(copy);
	return done;
}

static bool
move(const char *from, const char *to)
{
	if (rename(from, to) == 0 && sync_folder(to))
		return true;
	sw_say("can't rename %s to %s: %s", from, to, strerror(errno));
	unlink(from);
	return false;
}

static bool
replace(struct rotation *r)
{
	/* Of a rotation that was cut short; the lock says that it is over. */
	unlink(r->new_path);
	unlink(r->new_old_path);
	return sw_key_make(r->new_key) &&
	    sw_key_write(r->new_old_path, r->old_key, &r->last_day,
	    &r->owner) && move(r->new_old_path, r->old_path) &&
	    sw_key_write(r->new_path, r->new_key, NULL, &r->owner) &&
	    move(r->new_path, r->path);
}

static void
tell(const struct rotation *r)
{
	uint8_t id[SW_KEY_ID_SIZE];
	char text[2 * SW_KEY_ID_SIZE + 1], date[SW_DATE_SIZE];

	sw_date_print(r->last_day, date);
	if (sw_key_id(r->new_key, id) == SW_OK) {
		sw_key_id_text(id, text);
		printf("new key %s in %s\n", text, r->path);
	}
	if (sw_key_id(r->old_key, id) == SW_OK) {
		sw_key_id_text(id, text);
		printf("old key %s in %s, until %s\n", text, r->old_path,
		    date);
	}
	puts("Copy both files to the other resolvers that share the key, and "
	    "reload Unbound on all.");
}

static char *
with_ending(const char *path, const char *ending)
{
	char *text;

	return asprintf(&text, "%s%s", path, ending) < 0 ? NULL : text;
}

static int
rotate(const char *path, uint32_t last_day)
{
	struct rotation r = { .path = path, .last_day = last_day, .lock = -1,
		.old_path = sw_key_old_path(path),
		.new_path = with_ending(path, ".new"),
		.new_old_path = with_ending(path, ".old.new") };
	int status = SW_EXIT_FAILURE;

	if (r.old_path == NULL || r.new_path == NULL ||
	    r.new_old_path == NULL)
		sw_say("out of memory");
	else if (lock(&r) && check(&r) && replace(&r)) {
		tell(&r);
		status = SW_EXIT_OK;
	}
	if (r.lock >= 0)
		close(r.lock);
	explicit_bzero(r.old_key, sizeof(r.old_key));
	explicit_bzero(r.new_key, sizeof(r.new_key));
	free(r.old_path);
	free(r.new_path);
	free(r.new_old_path);
	return status;
}

static bool
is_over(uint32_t last_day)
{
	return (time(NULL) - LAST_ZONE_SECONDS) / 86400 > (time_t)last_day;
}

static int
destroy(const char *old_path)
{
	if (sw_key_destroy(old_path) != SW_OK) {
		sw_say("can't destroy %s: %s", old_path, strerror(errno));
		return SW_EXIT_FAILURE;
	}
	printf("%s is destroyed\n", old_path);
	return SW_EXIT_OK;
}

int
sw_key_finish(const char *path, bool now)
{
	char *old_path = sw_key_old_path(path);
	uint8_t key[SW_KEY_SIZE];
	char date[SW_DATE_SIZE];
	uint32_t last_day = 0;
	const char *reason;
	int status = SW_EXIT_FAILURE;
	enum sw_result result;

	if (old_path == NULL) {
		sw_say("out of memory");
		return SW_EXIT_FAILURE;
	}
	result = sw_key_read_old(old_path, key, &last_day, &reason);
	explicit_bzero(key, sizeof(key));
	sw_date_print(last_day, date);
	if (result == SW_ERR_SYSTEM && errno == ENOENT) {
		printf("there is no old key beside %s\n", path);
		status = SW_EXIT_OK;
	} else if (result != SW_OK && !now) {
		sw_key_complain(old_path, result, reason);
	} else if (now || is_over(last_day)) {
		status = destroy(old_path);
	} else {
		printf("%s is kept until %s\n", old_path, date);
		status = SW_EXIT_OK;
	}
	free(old_path);
	return status;
}

int
sw_key_rotate(const char *path, const char *until)
{
	uint32_t last_day;

	if (until == NULL)
		return rotate(path, end_of_next_month());
	if (!sw_date_parse(until, &last_day)) {
		sw_say("%s is no date: wanted: YYYY-MM-DD", until);
		return SW_EXIT_USAGE;
	}
	if (last_day < today()) {
		sw_say("%s is over", until);
		return SW_EXIT_FAILURE;
	}
	return rotate(path, last_day);
}
