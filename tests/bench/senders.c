/*
 * Many senders at one collector at one time: does anybody starve?
 *
 *   senders [OPTION]... PATH                a unix socket
 *   senders -t FOLDER,NAME [OPTION]... PORT TLS, on 127.0.0.1, with NAME.pem,
 *                                           NAME.key and ca.pem of FOLDER
 *     -n 500     senders in all
 *     -s 10      of these, stuck: they stop in the middle of a frame, and
 *                come again when the collector has closed
 *     -p 1000    milliseconds from one batch of a sender to its next; the
 *                first sender never pauses. 0: nobody does
 *     -d 10      seconds
 *     -b 100     observations in a batch
 *
 * A line of figures; exit status 1 if a sender got nothing stored, or one
 * batch was not.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "senderwatch/codec.h"
#include "senderwatch/stream.h"
#include "senderwatch/tls.h"

#define STACK_SIZE (256 * 1024)
#define SUBJECTS 100000
#define OPERATION_MS 60000
#define SAMPLES_MAX 65536	/* latencies that are kept of a sender */

static struct {
	const char *place;
	struct sw_tls *tls;
	unsigned senders, stuck, period_ms, seconds, observations;
	uint64_t begin_ms, end_ms;
} plan = { .senders = 500, .stuck = 10, .period_ms = 1000, .seconds = 10,
	.observations = 100 };

struct sender {
	unsigned number;
	pthread_t thread;
	uint64_t sequence;
	uint64_t failures;
	uint32_t *latencies;	/* microseconds, of the first SAMPLES_MAX */
	size_t sample_count;
};

static uint64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void
sleep_until(uint64_t us)
{
	struct timespec until = { .tv_sec = (time_t)(us / 1000000),
		.tv_nsec = (long)(us % 1000000) * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) !=
	    0)
		;
}

static void
fail(const char *what)
{
	perror(what);
	exit(2);
}

/* --- Connections ---------------------------------------------------------- */

/* Each sender has an address of its own, as resolvers have. */
static int
connect_tcp(const struct sender *sender)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 256 +
	    sender->number);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		address.sin_port = htons((uint16_t)atoi(plan.place));
		if (connect(fd, (struct sockaddr *)&address,
		    sizeof(address)) == 0)
			return fd;
	}
	close(fd);
	return -1;
}

static bool
open_stream(const struct sender *sender, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream)
{
	const struct sw_stream_options options = {
		.operation_ms = OPERATION_MS };
	int fd = -1;

	if (plan.tls != NULL) {
		fd = connect_tcp(sender);
		return fd >= 0 && sw_stream_new_tls(fd, &options, plan.tls,
		    "collector.example.net", rdwr, stream) == SW_OK;
	}
	return sw_unix_connect(plan.place, OPERATION_MS, &fd) == SW_OK &&
	    sw_stream_new(fd, &options, rdwr, stream) == SW_OK;
}

/* --- Good senders --------------------------------------------------------- */

static void
encode(const struct sender *sender, uint8_t **frame, size_t *length)
{
	static const struct sw_group group = { "co.jp", "jp", "CO" };
	uint32_t today = (uint32_t)(time(NULL) / 86400);
	struct sw_observation *list;
	struct sw_batch batch = {
		.sequence = sender->sequence + 1, .key_id = { 1 },
		.sent_day = today, .groups = &group, .group_count = 1,
		.observation_count = plan.observations };
	char name[32];

	list = calloc(plan.observations, sizeof(*list));
	if (list == NULL)
		fail("calloc");
	snprintf(name, sizeof(name), "sender-%u", sender->number);
	batch.resolver = name;
	batch.software = "bench";
	batch.observations = list;
	memcpy(batch.instance, &sender->number, sizeof(sender->number));
	for (uint32_t i = 0; i < plan.observations; i++) {
		uint32_t subject = (uint32_t)((sender->number * 7919u +
		    sender->sequence * 104729u + i * 31u) % SUBJECTS);

		memcpy(list[i].subject, &subject, sizeof(subject));
		list[i].day = today;
		list[i].mechanism = (uint8_t)(1 + subject % 3);
		list[i].outcome = SW_OUTCOME_PRESENT;
		list[i].digest[0] = (uint8_t)subject;
	}
	if (sw_frame_encode(&batch, frame, length) != SW_OK)
		fail("sw_frame_encode");
	free(list);
}

static void
send_one(struct sender *sender)
{
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;
	uint8_t *frame;
	size_t length;
	uint64_t begun;
	bool good;

	encode(sender, &frame, &length);
	begun = now_us();
	good = open_stream(sender, &rdwr, &stream) &&
	    sw_stream_deliver(&rdwr, stream, frame, length) == SW_OK;
	free(frame);
	if (!good) {
		sender->failures++;
		return;
	}
	sender->sequence++;
	if (sender->sample_count < SAMPLES_MAX)
		sender->latencies[sender->sample_count++] =
		    (uint32_t)(now_us() - begun);
}

static void *
run_good(void *argument)
{
	struct sender *sender = argument;
	bool pauses = sender->number != 0 && plan.period_ms != 0;
	uint64_t due = plan.begin_ms * 1000;

	/* Spread over the period, as resolvers are. */
	if (pauses)
		due += (uint64_t)sender->number * plan.period_ms * 1000 /
		    plan.senders;
	sleep_until(due);
	while (now_us() < plan.end_ms * 1000) {
		send_one(sender);
		due += (uint64_t)plan.period_ms * 1000;
		if (pauses && due < plan.end_ms * 1000)
			sleep_until(due);
		else if (pauses)
			break;
	}
	return NULL;
}

