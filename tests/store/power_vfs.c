#include "power_vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "passing_vfs.h"

#define FILES_MAX 32
#define SECTOR 512

/* Something that was done to a file since it was synced. */
struct change {
	size_t offset;
	size_t length;
	uint8_t *data;		/* NULL: the file was cut to offset */
};

struct disk_file {
	char path[300];
	uint8_t *synced;
	size_t size;
	struct change *changes;
	size_t count;
};

struct file {
	struct passed_file passed;
	struct disk_file *disk;	/* NULL: not one that must last */
};

static sqlite3_vfs shim;
static sqlite3_vfs *real;
static struct disk_file files[FILES_MAX];
static size_t file_count;
static bool ignore_syncs;
static void (*watcher)(void *argument);
static void *watcher_argument;

/* --- The model of the disk ------------------------------------------------ */

static void
set_size(struct disk_file *disk, size_t size)
{
	disk->synced = realloc(disk->synced, size + 1);
	assert_non_null(disk->synced);
	if (size > disk->size)
		memset(disk->synced + disk->size, 0, size - disk->size);
	disk->size = size;
}

static void
apply(struct disk_file *disk, size_t offset, const uint8_t *data,
    size_t length)
{
	if (offset + length > disk->size)
		set_size(disk, offset + length);
	memcpy(disk->synced + offset, data, length);
}

static void
note(struct disk_file *disk, size_t offset, const void *data, size_t length)
{
	struct change *change;

	disk->changes = realloc(disk->changes, (disk->count + 1) *
	    sizeof(*disk->changes));
	assert_non_null(disk->changes);
	change = &disk->changes[disk->count++];
	change->offset = offset;
	change->length = length;
	change->data = NULL;
	if (data == NULL)
		return;
	change->data = malloc(length);
	assert_non_null(change->data);
	memcpy(change->data, data, length);
}

static void
drop_changes(struct disk_file *disk)
{
	for (size_t i = 0; i < disk->count; i++)
		free(disk->changes[i].data);
	disk->count = 0;
}

static void
sync_all(struct disk_file *disk)
{
	for (size_t i = 0; i < disk->count; i++) {
		const struct change *change = &disk->changes[i];

		if (change->data == NULL)
			set_size(disk, change->offset);
		else
			apply(disk, change->offset, change->data,
			    change->length);
	}
	drop_changes(disk);
}

/* Each sector of a write may have arrived or not. */
static void
apply_in_part(struct disk_file *disk, const struct change *change,
    struct random *random)
{
	for (size_t done = 0, part; done < change->length; done += part) {
		part = SECTOR - (change->offset + done) % SECTOR;
		if (part > change->length - done)
			part = change->length - done;
		if (pick(random, 2) == 0)
			apply(disk, change->offset + done, change->data + done,
			    part);
	}
}

static struct disk_file
crashed(const struct disk_file *disk, struct random *random)
{
	struct disk_file left = { .synced = malloc(disk->size + 1),
		.size = disk->size };
	/* Now and then nothing arrived, or all of it. */
	uint32_t mood = pick(random, 8);

	assert_non_null(left.synced);
	if (disk->size > 0)
		memcpy(left.synced, disk->synced, disk->size);
	for (size_t i = 0; i < disk->count && mood != 0; i++) {
		const struct change *change = &disk->changes[i];
		uint32_t fate = mood == 1 ? 0 : pick(random, 3);

		if (fate == 2)
			continue;
		if (change->data == NULL)
			set_size(&left, change->offset);
		else if (fate == 0)
			apply(&left, change->offset, change->data,
			    change->length);
		else
			apply_in_part(&left, change, random);
	}
	/*
	 * A file may also have grown by what was never written to it, but not
	 * one that nothing was ever written to.
	 */
	if (mood == 2 && (disk->size > 0 || disk->count > 0)) {
		size_t size = left.size, more = 1 + pick(random, 9000);

		set_size(&left, size + more);
		for (size_t i = size; i < left.size; i++)
			left.synced[i] = (uint8_t)pick(random, 256);
	}
	return left;
}

static void
write_file(const char *path, const struct disk_file *disk)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(disk->synced, 1, disk->size, out), disk->size);
	fclose(out);
}

