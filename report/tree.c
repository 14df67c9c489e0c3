/* Folders that appear whole: see the header. */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

/* Tells a folder of ours from one that must not be replaced. */
#define MARK ".senderwatch"
#define MARK_TEXT "Written by senderwatch; replaced as a whole.\n"
#define ERROR_MAX 512
#define DEPTH_MAX 16	/* open folders while a tree is walked */

struct sw_tree {
	char *path;
	char *temporary;	/* NULL once it was committed */
	struct sw_tree_file *files;
	size_t count;
	size_t room;
	char error[ERROR_MAX];
};

static enum sw_result complain(struct sw_tree *tree, enum sw_result result,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum sw_result
complain(struct sw_tree *tree, enum sw_result result, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(tree->error, sizeof(tree->error), format, arguments);
	va_end(arguments);
	return result;
}

static enum sw_result
fail(struct sw_tree *tree, const char *doing, const char *path)
{
	return complain(tree, SW_ERR_SYSTEM, "can't %s %s: %s", doing, path,
	    strerror(errno));
}

const char *
sw_tree_error(const struct sw_tree *tree)
{
	return tree != NULL ? tree->error : "out of memory";
}

static char *
join(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* --- What stands there ---------------------------------------------------- */

static bool
has_mark(const char *path)
{
	char *mark = join(path, MARK);
	struct stat status;
	bool has = mark != NULL && lstat(mark, &status) == 0 &&
	    S_ISREG(status.st_mode);

	free(mark);
	return has;
}

/* May the folder be replaced? True where there is none. */
static bool
is_replaceable(const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return errno == ENOENT;
	if (!S_ISDIR(status.st_mode))
		return false;
	/* rmdir() succeeds on empty folders only. */
	return has_mark(path) || rmdir(path) == 0;
}

static int
remove_one(const char *path, const struct stat *status, int type,
    struct FTW *place)
{
	(void)status;
	(void)place;
	return type == FTW_DP ? rmdir(path) : unlink(path);
}

static bool
remove_all(const char *path)
{
	return nftw(path, remove_one, DEPTH_MAX, FTW_DEPTH | FTW_PHYS) == 0;
}

enum sw_result
sw_tree_remove(const char *path)
{
	if (!has_mark(path))
		return SW_ERR_INVALID;
	return remove_all(path) ? SW_OK : SW_ERR_SYSTEM;
}

/* --- Writing -------------------------------------------------------------- */

enum sw_result
sw_tree_begin(struct sw_tree **tree, const char *path)
{
	struct sw_tree *t = calloc(1, sizeof(*t));
	size_t length = strlen(path);
	mode_t mask;

	*tree = t;
	if (t == NULL)
		return SW_ERR_MEMORY;
	while (length > 1 && path[length - 1] == '/')
		length--;
	t->path = strndup(path, length);
	if (t->path == NULL)
		return complain(t, SW_ERR_MEMORY, "out of memory");
	if (!is_replaceable(t->path))
		return complain(t, SW_ERR_INVALID, "%s is there, and was not "
		    "written by senderwatch", t->path);
	if (asprintf(&t->temporary, "%s.XXXXXX", t->path) < 0) {
		t->temporary = NULL;
		return complain(t, SW_ERR_MEMORY, "out of memory");
	}
	if (mkdtemp(t->temporary) == NULL) {
		free(t->temporary);
		t->temporary = NULL;
		return fail(t, "make a folder beside", t->path);
	}
	/* mkdtemp() lets only the owner in; a publication is for readers. */
	mask = umask(0);
	umask(mask);
	if (chmod(t->temporary, 0777 & ~mask) != 0)
		return fail(t, "open up", t->temporary);
	return sw_tree_write(t, MARK, MARK_TEXT, strlen(MARK_TEXT));
}

static enum sw_result
make_folders(struct sw_tree *tree, char *path)
{
	/* The temporary folder itself is there. */
	char *slash = path + strlen(tree->temporary);

	while ((slash = strchr(slash + 1, '/')) != NULL) {
		int made;

		*slash = '\0';
		made = mkdir(path, 0777);
		if (made != 0 && errno != EEXIST)
			return fail(tree, "make", path);
		*slash = '/';
	}
	return SW_OK;
}

static bool
write_all(int fd, const uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

static enum sw_result
write_file(struct sw_tree *tree, const char *path, const void *content,
    size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	bool written;

	if (fd < 0)
		return fail(tree, "create", path);
	written = write_all(fd, content, length) && fsync(fd) == 0;
	if (close(fd) != 0 || !written)
		return fail(tree, "write", path);
	return SW_OK;
}

static enum sw_result
note_file(struct sw_tree *tree, const char *name, const void *content,
    size_t length)
{
	struct sw_tree_file *file;

	if (tree->count == tree->room) {
		size_t room = tree->room != 0 ? 2 * tree->room : 64;

		file = reallocarray(tree->files, room, sizeof(*file));
		if (file == NULL)
			return complain(tree, SW_ERR_MEMORY, "out of memory");
		tree->files = file;
		tree->room = room;
	}
	file = &tree->files[tree->count];
	file->length = length;
	file->name = strdup(name);
	if (file->name == NULL || EVP_Digest(content, length, file->hash, NULL,
	    EVP_sha256(), NULL) != 1) {
		free(file->name);
		return complain(tree, SW_ERR_MEMORY, "out of memory");
	}
	tree->count++;
	return SW_OK;
}

enum sw_result
sw_tree_write(struct sw_tree *tree, const char *name, const void *content,
    size_t length)
{
	char *path = join(tree->temporary, name);
	enum sw_result result;

	if (path == NULL)
		return complain(tree, SW_ERR_MEMORY, "out of memory");
	result = make_folders(tree, path);
	if (result == SW_OK)
		result = write_file(tree, path, content, length);
	if (result == SW_OK)
		result = note_file(tree, name, content, length);
	free(path);
	return result;
}

const struct sw_tree_file *
sw_tree_file(const struct sw_tree *tree, size_t index)
{
	return index < tree->count ? &tree->files[index] : NULL;
}

const struct sw_tree_file *
sw_tree_find(const struct sw_tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->count; i++) {
		if (strcmp(tree->files[i].name, name) == 0)
			return &tree->files[i];
	}
	return NULL;
}

/* --- Checking and putting it in its place --------------------------------- */

/* Does the file hold what was written? False also where it can't be read. */
static bool
reads_back(const char *path, const struct sw_tree_file *file)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t buffer[16384], hash[SW_TREE_HASH_SIZE];
	uint64_t length = 0;
	ssize_t got = -1;
	bool good = fd >= 0 && context != NULL &&
	    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	while (good && (got = read(fd, buffer, sizeof(buffer))) > 0) {
		good = EVP_DigestUpdate(context, buffer, (size_t)got) == 1;
		length += (uint64_t)got;
	}
	good = good && got == 0 && length == file->length &&
	    EVP_DigestFinal_ex(context, hash, NULL) == 1 &&
	    memcmp(hash, file->hash, sizeof(hash)) == 0;
	if (fd >= 0)
		close(fd);
	EVP_MD_CTX_free(context);
	return good;
}

static int
sync_folder(const char *path, const struct stat *status, int type,
    struct FTW *place)
{
	int fd, result;

	(void)status;
	(void)place;
	if (type != FTW_D && type != FTW_DP)
		return 0;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	result = fsync(fd);
	close(fd);
	return result;
}

static enum sw_result
check(struct sw_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		char *path = join(tree->temporary, tree->files[i].name);
		bool good = path != NULL && reads_back(path, &tree->files[i]);

		free(path);
		if (!good)
			return complain(tree, SW_ERR_SYSTEM, "%s does not read "
			    "back as it was written", tree->files[i].name);
	}
	if (nftw(tree->temporary, sync_folder, DEPTH_MAX, FTW_PHYS) != 0)
		return fail(tree, "make durable", tree->temporary);
	return SW_OK;
}

