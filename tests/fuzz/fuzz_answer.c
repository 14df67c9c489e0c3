/*
 * Whole answers. An input is: mechanism, flags (bit 0 truncated, bit 1 CNAME,
 * bit 2 SOA, bit 3 RDATA with its own RDLENGTH), rcode, then records, each
 * after a 16-bit length; the SOA's owner is the first of them.
 */
#include <string.h>

#include "fuzz.h"
#include "senderwatch/answer.h"

#define RECORDS_MAX (SW_RRSET_MAX + 2)

struct input {
	struct sw_name name;
	struct sw_answer answer;
	const uint8_t *rdata[RECORDS_MAX];
	size_t length[RECORDS_MAX];
	uint8_t *copies[RECORDS_MAX];	/* of the exact size */
	size_t copy_count;
};

static uint8_t *
take(struct input *input, const uint8_t **data, size_t *size, bool framed,
    size_t *length)
{
	uint8_t *copy;

	*length = (size_t)(*data)[0] << 8 | (*data)[1];
	if (*length > *size - 2)
		*length = *size - 2;
	copy = malloc(*length + 2);
	HOLDS(copy != NULL);
	memcpy(copy + (framed ? 2 : 0), *data + 2, *length);
	*data += 2 + *length;
	*size -= 2 + *length;
	if (framed) {
		copy[0] = (uint8_t)(*length >> 8);
		copy[1] = (uint8_t)*length;
		*length += 2;
	}
	input->copies[input->copy_count++] = copy;
	return copy;
}

static void
read_input(struct input *input, const uint8_t *data, size_t size)
{
	uint8_t flags = data[1];
	size_t count = 0;

	input->name.mechanism = data[0] % (SW_MECHANISM_COUNT + 1);
	memcpy(input->name.subject, "\7example\2jp", 12);
	input->name.subject_length = 12;
	input->answer.truncated = (flags & 1) != 0;
	input->answer.cname = (flags & 2) != 0;
	input->answer.rcode = data[2];
	data += 3;
	size -= 3;
	if ((flags & 4) != 0 && size >= 2)
		input->answer.soa = take(input, &data, &size, false,
		    &input->answer.soa_length);
	while (size >= 2 && count + 1 < RECORDS_MAX) {
		input->rdata[count] = take(input, &data, &size,
		    (flags & 8) == 0, &input->length[count]);
		count++;
	}
	input->answer.records.count = count;
	input->answer.records.rdata = input->rdata;
	input->answer.records.length = input->length;
}

static void
reverse(struct input *input)
{
	size_t count = input->answer.records.count;

	for (size_t i = 0; i < count / 2; i++) {
		const uint8_t *rdata = input->rdata[i];
		size_t length = input->length[i];

		input->rdata[i] = input->rdata[count - 1 - i];
		input->length[i] = input->length[count - 1 - i];
		input->rdata[count - 1 - i] = rdata;
		input->length[count - 1 - i] = length;
	}
}

static void
check_verdict(const struct input *input, const struct sw_verdict *verdict)
{
	HOLDS(verdict->reason != NULL && verdict->section != NULL);
	HOLDS(verdict->outcome <= SW_OUTCOME_NONEXISTENT);
	HOLDS(verdict->selected <= input->answer.records.count);
	if (verdict->selected > 0)
		HOLDS(verdict->first < input->answer.records.count);
	if (input->answer.truncated)
		HOLDS(verdict->outcome == SW_OUTCOME_UNKNOWN);
	if (verdict->outcome == SW_OUTCOME_PRESENT)
		HOLDS(verdict->selected > 0);
	if (verdict->outcome == SW_OUTCOME_ABSENT ||
	    verdict->outcome == SW_OUTCOME_NONEXISTENT)
		HOLDS(verdict->selected == 0 && verdict->features == 0);
	if (input->name.mechanism == SW_MECHANISM_DKIM)
		HOLDS(verdict->outcome != SW_OUTCOME_ABSENT &&
		    verdict->outcome != SW_OUTCOME_INVALID);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input input;
	struct sw_verdict verdict, other;
	const uint8_t *first = NULL;
	size_t length = 0;

	if (size < 3)
		return 0;
	memset(&input, 0, sizeof(input));
	read_input(&input, data, size);
	sw_answer_judge(&input.name, &input.answer, &verdict);
	check_verdict(&input, &verdict);
	if (verdict.selected > 0) {
		first = input.rdata[verdict.first];
		length = input.length[verdict.first];
	}
	/* The order of an RRset means nothing. */
	reverse(&input);
	sw_answer_judge(&input.name, &input.answer, &other);
	HOLDS(other.outcome == verdict.outcome);
	HOLDS(other.features == verdict.features);
	HOLDS((other.selected > 0) == (verdict.selected > 0));
	if (verdict.selected > 0 && input.name.mechanism != SW_MECHANISM_MX) {
		HOLDS(input.length[other.first] == length);
		HOLDS(memcmp(input.rdata[other.first], first, length) == 0);
	}
	for (size_t i = 0; i < input.copy_count; i++)
		free(input.copies[i]);
	return 0;
}
