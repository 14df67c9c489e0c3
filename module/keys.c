/* The keys of the pseudonyms. */
#include "module/keys.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "senderwatch/key_file.h"
#include "senderwatch/pseudonym.h"

struct sw_keys {
	struct sw_pseudonymiser *current;
	uint8_t ids[SW_TABLE_KEYS][SW_KEY_ID_SIZE];
	/* The old key is used on days up to its last one, then freed. */
	pthread_mutex_t old_lock;
	struct sw_pseudonymiser *old;	/* NULL: none, or gone */
	atomic_bool has_old;
	uint32_t last_day;
	uint64_t over_ms;	/* when that was found to be over; 0: not yet */
	char *old_path;
};

static enum sw_result
set_up(struct sw_keys *keys, unsigned key, const uint8_t bytes[SW_KEY_SIZE],
    sw_log_function log)
{
	enum sw_result result = sw_pseudonymiser_new(key == SW_KEY_OLD ?
	    &keys->old : &keys->current, bytes);

	if (result != SW_OK)
		log(SW_LOG_ERROR, "can't set up a key: %s",
		    sw_result_text(result));
	return result;
}

static enum sw_result
refuse(const char *path, enum sw_result result, const char *reason,
    sw_log_function log)
{
	log(SW_LOG_ERROR, "key file %s: %s%s%s", path, reason,
	    result == SW_ERR_SYSTEM ? ": " : "",
	    result == SW_ERR_SYSTEM ? strerror(errno) : "");
	return result;
}

static enum sw_result
load_current(struct sw_keys *keys, const char *path, sw_log_function log)
{
	uint8_t bytes[SW_KEY_SIZE] = { 0 };
	const char *reason;
	enum sw_result result = SW_OK;

	if (path != NULL) {
		result = sw_key_read(path, bytes, &reason);
		if (result != SW_OK)
			return refuse(path, result, reason, log);
		result = sw_key_id(bytes, keys->ids[SW_KEY_CURRENT]);
	}
	if (result == SW_OK)
		result = set_up(keys, SW_KEY_CURRENT, bytes, log);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return result;
}

static enum sw_result
load_old(struct sw_keys *keys, const char *path, sw_log_function log)
{
	uint8_t bytes[SW_KEY_SIZE] = { 0 };
	char date[SW_DATE_SIZE], text[2 * SW_KEY_ID_SIZE + 1];
	const char *reason;
	enum sw_result result;

	keys->old_path = sw_key_old_path(path);
	if (keys->old_path == NULL)
		return SW_ERR_MEMORY;
	result = sw_key_read_old(keys->old_path, bytes, &keys->last_day,
	    &reason);
	if (result == SW_ERR_SYSTEM && errno == ENOENT)
		return SW_OK;
	if (result != SW_OK)
		return refuse(keys->old_path, result, reason, log);
	result = sw_key_id(bytes, keys->ids[SW_KEY_OLD]);
	if (result != SW_OK)
		goto out;
	if (memcmp(keys->ids[SW_KEY_OLD], keys->ids[SW_KEY_CURRENT],
	    SW_KEY_ID_SIZE) == 0) {
		log(SW_LOG_WARNING, "%s holds the same key as %s: was a "
		    "rotation cut short?", keys->old_path, path);
		goto out;
	}
	result = set_up(keys, SW_KEY_OLD, bytes, log);
	atomic_store(&keys->has_old, result == SW_OK);
	if (result != SW_OK)
		goto out;
	sw_date_print(keys->last_day, date);
	sw_key_id_text(keys->ids[SW_KEY_OLD], text);
	log(SW_LOG_INFO, "until %s, all is emitted under the old key %s too",
	    date, text);
out:
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return result;
}

enum sw_result
sw_keys_new(struct sw_keys **keys, const char *path, sw_log_function log)
{
	struct sw_keys *made = calloc(1, sizeof(*made));
	enum sw_result result;

	*keys = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	pthread_mutex_init(&made->old_lock, NULL);
	result = load_current(made, path, log);
	if (result == SW_OK && path != NULL)
		result = load_old(made, path, log);
	if (result == SW_OK) {
		sw_keys_lock(made, log);
		*keys = made;
		made = NULL;
	}
	sw_keys_free(&made);
	return result;
}