/* --- Stuck ones ----------------------------------------------------------- */

static void *
run_stuck(void *argument)
{
	static const uint8_t half[] = { 0, 0, 0, 0, 0, 0, 0, 38, 0 };
	struct sender *sender = argument;

	while (now_us() < plan.end_ms * 1000) {
		struct iovec iov = { (void *)(uintptr_t)half, sizeof(half) };
		struct fstrm_rdwr *rdwr;
		struct sw_stream *stream;
		uint8_t byte;

		if (!open_stream(sender, &rdwr, &stream))
			continue;
		/* The beginning of a control frame, and then nothing. */
		if (fstrm_rdwr_open(rdwr) == fstrm_res_success &&
		    fstrm_rdwr_write(rdwr, &iov, 1) == fstrm_res_success)
			fstrm_rdwr_read(rdwr, &byte, 1);
		fstrm_rdwr_destroy(&rdwr);
	}
	return NULL;
}

/* --- Figures -------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int
report(const struct sender *senders)
{
	unsigned good = plan.senders - plan.stuck;
	uint64_t fewest = UINT64_MAX, most = 0, sum = 0, failures = 0;
	uint32_t *all = calloc((size_t)good * SAMPLES_MAX, sizeof(*all));
	size_t count = 0;

	if (all == NULL)
		fail("calloc");
	for (unsigned i = 0; i < good; i++) {
		const struct sender *sender = &senders[i];

		sum += sender->sequence;
		failures += sender->failures;
		if (i == 0 && plan.period_ms != 0)
			continue;	/* told apart */
		if (sender->sequence < fewest)
			fewest = sender->sequence;
		if (sender->sequence > most)
			most = sender->sequence;
		memcpy(all + count, sender->latencies,
		    sender->sample_count * sizeof(*all));
		count += sender->sample_count;
	}
	qsort(all, count, sizeof(*all), compare);
	printf("batches=%llu failed=%llu", (unsigned long long)sum,
	    (unsigned long long)failures);
	if (plan.period_ms != 0)
		printf(" full-speed=%llu",
		    (unsigned long long)senders[0].sequence);
	printf(" fewest=%llu most=%llu", (unsigned long long)fewest,
	    (unsigned long long)most);
	if (count > 0)
		printf(" median-ms=%.1f p99-ms=%.1f longest-ms=%.1f",
		    all[count / 2] / 1e3, all[count * 99 / 100] / 1e3,
		    all[count - 1] / 1e3);
	putchar('\n');
	free(all);
	return failures != 0 || fewest == 0;
}

static void
load_tls(char *where)
{
	char *name = strchr(where, ',');
	char paths[3][512], reason[SW_TLS_REASON_MAX];
	const struct sw_tls_files files = { .authorities = paths[0],
		.certificate = paths[1], .key = paths[2] };

	if (name == NULL) {
		fprintf(stderr, "-t FOLDER,NAME\n");
		exit(2);
	}
	*name++ = '\0';
	snprintf(paths[0], sizeof(paths[0]), "%s/ca.pem", where);
	snprintf(paths[1], sizeof(paths[1]), "%s/%s.pem", where, name);
	snprintf(paths[2], sizeof(paths[2]), "%s/%s.key", where, name);
	if (sw_tls_new(&plan.tls, SW_TLS_CLIENT, &files, reason) != SW_OK) {
		fprintf(stderr, "%s\n", reason);
		exit(2);
	}
}

static void
read_arguments(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "t:n:s:p:d:b:")) != -1) {
		unsigned number = optarg != NULL ? (unsigned)atoi(optarg) : 0;

		switch (option) {
		case 't':
			load_tls(optarg);
			break;
		case 'n':
			plan.senders = number;
			break;
		case 's':
			plan.stuck = number;
			break;
		case 'p':
			plan.period_ms = number;
			break;
		case 'd':
			plan.seconds = number;
			break;
		case 'b':
			plan.observations = number;
			break;
		default:
			exit(2);
		}
	}
	if (optind + 1 != argc || plan.stuck + 2 > plan.senders) {
		fprintf(stderr, "usage: senders [OPTION]... PATH-OR-PORT\n");
		exit(2);
	}
	plan.place = argv[optind];
}

int
main(int argc, char **argv)
{
	struct rlimit limit;
	struct sender *senders;
	pthread_attr_t attributes;
	int status;

	read_arguments(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	senders = calloc(plan.senders, sizeof(*senders));
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	plan.begin_ms = now_us() / 1000 + 500;
	plan.end_ms = plan.begin_ms + plan.seconds * 1000ull;
	for (unsigned i = 0; senders != NULL && i < plan.senders; i++) {
		bool stuck = i >= plan.senders - plan.stuck;

		senders[i].number = i;
		senders[i].latencies = calloc(stuck ? 1 : SAMPLES_MAX,
		    sizeof(*senders[i].latencies));
		if (senders[i].latencies == NULL ||
		    pthread_create(&senders[i].thread, &attributes,
		    stuck ? run_stuck : run_good, &senders[i]) != 0)
			fail("sender");
	}
	/* The stuck ones are still stuck. */
	for (unsigned i = 0; senders != NULL &&
	    i < plan.senders - plan.stuck; i++)
		pthread_join(senders[i].thread, NULL);
	status = report(senders);
	fflush(stdout);
	_exit(status);
}
