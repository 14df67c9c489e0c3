#include "credentials.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct sw_credentials {
	const struct sw_options *options;
	pthread_mutex_t lock;		/* of all that follows */
	struct sw_tls *tls;
	uint64_t good;
	uint64_t bad;
};

/* Whoever has the key is this collector to every resolver. */
static enum sw_result
check_key_mode(const char *path, char reason[SW_TLS_REASON_MAX])
{
	struct stat status;

	if (stat(path, &status) != 0) {
		snprintf(reason, SW_TLS_REASON_MAX, "key %.180s: %s", path,
		    strerror(errno));
		return SW_ERR_INVALID;
	}
	if ((status.st_mode & S_IRWXO) == 0)
		return SW_OK;
	snprintf(reason, SW_TLS_REASON_MAX, "key %.180s: anybody can read or "
	    "write it: chmod o-rwx", path);
	return SW_ERR_INVALID;
}

static enum sw_result
load(const struct sw_options *options, struct sw_tls **tls,
    char reason[SW_TLS_REASON_MAX])
{
	const struct sw_tls_files files = {
		.authorities = options->tls_authorities,
		.certificate = options->tls_certificate,
		.key = options->tls_key,
		.revoked = options->tls_revoked[0] != '\0' ?
		    options->tls_revoked : NULL,
	};

	*tls = NULL;
	if (check_key_mode(files.key, reason) != SW_OK)
		return SW_ERR_INVALID;
	return sw_tls_new(tls, SW_TLS_SERVER, &files, reason);
}

enum sw_result
sw_credentials_new(struct sw_credentials **credentials,
    const struct sw_options *options, char reason[SW_TLS_REASON_MAX])
{
	struct sw_credentials *made = calloc(1, sizeof(*made));
	enum sw_result result;

	*credentials = NULL;
	if (made == NULL) {
		snprintf(reason, SW_TLS_REASON_MAX, "out of memory");
		return SW_ERR_MEMORY;
	}
	made->options = options;
	pthread_mutex_init(&made->lock, NULL);
	result = load(options, &made->tls, reason);
	if (result != SW_OK)
		sw_credentials_free(&made);
	*credentials = made;
	return result;
}

void
sw_credentials_free(struct sw_credentials **credentials)
{
	if (*credentials == NULL)
		return;
	sw_tls_free(&(*credentials)->tls);
	pthread_mutex_destroy(&(*credentials)->lock);
	free(*credentials);
	*credentials = NULL;
}

enum sw_result
sw_credentials_reload(struct sw_credentials *credentials,
    char reason[SW_TLS_REASON_MAX])
{
	struct sw_tls *fresh;
	enum sw_result result;

	result = load(credentials->options, &fresh, reason);
	/* Better an old certificate than one that every resolver refuses. */
	if (result == SW_OK)
		result = sw_tls_check(fresh, time(NULL), reason);
	pthread_mutex_lock(&credentials->lock);
	if (result == SW_OK) {
		struct sw_tls *old = credentials->tls;

		credentials->tls = fresh;
		credentials->good++;
		fresh = old;
	} else {
		credentials->bad++;
	}
	pthread_mutex_unlock(&credentials->lock);
	sw_tls_free(&fresh);
	return result;
}

enum sw_result
sw_credentials_stream(struct sw_credentials *credentials, int fd,
    const struct sw_stream_options *options, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream, uint64_t *generation)
{
	enum sw_result result;

	pthread_mutex_lock(&credentials->lock);
	*generation = credentials->good + 1;
	result = sw_stream_new_tls(fd, options, credentials->tls, NULL, rdwr,
	    stream);
	pthread_mutex_unlock(&credentials->lock);
	return result;
}

enum sw_tls_trouble
sw_credentials_verify(struct sw_credentials *credentials,
    const struct sw_tls_peer *peer, uint64_t generation)
{
	enum sw_tls_trouble trouble = SW_TLS_FINE;

	pthread_mutex_lock(&credentials->lock);
	if (generation != credentials->good + 1)
		trouble = sw_tls_peer_verify(peer, credentials->tls);
	pthread_mutex_unlock(&credentials->lock);
	return trouble;
}

/* To lower case; false for what is no host's name. */
static bool
fold(char *name)
{
	for (; *name != '\0'; name++) {
		if (!isalnum((unsigned char)*name) &&
		    strchr("-._", *name) == NULL)
			return false;
		*name = (char)tolower((unsigned char)*name);
	}
	return true;
}

static bool
matches(const char *pattern, const char *name)
{
	size_t length = strlen(name), suffix;

	if (pattern[0] != '*')
		return strcmp(pattern, name) == 0;
	/* "*.example.net": anything below it, not itself. */
	suffix = strlen(pattern + 1);
	return length > suffix &&
	    strcmp(name + length - suffix, pattern + 1) == 0;
}

static bool
is_allowed(const struct sw_texts *allowed, const char *name)
{
	for (size_t i = 0; i < allowed->count; i++) {
		if (matches(allowed->items[i], name))
			return true;
	}
	return allowed->count == 0;
}

bool
sw_credentials_name(const struct sw_credentials *credentials,
    const struct sw_tls_peer *peer, char name[SW_RESOLVER_NAME_MAX])
{
	for (size_t i = 0; sw_tls_peer_name(peer, i, name,
	    SW_RESOLVER_NAME_MAX); i++) {
		if (name[0] != '\0' && fold(name) &&
		    is_allowed(&credentials->options->allow_resolver, name))
			return true;
	}
	return false;
}

void
sw_credentials_ends(struct sw_credentials *credentials,
    struct sw_tls_ends *ends)
{
	pthread_mutex_lock(&credentials->lock);
	sw_tls_look_up_ends(credentials->tls, ends);
	pthread_mutex_unlock(&credentials->lock);
}

void
sw_credentials_reloads(struct sw_credentials *credentials, uint64_t *good,
    uint64_t *bad)
{
	pthread_mutex_lock(&credentials->lock);
	*good = credentials->good;
	*bad = credentials->bad;
	pthread_mutex_unlock(&credentials->lock);
}

enum sw_result
sw_credentials_check(struct sw_credentials *credentials,
    char reason[SW_TLS_REASON_MAX])
{
	enum sw_result result;

	pthread_mutex_lock(&credentials->lock);
	result = sw_tls_check(credentials->tls, time(NULL), reason);
	pthread_mutex_unlock(&credentials->lock);
	return result;
}