void
sw_keys_free(struct sw_keys **keys)
{
	struct sw_keys *k = *keys;

	*keys = NULL;
	if (k == NULL)
		return;
	sw_pseudonymiser_free(&k->current);
	sw_pseudonymiser_free(&k->old);
	pthread_mutex_destroy(&k->old_lock);
	free(k->old_path);
	free(k);
}

void
sw_keys_lock(struct sw_keys *keys, sw_log_function log)
{
	bool locked = sw_pseudonymiser_lock(keys->current);

	pthread_mutex_lock(&keys->old_lock);
	if (keys->old != NULL)
		locked = sw_pseudonymiser_lock(keys->old) && locked;
	pthread_mutex_unlock(&keys->old_lock);
	if (!locked)
		log(SW_LOG_WARNING, "the key can't be locked in memory (%s), "
		    "and may get into swap space: see RLIMIT_MEMLOCK",
		    strerror(errno));
}

bool
sw_keys_has_old(const struct sw_keys *keys)
{
	return atomic_load_explicit(&keys->has_old, memory_order_relaxed);
}

bool
sw_keys_is_old_used(const struct sw_keys *keys, uint32_t day)
{
	return sw_keys_has_old(keys) && day <= keys->last_day;
}

uint32_t
sw_keys_last_day(const struct sw_keys *keys)
{
	return keys->last_day;
}

const uint8_t *
sw_keys_id(const struct sw_keys *keys, unsigned key)
{
	return keys->ids[key];
}

static bool
make(const struct sw_pseudonymiser *pseudonymiser, const struct sw_name *name,
    const struct sw_rrset *records, const struct sw_verdict *verdict,
    struct sw_observation *observation, struct sw_alias *alias)
{
	if (!alias->made)
		sw_pseudonym(pseudonymiser, name->subject,
		    name->subject_length, alias->pseudonym, alias->digest_key);
	alias->made = true;
	memcpy(observation->subject, alias->pseudonym, SW_PSEUDONYM_SIZE);
	return sw_digest(alias->digest_key, name->mechanism, records, verdict,
	    observation->digest) == SW_OK;
}

bool
sw_keys_make(struct sw_keys *keys, unsigned key, const struct sw_name *name,
    const struct sw_rrset *records, const struct sw_verdict *verdict,
    struct sw_observation *observation, struct sw_alias *alias)
{
	struct sw_alias own = { .made = false };
	bool made;

	if (key == SW_KEY_CURRENT)
		return make(keys->current, name, records, verdict,
		    observation, alias != NULL ? alias : &own);
	pthread_mutex_lock(&keys->old_lock);
	made = keys->old != NULL && make(keys->old, name, records, verdict,
	    observation, &own);
	pthread_mutex_unlock(&keys->old_lock);
	return made;
}

bool
sw_keys_end_old(struct sw_keys *keys, uint32_t day, uint64_t now_ms,
    sw_log_function log)
{
	char text[2 * SW_KEY_ID_SIZE + 1];

	if (!sw_keys_has_old(keys) || day <= keys->last_day)
		return false;
	if (keys->over_ms == 0)
		keys->over_ms = now_ms;
	if (now_ms - keys->over_ms < SW_OLD_KEY_LINGERS_MS)
		return false;
	atomic_store(&keys->has_old, false);
	pthread_mutex_lock(&keys->old_lock);
	sw_pseudonymiser_free(&keys->old);
	pthread_mutex_unlock(&keys->old_lock);
	sw_key_id_text(keys->ids[SW_KEY_OLD], text);
	if (sw_key_destroy(keys->old_path) == SW_OK || errno == ENOENT)
		log(SW_LOG_INFO, "the old key %s has come to its end and is "
		    "destroyed", text);
	else
		log(SW_LOG_WARNING, "the old key %s has come to its end, but "
		    "%s can't be destroyed: %s; do it with \"senderwatch key "
		    "rotate --finish\"", text, keys->old_path, strerror(errno));
	return true;
}
