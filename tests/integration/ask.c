/*
 * Asks two resolvers the same questions and compares their answers byte for
 * byte.
 *
 *   ask PORT-A PORT-B <QUESTIONS     lines "NAME TYPE"
 *
 * Prints "asked N different N ttl N unanswered N", and each difference with the
 * octets of both. An
 * answer that differs only in TTLs, by one second, is counted as ttl: a chain
 * that is put together from two look-ups straddles the turn of a second once
 * in a while, in any resolver.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ldns/ldns.h>

#define ANSWER_MAX 65535
#define WAIT_MS 5000

struct answer {
	uint8_t bytes[ANSWER_MAX];
	size_t length;
};

static int
connect_to(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address,
	    sizeof(address)) != 0) {
		perror("ask");
		exit(2);
	}
	return fd;
}

static bool
ask(int fd, const uint8_t *question, size_t length, struct answer *answer)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	answer->length = 0;
	if (send(fd, question, length, 0) != (ssize_t)length)
		return false;
	while (poll(&pollfd, 1, WAIT_MS) == 1) {
		ssize_t got = recv(fd, answer->bytes, ANSWER_MAX, 0);

		if (got < 2)
			return false;
		/* A late answer to an earlier question is passed over. */
		if (memcmp(answer->bytes, question, 2) == 0) {
			answer->length = (size_t)got;
			return true;
		}
	}
	return false;
}

/* Alike but for TTLs, and these at most a second apart? */
static bool
equal_but_ttl(const struct answer *a, const struct answer *b)
{
	ldns_pkt *left = NULL, *right = NULL;
	ldns_rr_list *left_rrs = NULL, *right_rrs = NULL;
	bool equal = false;

	if (a->length != b->length ||
	    ldns_wire2pkt(&left, a->bytes, a->length) != LDNS_STATUS_OK ||
	    ldns_wire2pkt(&right, b->bytes, b->length) != LDNS_STATUS_OK ||
	    memcmp(a->bytes, b->bytes, LDNS_HEADER_SIZE) != 0)
		goto out;
	left_rrs = ldns_pkt_all_noquestion(left);
	right_rrs = ldns_pkt_all_noquestion(right);
	if (ldns_rr_list_rr_count(left_rrs) != ldns_rr_list_rr_count(right_rrs))
		goto out;
	equal = true;
	for (size_t i = 0; i < ldns_rr_list_rr_count(left_rrs); i++) {
		ldns_rr *x = ldns_rr_list_rr(left_rrs, i);
		ldns_rr *y = ldns_rr_list_rr(right_rrs, i);

		if (ldns_rr_compare(x, y) != 0 ||
		    labs((long)ldns_rr_ttl(x) - (long)ldns_rr_ttl(y)) > 1)
			equal = false;
	}
out:
	ldns_rr_list_deep_free(left_rrs);
	ldns_rr_list_deep_free(right_rrs);
	ldns_pkt_free(left);
	ldns_pkt_free(right);
	return equal;
}

static void
print_octets(const char *label, const struct answer *answer)
{
	printf("  %s:", label);
	for (size_t i = 0; i < answer->length; i++)
		printf("%s%02x", i % 32 == 0 ? " " : "", answer->bytes[i]);
	printf("\n");
}

static size_t
make_question(const char *name, const char *type, uint16_t id, uint8_t **wire)
{
	ldns_rdf *owner = ldns_dname_new_frm_str(name);
	ldns_pkt *packet;
	size_t length = 0;

	*wire = NULL;
	if (owner == NULL)
		return 0;
	packet = ldns_pkt_query_new(owner, ldns_get_rr_type_by_name(type),
	    LDNS_RR_CLASS_IN, LDNS_RD);
	ldns_pkt_set_id(packet, id);
	ldns_pkt_set_edns_udp_size(packet, 4096);
	ldns_pkt_set_edns_do(packet, id % 2);
	if (ldns_pkt2wire(wire, packet, &length) != LDNS_STATUS_OK)
		length = 0;
	ldns_pkt_free(packet);
	return length;
}

int
main(int argc, char **argv)
{
	static struct answer a, b;
	unsigned asked = 0, different = 0, ttl = 0, unanswered = 0;
	char name[1024], type[16];
	int fd_a, fd_b;

	if (argc != 3) {
		fprintf(stderr, "usage: ask PORT-A PORT-B <QUESTIONS\n");
		return 2;
	}
	fd_a = connect_to(argv[1]);
	fd_b = connect_to(argv[2]);
	while (scanf("%1023s %15s", name, type) == 2) {
		uint8_t *question;
		size_t length = make_question(name, type, (uint16_t)asked,
		    &question);

		if (length == 0) {
			fprintf(stderr, "ask: bad question: %s %s\n", name,
			    type);
			return 2;
		}
		asked++;
		if (!ask(fd_a, question, length, &a) ||
		    !ask(fd_b, question, length, &b)) {
			unanswered++;
			printf("unanswered: %s %s\n", name, type);
		} else if (a.length != b.length ||
		    memcmp(a.bytes, b.bytes, a.length) != 0) {
			bool near = equal_but_ttl(&a, &b);

			ttl += near;
			different += !near;
			printf("%s: %s %s\n", near ? "ttl" : "different",
			    name, type);
			if (!near) {
				print_octets(argv[1], &a);
				print_octets(argv[2], &b);
			}
		}
		free(question);
	}
	printf("asked %u different %u ttl %u unanswered %u\n", asked, different,
	    ttl, unanswered);
	close(fd_a);
	close(fd_b);
	return different + unanswered > 0;
}