/* The old folder is where the temporary one was once it is done. */
static bool
exchange(const char *temporary, const char *path)
{
	char *aside = NULL;
	bool moved;

	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path,
	    RENAME_EXCHANGE) == 0)
		return true;
	/* Not every file system can: then there is a moment without either. */
	if ((errno != EINVAL && errno != ENOSYS) ||
	    asprintf(&aside, "%s.old", temporary) < 0)
		return false;
	moved = rename(path, aside) == 0;
	if (moved && rename(temporary, path) != 0) {
		(void)rename(aside, path);
		moved = false;
	}
	if (moved)
		(void)rename(aside, temporary);
	free(aside);
	return moved;
}

enum sw_result
sw_tree_commit(struct sw_tree *tree)
{
	enum sw_result result = check(tree);
	bool old;

	if (result != SW_OK)
		return result;
	/* Somebody may have put something there meanwhile. */
	if (!is_replaceable(tree->path))
		return complain(tree, SW_ERR_INVALID, "%s is there, and was not "
		    "written by senderwatch", tree->path);
	old = has_mark(tree->path);
	if (old ? !exchange(tree->temporary, tree->path) :
	    rename(tree->temporary, tree->path) != 0)
		return fail(tree, "rename a folder to", tree->path);
	/* What is left of the old one harms nobody. */
	if (old)
		(void)remove_all(tree->temporary);
	free(tree->temporary);
	tree->temporary = NULL;
	return SW_OK;
}

void
sw_tree_free(struct sw_tree **tree)
{
	struct sw_tree *t = *tree;

	if (t == NULL)
		return;
	if (t->temporary != NULL)
		(void)remove_all(t->temporary);
	for (size_t i = 0; i < t->count; i++)
		free(t->files[i].name);
	free(t->files);
	free(t->temporary);
	free(t->path);
	free(t);
	*tree = NULL;
}
