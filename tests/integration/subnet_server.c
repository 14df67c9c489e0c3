/*
 * An authority that answers for the asker's network (RFC 7871), which NSD
 * can't.
 *
 *   subnet_server ADDRESS PORT
 *
 * Over UDP, to TXT questions. What it does depends on the first label that is
 * one of these: "specific" is answered with scope 24, "general" with scope 0,
 * "cut" with TC and no record (and nobody listens on TCP), all else without
 * the option. Runs until SIGTERM.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ldns/ldns.h>

#define MESSAGE_MAX 4096
#define OPTION_SUBNET 8
#define SCOPE_AT 7	/* code, length, family, source prefix, scope prefix */

static bool
has_label(const ldns_rdf *name, const char *text)
{
	for (uint8_t i = 0; i < ldns_dname_label_count(name); i++) {
		ldns_rdf *label = ldns_dname_label(name, i);
		size_t length = strlen(text);
		bool same = label != NULL &&
		    ldns_rdf_data(label)[0] == length && strncasecmp(
		    (const char *)ldns_rdf_data(label) + 1, text, length) == 0;

		ldns_rdf_deep_free(label);
		if (same)
			return true;
	}
	return false;
}

/* The question's option once more, with a scope; NULL if it has none. */
static ldns_rdf *
scope_option(const ldns_pkt *question, uint8_t scope)
{
	ldns_rdf *option = ldns_pkt_edns_data(question);

	if (option == NULL || ldns_rdf_size(option) <= SCOPE_AT ||
	    ldns_read_uint16(ldns_rdf_data(option)) != OPTION_SUBNET)
		return NULL;
	option = ldns_rdf_clone(option);
	ldns_rdf_data(option)[SCOPE_AT] = scope;
	return option;
}

static void
fill(ldns_pkt *answer, const ldns_pkt *question, ldns_rr *asked)
{
	ldns_rdf *name = ldns_rr_owner(asked);
	ldns_rdf *option = NULL;
	ldns_rr *rr = NULL;
	char *owner = ldns_rdf2str(name), text[1200];

	if (has_label(name, "specific"))
		option = scope_option(question, 24);
	else if (has_label(name, "general"))
		option = scope_option(question, 0);
	if (option != NULL) {
		ldns_pkt_set_edns_udp_size(answer, MESSAGE_MAX);
		ldns_pkt_set_edns_data(answer, option);
	}
	if (has_label(name, "cut")) {
		ldns_pkt_set_tc(answer, true);
	} else if (ldns_rr_get_type(asked) == LDNS_RR_TYPE_TXT &&
	    owner != NULL) {
		snprintf(text, sizeof(text), "%s 300 IN TXT \"v=spf1 -all\"",
		    owner);
		if (ldns_rr_new_frm_str(&rr, text, 0, NULL, NULL) ==
		    LDNS_STATUS_OK)
			ldns_pkt_push_rr(answer, LDNS_SECTION_ANSWER, rr);
	}
	free(owner);
}

static void
reply(int fd, const uint8_t *bytes, size_t length,
    const struct sockaddr_in *peer)
{
	ldns_pkt *question = NULL, *answer = NULL;
	uint8_t *wire = NULL;
	size_t size;

	if (ldns_wire2pkt(&question, bytes, length) != LDNS_STATUS_OK ||
	    ldns_pkt_qdcount(question) != 1)
		goto out;
	answer = ldns_pkt_new();
	ldns_pkt_set_id(answer, ldns_pkt_id(question));
	ldns_pkt_set_qr(answer, true);
	ldns_pkt_set_aa(answer, true);
	ldns_pkt_push_rr_list(answer, LDNS_SECTION_QUESTION,
	    ldns_rr_list_clone(ldns_pkt_question(question)));
	fill(answer, question, ldns_rr_list_rr(ldns_pkt_question(answer), 0));
	if (ldns_pkt2wire(&wire, answer, &size) == LDNS_STATUS_OK)
		(void)!sendto(fd, wire, size, 0,
		    (const struct sockaddr *)peer, sizeof(*peer));
out:
	free(wire);
	ldns_pkt_free(answer);
	ldns_pkt_free(question);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
		fprintf(stderr, "usage: subnet_server ADDRESS PORT\n");
		return 2;
	}
	address.sin_port = htons((uint16_t)atoi(argv[2]));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) !=
	    0) {
		perror("subnet_server");
		return 1;
	}
	for (;;) {
		uint8_t bytes[MESSAGE_MAX];
		struct sockaddr_in peer;
		socklen_t size = sizeof(peer);
		ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0,
		    (struct sockaddr *)&peer, &size);

		if (got > 0)
			reply(fd, bytes, (size_t)got, &peer);
	}
}
