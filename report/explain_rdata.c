/* Records for "senderwatch explain": from text to RDATA. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

static enum sw_result
append(struct sw_rdata_list *list, uint8_t *rdata, size_t length)
{
	if (rdata == NULL)
		return SW_ERR_MEMORY;
	if (list->count > SW_RRSET_MAX) {
		free(rdata);
		return SW_ERR_UNSUPPORTED;
	}
	rdata[0] = (uint8_t)((length - 2) >> 8);
	rdata[1] = (uint8_t)(length - 2);
	list->rdata[list->count] = rdata;
	list->length[list->count++] = length;
	return SW_OK;
}

/* A string without quotes, cut into character-strings of 255 octets. */
static enum sw_result
add_bare(struct sw_rdata_list *list, const char *text)
{
	size_t left = strlen(text), length = 2;
	uint8_t *rdata;

	if (left + left / 255 + 1 > UINT16_MAX)
		return SW_ERR_INVALID;
	rdata = malloc(2 + left + left / 255 + 1);
	if (rdata == NULL)
		return SW_ERR_MEMORY;
	do {
		size_t part = left < 255 ? left : 255;

		rdata[length++] = (uint8_t)part;
		memcpy(rdata + length, text, part);
		length += part;
		text += part;
		left -= part;
	} while (left > 0);
	return append(list, rdata, length);
}

enum sw_result
sw_rdata_list_add_rr(struct sw_rdata_list *list, const ldns_rr *rr)
{
	size_t length = 2;
	uint8_t *rdata;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
		length += ldns_rdf_size(ldns_rr_rdf(rr, i));
	rdata = malloc(length);
	if (rdata == NULL)
		return SW_ERR_MEMORY;
	length = 2;
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);

		memcpy(rdata + length, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
		length += ldns_rdf_size(rdf);
	}
	return append(list, rdata, length);
}

enum sw_result
sw_rdata_list_add_text(struct sw_rdata_list *list, uint16_t type,
    const char *text)
{
	enum sw_result result = SW_ERR_MEMORY;
	ldns_rr *rr = NULL;
	size_t size;
	char *line;

	if (type == SW_TYPE_TXT && text[0] != '"')
		return add_bare(list, text);
	size = strlen(text) + sizeof("x. 1 IN TXT ");
	line = malloc(size);
	if (line == NULL)
		return SW_ERR_MEMORY;
	snprintf(line, size, "x. 1 IN %s %s",
	    type == SW_TYPE_MX ? "MX" : "TXT", text);
	if (ldns_rr_new_frm_str(&rr, line, 1, NULL, NULL) == LDNS_STATUS_OK)
		result = sw_rdata_list_add_rr(list, rr);
	else
		result = SW_ERR_INVALID;
	ldns_rr_free(rr);
	free(line);
	return result;
}

void
sw_rdata_list_fini(struct sw_rdata_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->rdata[i]);
	list->count = 0;
}

struct sw_rrset
sw_rdata_list_rrset(const struct sw_rdata_list *list)
{
	return (struct sw_rrset){
		.count = list->count,
		.rdata = (const uint8_t *const *)list->rdata,
		.length = list->length,
	};
}
