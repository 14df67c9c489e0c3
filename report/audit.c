/* Batches in words, and as JSON. */
#include "audit.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "explain.h"

#define DAY_SIZE 32
#define HEX_MAX 32	/* bytes */

static const char *
day_text(uint32_t day, char text[DAY_SIZE])
{
	time_t seconds = (time_t)day * 86400;
	struct tm parts;

	if (gmtime_r(&seconds, &parts) == NULL ||
	    strftime(text, DAY_SIZE, "%Y-%m-%d", &parts) == 0)
		snprintf(text, DAY_SIZE, "out of range");
	return text;
}

/* A word, with the number where the word is for all that have none. */
static const char *
word_text(const char *word, unsigned number, char text[DAY_SIZE])
{
	if (strcmp(word, "UNKNOWN") != 0)
		return word;
	snprintf(text, DAY_SIZE, "UNKNOWN (%u)", number);
	return text;
}

static const char *
mechanism_text(const struct sw_observation *observation, char text[DAY_SIZE])
{
	return word_text(sw_mechanism_text((enum sw_mechanism)
	    observation->mechanism), observation->mechanism, text);
}

static const char *
outcome_text(const struct sw_observation *observation, char text[DAY_SIZE])
{
	return word_text(sw_outcome_text((enum sw_outcome)
	    observation->outcome), observation->outcome, text);
}

static const char *
dnssec_text(const struct sw_observation *observation, char text[DAY_SIZE])
{
	return word_text(sw_dnssec_text((enum sw_dnssec)observation->dnssec),
	    observation->dnssec, text);
}

/* --- Words ---------------------------------------------------------------- */

static void
print_hex(FILE *file, const char *label, const uint8_t *bytes, size_t length,
    const char *note)
{
	fprintf(file, "%s", label);
	for (size_t i = 0; i < length; i++)
		fprintf(file, "%02x", bytes[i]);
	fprintf(file, "%s\n", note);
}

static void
print_day(FILE *file, uint32_t day)
{
	char text[DAY_SIZE];

	fputs(day_text(day, text), file);
}

static void
print_observation(FILE *file, const struct sw_batch *batch,
    const struct sw_observation *observation)
{
	char text[DAY_SIZE];

	fprintf(file, "  observation\n");
	print_hex(file, "    subject     ", observation->subject,
	    SW_PSEUDONYM_SIZE, " (pseudonym of a registrable domain)");
	fprintf(file, "    name        %s\n", observation->name != NULL ?
	    observation->name : "not sent");
	fprintf(file, "    group       %u (under %s)\n", observation->group,
	    batch->groups[observation->group].suffix);
	fprintf(file, "    mechanism   %s\n", mechanism_text(observation,
	    text));
	fprintf(file, "    outcome     %s\n", outcome_text(observation, text));
	fprintf(file, "    features    ");
	sw_explain_features(file, (enum sw_mechanism)observation->mechanism,
	    observation->features);
	fprintf(file, "\n");
	print_hex(file, "    digest      ", observation->digest, SW_DIGEST_SIZE,
	    " (keyed, by subject, of the record)");
	fprintf(file, "    dnssec      %s\n", dnssec_text(observation, text));
	fprintf(file, "    day         ");
	print_day(file, observation->day);
	fprintf(file, "\n    earlier    ");
	for (unsigned i = 0; i < 8; i++) {
		if ((observation->earlier >> i & 1) != 0) {
			fprintf(file, " ");
			print_day(file, observation->day - (i + 1));
		}
	}
	fprintf(file, "%s\n", observation->earlier == 0 ? " no day" : "");
}

