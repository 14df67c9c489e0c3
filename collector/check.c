#include "check.h"

#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "credentials.h"

static bool
wrong(const char *setting, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool
wrong(const char *setting, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "senderwatchd: %s: ", setting);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return false;
}

/* May files be made beside this one? */
static bool
check_folder(const char *setting, const char *path)
{
	char copy[SW_OPTIONS_PATH_MAX];
	const char *folder;

	snprintf(copy, sizeof(copy), "%s", path);
	folder = dirname(copy);
	if (access(folder, W_OK | X_OK) == 0)
		return true;
	return wrong(setting, "folder %s: %s", folder, strerror(errno));
}

static bool
check_socket(const char *path)
{
	struct stat status;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return wrong("listen", "%s: the path is too long for a socket",
		    path);
	if (lstat(path, &status) == 0 && !S_ISSOCK(status.st_mode))
		return wrong("listen", "%s: there is a file that is no socket",
		    path);
	return check_folder("listen", path);
}

static bool
check_regular(const char *setting, const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0) {
		if (!S_ISREG(status.st_mode))
			return wrong(setting, "%s: no regular file", path);
		if (access(path, R_OK | W_OK) != 0)
			return wrong(setting, "%s: %s", path, strerror(errno));
	} else if (errno != ENOENT) {
		return wrong(setting, "%s: %s", path, strerror(errno));
	}
	return check_folder(setting, path);
}

static bool
check_readable(const char *setting, const char *path)
{
	if (path[0] == '\0' || access(path, R_OK) == 0)
		return true;
	return wrong(setting, "%s: %s", path, strerror(errno));
}

static bool
check_tls(const struct sw_options *options)
{
	struct sw_credentials *credentials = NULL;
	char reason[SW_TLS_REASON_MAX];
	bool good = true;

	if (options->listen_tls.count == 0)
		return true;
	good &= check_readable("tls-certificate", options->tls_certificate);
	good &= check_readable("tls-key", options->tls_key);
	good &= check_readable("tls-authorities", options->tls_authorities);
	good &= check_readable("tls-revoked", options->tls_revoked);
	if (!good)
		return false;
	if (sw_credentials_new(&credentials, options, reason) != SW_OK ||
	    sw_credentials_check(credentials, reason) != SW_OK)
		good = wrong("listen-tls", "%s", reason);
	sw_credentials_free(&credentials);
	return good;
}

bool
sw_check_files(const struct sw_options *options)
{
	bool good = true;

	for (size_t i = 0; i < options->listen.count; i++)
		good &= check_socket(options->listen.items[i]);
	good &= check_regular("database", options->database);
	if (options->status_file[0] != '\0')
		good &= check_regular("status-file", options->status_file);
	good &= check_tls(options);
	return good;
}