void
power_cut(const char *path, const char *copy, struct random *random)
{
	char name[320];

	snprintf(name, sizeof(name), "%s-shm", copy);
	unlink(name);
	snprintf(name, sizeof(name), "%s-wal", copy);
	unlink(name);
	for (size_t i = 0; i < file_count; i++) {
		size_t length = strlen(path);
		struct disk_file left;

		if (strncmp(files[i].path, path, length) != 0)
			continue;
		snprintf(name, sizeof(name), "%s%s", copy,
		    files[i].path + length);
		left = crashed(&files[i], random);
		write_file(name, &left);
		free(left.synced);
	}
}

void
power_reset(void)
{
	for (size_t i = 0; i < file_count; i++) {
		drop_changes(&files[i]);
		free(files[i].changes);
		free(files[i].synced);
	}
	memset(files, 0, sizeof(files));
	file_count = 0;
}

void
power_ignore_syncs(bool ignore)
{
	ignore_syncs = ignore;
}

void
power_watch(void (*watch)(void *argument), void *argument)
{
	watcher = watch;
	watcher_argument = argument;
}

/* --- Between SQLite and the files ----------------------------------------- */

static struct file *
ours(sqlite3_file *file)
{
	return (struct file *)(void *)file;
}

static void
tell_watcher(sqlite3_file *file)
{
	if (watcher != NULL && ours(file)->disk != NULL)
		watcher(watcher_argument);
}

static int
file_write(sqlite3_file *file, const void *data, int length,
    sqlite3_int64 offset)
{
	tell_watcher(file);
	if (ours(file)->disk != NULL)
		note(ours(file)->disk, (size_t)offset, data, (size_t)length);
	return passed_real(file)->pMethods->xWrite(passed_real(file), data, length,
	    offset);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	tell_watcher(file);
	if (ours(file)->disk != NULL)
		note(ours(file)->disk, (size_t)size, NULL, 0);
	return passed_real(file)->pMethods->xTruncate(passed_real(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	tell_watcher(file);
	if (ours(file)->disk != NULL && !ignore_syncs)
		sync_all(ours(file)->disk);
	return SQLITE_OK;
}

static int
file_sector(sqlite3_file *file)
{
	(void)file;
	return SECTOR;
}

/* Promise nothing: no atomic writes, no order, no safe appending. */
static int
file_device(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static const sqlite3_io_methods methods = PASSING_METHODS(file_write,
    file_truncate, file_sync, file_sector, file_device);

static struct disk_file *
find_disk_file(const char *path)
{
	for (size_t i = 0; i < file_count; i++) {
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	}
	assert_true(file_count < FILES_MAX);
	snprintf(files[file_count].path, sizeof(files[0].path), "%s", path);
	return &files[file_count++];
}

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
    int *out_flags)
{
	struct file *file = ours(base);
	int code;

	(void)vfs;
	file->passed.real = (sqlite3_file *)(void *)(file + 1);
	file->disk = NULL;
	file->passed.base.pMethods = NULL;
	if (name != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL |
	    SQLITE_OPEN_MAIN_JOURNAL)) != 0)
		file->disk = find_disk_file(name);
	code = real->xOpen(real, name, file->passed.real, flags, out_flags);
	if (file->passed.real->pMethods != NULL)
		file->passed.base.pMethods = &methods;
	return code;
}

/* A deleted file may come back; SQLite syncs the folder where it matters. */
static int
shim_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	(void)vfs;
	for (size_t i = 0; i < file_count; i++) {
		if (strcmp(files[i].path, name) != 0)
			continue;
		note(&files[i], 0, NULL, 0);
		if (sync_folder)
			sync_all(&files[i]);
	}
	return real->xDelete(real, name, sync_folder);
}

void
power_install(void)
{
	real = sqlite3_vfs_find(NULL);
	shim = *real;
	shim.zName = "power";
	shim.pNext = NULL;
	shim.szOsFile = real->szOsFile + (int)sizeof(struct file);
	shim.xOpen = shim_open;
	shim.xDelete = shim_delete;
	sqlite3_vfs_register(&shim, 1);
}