void
sw_audit_write(FILE *file, const struct sw_batch *batch)
{
	fprintf(file, "batch %" PRIu64 "\n", batch->sequence);
	print_hex(file, "  instance      ", batch->instance, SW_INSTANCE_SIZE,
	    " (random, new at each start of the module)");
	print_hex(file, "  key_id        ", batch->key_id, SW_KEY_ID_SIZE,
	    " (zeros: plain names without a key)");
	fprintf(file, "  resolver      %s\n", batch->resolver);
	fprintf(file, "  software      %s\n", batch->software);
	fprintf(file, "  sent_day      ");
	print_day(file, batch->sent_day);
	fprintf(file, "\n  counters     ");
#define PRINT(name) \
	fprintf(file, " " #name "=%" PRIu64, batch->counters.name);
	SW_FOR_EACH_COUNTER(PRINT)
#undef PRINT
	fprintf(file, "\n");
	for (size_t i = 0; i < batch->group_count; i++)
		fprintf(file, "  group %-8zusuffix=%s registry=%s type=%s\n",
		    i, batch->groups[i].suffix, batch->groups[i].registry,
		    batch->groups[i].type);
	for (size_t i = 0; i < batch->observation_count; i++)
		print_observation(file, batch, &batch->observations[i]);
}

/* --- JSON ----------------------------------------------------------------- */

static json_t *
hex_json(const uint8_t *bytes, size_t length)
{
	char text[2 * HEX_MAX + 1];

	for (size_t i = 0; i < length; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

static json_t *
day_json(uint32_t day)
{
	char text[DAY_SIZE];

	return json_string(day_text(day, text));
}

static json_t *
days_json(const struct sw_observation *observation)
{
	json_t *days = json_array();

	json_array_append_new(days, day_json(observation->day));
	for (unsigned i = 0; i < 8; i++) {
		if ((observation->earlier >> i & 1) != 0)
			json_array_append_new(days,
			    day_json(observation->day - (i + 1)));
	}
	return days;
}

static json_t *
observation_json(const struct sw_batch *batch,
    const struct sw_observation *observation)
{
	const struct sw_group *group = &batch->groups[observation->group];
	char mechanism[DAY_SIZE], outcome[DAY_SIZE], dnssec[DAY_SIZE];

	return json_pack("{s:o, s:s?, s:s, s:s, s:s, s:s, s:s, s:o, s:o, "
	    "s:s, s:o}",
	    "subject", hex_json(observation->subject, SW_PSEUDONYM_SIZE),
	    "name", observation->name,
	    "suffix", group->suffix,
	    "registry", group->registry,
	    "type", group->type,
	    "mechanism", mechanism_text(observation, mechanism),
	    "outcome", outcome_text(observation, outcome),
	    "features", sw_explain_features_json(
	    (enum sw_mechanism)observation->mechanism, observation->features),
	    "digest", hex_json(observation->digest, SW_DIGEST_SIZE),
	    "dnssec", dnssec_text(observation, dnssec),
	    "seen_on", days_json(observation));
}

static json_t *
counters_json(const struct sw_counters *counters)
{
	json_t *object = json_object();

#define SET(name) json_object_set_new(object, #name, \
	json_integer((json_int_t)counters->name));
	SW_FOR_EACH_COUNTER(SET)
#undef SET
	return object;
}

/* Those that no observation is of are sent as well. */
static json_t *
groups_json(const struct sw_batch *batch)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < batch->group_count; i++)
		json_array_append_new(groups, json_pack("{s:s, s:s, s:s}",
		    "suffix", batch->groups[i].suffix,
		    "registry", batch->groups[i].registry,
		    "type", batch->groups[i].type));
	return groups;
}

json_t *
sw_audit_json(const struct sw_batch *batch)
{
	json_t *observations = json_array();

	for (size_t i = 0; i < batch->observation_count; i++) {
		if (json_array_append_new(observations, observation_json(batch,
		    &batch->observations[i])) != 0) {
			json_decref(observations);
			return NULL;
		}
	}
	return json_pack("{s:I, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o}",
	    "batch", (json_int_t)batch->sequence,
	    "instance", hex_json(batch->instance, SW_INSTANCE_SIZE),
	    "key_id", hex_json(batch->key_id, SW_KEY_ID_SIZE),
	    "resolver", batch->resolver,
	    "software", batch->software,
	    "sent_on", day_json(batch->sent_day),
	    "counters", counters_json(&batch->counters),
	    "groups", groups_json(batch),
	    "observations", observations);
}
