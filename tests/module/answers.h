/* Answers as the module gets them. */
#ifndef SENDERWATCH_TESTS_MODULE_ANSWERS_H
#define SENDERWATCH_TESTS_MODULE_ANSWERS_H

#include <string.h>

#include "module/observer.h"
#include "tests/lib/names.h"

/* An answer of TXT records, each one character-string. */
struct answer {
	uint8_t bytes[4][300];
	const uint8_t *rdata[4];
	size_t length[4];
	struct sw_lookup lookup;
	uint8_t name[SW_NAME_WIRE_MAX + 64];
	uint8_t soa[SW_NAME_WIRE_MAX + 64];
};

static inline void
ask(struct answer *answer, const char *name, uint16_t type)
{
	memset(answer, 0, sizeof(*answer));
	answer->lookup.name = answer->name;
	answer->lookup.name_length = to_wire(name, answer->name);
	answer->lookup.type = type;
	answer->lookup.answer.records.rdata = answer->rdata;
	answer->lookup.answer.records.length = answer->length;
}

static inline void
add_record(struct answer *answer, const void *data, size_t length)
{
	size_t i = answer->lookup.answer.records.count++;

	answer->bytes[i][0] = (uint8_t)(length >> 8);
	answer->bytes[i][1] = (uint8_t)length;
	memcpy(answer->bytes[i] + 2, data, length);
	answer->rdata[i] = answer->bytes[i];
	answer->length[i] = length + 2;
}

static inline void
add_text(struct answer *answer, const char *text)
{
	uint8_t data[256];

	data[0] = (uint8_t)strlen(text);
	memcpy(data + 1, text, strlen(text));
	add_record(answer, data, strlen(text) + 1);
}

static inline void
add_mx(struct answer *answer, uint8_t preference, const char *exchange)
{
	uint8_t data[2 + SW_NAME_WIRE_MAX + 64] = { 0, preference };

	add_record(answer, data, 2 + to_wire(exchange, data + 2));
}

static inline void
deny(struct answer *answer, const char *soa)
{
	answer->lookup.answer.rcode = SW_RCODE_NXDOMAIN;
	answer->lookup.answer.soa = answer->soa;
	answer->lookup.answer.soa_length = to_wire(soa, answer->soa);
}

#endif
