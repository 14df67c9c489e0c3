/* Frames that a stop left undelivered. */
#include "module/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstrm.h>

#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

#define ENDING ".spool"
#define OVERHEAD 4		/* a frame's length */

struct sw_spool {
	struct fstrm_writer *writer;
	void *reserve;		/* for libfstrm, when it closes the file */
	char *folder, *path, *temporary;
	size_t room;
};

static bool
is_spool_file(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > strlen(ENDING) &&
	    strcmp(name + length - strlen(ENDING), ENDING) == 0;
}

/* Bytes that the folder's files take; SIZE_MAX if it can't be read. */
static size_t
folder_size(const char *folder)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	size_t total = 0;

	if (directory == NULL)
		return SIZE_MAX;
	while ((entry = readdir(directory)) != NULL) {
		struct stat status;

		if (is_spool_file(entry->d_name) &&
		    fstatat(dirfd(directory), entry->d_name, &status,
		    AT_SYMLINK_NOFOLLOW) == 0)
			total += (size_t)status.st_size;
	}
	closedir(directory);
	return total;
}

/*
 * libfstrm opens the file itself, with the mode that the umask leaves: it is
 * made here first, for nobody else to read.
 */
static enum sw_result
open_writer(struct sw_spool *spool)
{
	struct fstrm_file_options *file = NULL;
	struct fstrm_writer_options *options = NULL;
	int fd;

	if (!sw_stream_has_memory(SW_WRITER_MEMORY))
		return SW_ERR_MEMORY;
	fd = open(spool->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (fd < 0)
		return SW_ERR_SYSTEM;
	close(fd);
	file = fstrm_file_options_init();
	options = fstrm_writer_options_init();
	fstrm_file_options_set_file_path(file, spool->temporary);
	fstrm_writer_options_add_content_type(options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	spool->writer = fstrm_file_writer_init(file, options);
	fstrm_writer_options_destroy(&options);
	fstrm_file_options_destroy(&file);
	return spool->writer != NULL &&
	    fstrm_writer_open(spool->writer) == fstrm_res_success ? SW_OK :
	    SW_ERR_SYSTEM;
}

enum sw_result
sw_spool_begin(struct sw_spool **spool, const char *folder,
    const uint8_t instance[SW_INSTANCE_SIZE], size_t limit)
{
	enum sw_result result = SW_ERR_MEMORY;
	struct sw_spool *made = calloc(1, sizeof(*made));
	char name[2 * SW_INSTANCE_SIZE + 1];
	size_t used = folder_size(folder);

	*spool = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	for (unsigned i = 0; i < SW_INSTANCE_SIZE; i++)
		snprintf(name + 2 * i, 3, "%02x", instance[i]);
	made->room = used < limit ? limit - used : 0;
	made->folder = strdup(folder);
	if (asprintf(&made->path, "%s/%s" ENDING, folder, name) < 0)
		made->path = NULL;
	if (asprintf(&made->temporary, "%s/.%s.tmp", folder, name) < 0)
		made->temporary = NULL;
	made->reserve = malloc(SW_WRITER_MEMORY);
	if (made->folder == NULL || made->path == NULL ||
	    made->temporary == NULL || made->reserve == NULL)
		goto out;
	result = open_writer(made);
	if (result != SW_OK)
		goto out;
	*spool = made;
	made = NULL;
out:
	sw_spool_discard(&made);
	return result;
}

enum sw_result
sw_spool_add(struct sw_spool *spool, const uint8_t *frame, size_t length)
{
	if (length + OVERHEAD > spool->room)
		return SW_ERR_INVALID;
	if (fstrm_writer_write(spool->writer, frame, length) !=
	    fstrm_res_success)
		return SW_ERR_SYSTEM;
	spool->room -= length + OVERHEAD;
	return SW_OK;
}

/* A file's contents, or a folder's entries, onto the disk. */
static bool
sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static bool
close_writer(struct sw_spool *spool)
{
	free(spool->reserve);
	spool->reserve = NULL;
	return fstrm_writer_close(spool->writer) == fstrm_res_success;
}

enum sw_result
sw_spool_commit(struct sw_spool **spool)
{
	struct sw_spool *s = *spool;
	bool done = close_writer(s) && sync_path(s->temporary, O_RDONLY) &&
	    rename(s->temporary, s->path) == 0 &&
	    sync_path(s->folder, O_RDONLY | O_DIRECTORY);

	sw_spool_discard(spool);
	return done ? SW_OK : SW_ERR_SYSTEM;
}

void
sw_spool_discard(struct sw_spool **spool)
{
	struct sw_spool *s = *spool;

	*spool = NULL;
	if (s == NULL)
		return;
	free(s->reserve);
	if (s->writer != NULL)
		fstrm_writer_destroy(&s->writer);
	if (s->temporary != NULL)
		unlink(s->temporary);	/* gone already after a commit */
	free(s->temporary);
	free(s->path);
	free(s->folder);
	free(s);
}

/* Did the file end with STOP? To libfstrm any end at a frame's end is one. */
static bool
has_stopped(struct fstrm_reader *reader)
{
	const struct fstrm_control *stop = NULL;

	return fstrm_reader_get_control(reader, FSTRM_CONTROL_STOP, &stop) ==
	    fstrm_res_success && stop != NULL;
}

/* SW_OK: all delivered. SW_ERR_UNSUPPORTED: not such a file, or cut off. */
static enum sw_result
drain_file(const char *path, sw_spool_deliver deliver, void *argument)
{
	enum sw_result result = SW_ERR_UNSUPPORTED;
	struct fstrm_reader *reader;
	const uint8_t *frame = NULL;
	size_t length = 0;
	fstrm_res got;

	if (!sw_stream_has_memory(SW_READER_MEMORY))
		return SW_ERR_MEMORY;
	reader = sw_stream_file_reader(path);
	if (reader == NULL || fstrm_reader_open(reader) != fstrm_res_success)
		goto out;
	while ((got = fstrm_reader_read(reader, &frame, &length)) ==
	    fstrm_res_success) {
		/* libfstrm's answer to a frame that is too long. */
		if (frame == NULL)
			break;
		result = deliver(argument, frame, length);
		if (result == SW_OK && !sw_stream_has_memory(SW_READER_MEMORY))
			result = SW_ERR_MEMORY;
		if (result != SW_OK)
			goto out;
		frame = NULL;
	}
	result = got == fstrm_res_stop && has_stopped(reader) ? SW_OK :
	    SW_ERR_UNSUPPORTED;
out:
	fstrm_reader_destroy(&reader);
	return result;
}

static void
put_aside(const char *path, sw_log_function log)
{
	char *bad = NULL;

	if (asprintf(&bad, "%s.bad", path) >= 0 && rename(path, bad) == 0)
		log(SW_LOG_WARNING, "spool file is damaged, put aside as %s",
		    bad);
	free(bad);
}

enum sw_result
sw_spool_drain(const char *folder, sw_spool_deliver deliver, void *argument,
    sw_log_function log)
{
	enum sw_result result = SW_OK;
	DIR *directory = opendir(folder);
	struct dirent *entry;

	if (directory == NULL)
		return SW_ERR_SYSTEM;
	while (result == SW_OK && (entry = readdir(directory)) != NULL) {
		char *path = NULL;

		if (!is_spool_file(entry->d_name))
			continue;
		if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0) {
			result = SW_ERR_MEMORY;
			break;
		}
		result = drain_file(path, deliver, argument);
		if (result == SW_OK) {
			unlink(path);
		} else if (result == SW_ERR_UNSUPPORTED) {
			put_aside(path, log);
			result = SW_OK;
		}
		free(path);
	}
	closedir(directory);
	return result;
}
