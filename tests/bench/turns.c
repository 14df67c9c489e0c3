/*
 * Pairs of resolvers take turns in answering the same questions, a short slice
 * each, and after each slice it is printed what processor time it took: many
 * slices, close together, tell resolvers apart where the machine's own noise is
 * larger than what is looked for.
 *
 *   turns SLICE TIMES SETTLE-MS KIND:PID:PORT:PID:PORT... <QUESTIONS
 *
 * QUESTIONS are lines "NAME TYPE", of which A, AAAA, MX and TXT are known; they
 * are asked in slices of SLICE, all of them TIMES times, of one pair after the
 * other. Of a pair, the first is what the other, of KIND, is compared with.
 * Prints for each slice of a pair's "SLICE KIND ANSWERS THREADS MODULE ANSWERS
 * THREADS MODULE", for the first and the other: nanoseconds of the resolver's own
 * threads, and of those of the module's, which are told by their names.
 * SETTLE-MS after the last slice come lines "- KIND ..." of no answers, with the
 * time that was spent since a pair's last: what the module's threads do, they do
 * moments later.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAIRS_MAX 6
#define QUESTION_MAX 300
#define WINDOW 100	/* questions that wait for their answers */
#define BURST 32
#define WAIT_MS 5000
#define MODULE_PREFIX "senderwatch"	/* of its threads' names */

struct question {
	size_t length;
	uint8_t wire[QUESTION_MAX];
};

struct cpu {
	unsigned long long threads, module;	/* nanoseconds */
};

struct resolver {
	long pid;
	int fd;
	struct cpu cpu;	/* when it was last looked at */
	size_t answers;
};

struct pair {
	const char *kind;
	struct resolver of[2];
};

static struct pair pairs[PAIRS_MAX];
static size_t pair_count;

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

/* --- Questions ------------------------------------------------------------ */

static uint16_t
type_of(const char *text)
{
	return strcasecmp(text, "MX") == 0 ? 15 :
	    strcasecmp(text, "TXT") == 0 ? 16 :
	    strcasecmp(text, "AAAA") == 0 ? 28 : 1;
}

/* As a stub resolver sends it: RD, EDNS with 1232 octets. The id comes last. */
static void
write_question(struct question *question, char *name, const char *type)
{
	static const uint8_t head[] = { 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1 };
	static const uint8_t edns[] = { 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0 };
	const uint8_t tail[] = { 0, 0, (uint8_t)type_of(type), 0, 1 };
	uint8_t *at = question->wire;
	char *rest = NULL;

	if (strlen(name) > 253) {
		fprintf(stderr, "turns: too long: %s\n", name);
		exit(1);
	}
	memcpy(at, head, sizeof(head));
	at += sizeof(head);
	for (char *label = strtok_r(name, ".", &rest); label != NULL;
	    label = strtok_r(NULL, ".", &rest)) {
		size_t length = strlen(label);

		*at++ = (uint8_t)length;
		memcpy(at, label, length);
		at += length;
	}
	memcpy(at, tail, sizeof(tail));
	at += sizeof(tail);
	memcpy(at, edns, sizeof(edns));
	question->length = (size_t)(at + sizeof(edns) - question->wire);
}

static struct question *
read_questions(size_t *count)
{
	struct question *questions = NULL;
	char name[256], type[8];
	size_t room = 0;

	for (*count = 0; scanf("%255s %7s", name, type) == 2; ++*count) {
		if (*count == room) {
			room = room == 0 ? 4096 : 2 * room;
			questions = reallocarray(questions, room,
			    sizeof(*questions));
			if (questions == NULL)
				fail("turns");
		}
		write_question(&questions[*count], name, type);
	}
	if (*count == 0) {
		fputs("turns: no questions\n", stderr);
		exit(1);
	}
	return questions;
}

/* --- Asking --------------------------------------------------------------- */

/* Send number questions, with consecutive ids from id on. */
static void
send_burst(int fd, struct question *questions, size_t number, uint16_t id)
{
	struct mmsghdr messages[BURST] = { 0 };
	struct iovec pieces[BURST];

	for (size_t i = 0; i < number; i++, id++) {
		questions[i].wire[0] = (uint8_t)(id >> 8);
		questions[i].wire[1] = (uint8_t)id;
		pieces[i].iov_base = questions[i].wire;
		pieces[i].iov_len = questions[i].length;
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (size_t sent = 0; sent < number;) {
		int now = sendmmsg(fd, messages + sent,
		    (unsigned)(number - sent), 0);

		if (now <= 0)
			fail("sendmmsg");
		sent += (size_t)now;
	}
}

/* Answers that have come, of those whose ids are from first on; 0: none did. */
static size_t
receive_burst(int fd, uint16_t first, size_t count)
{
	static uint8_t octets[BURST][4096];
	struct mmsghdr messages[BURST] = { 0 };
	struct iovec pieces[BURST];
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	size_t answers = 0;
	int got;

	for (size_t i = 0; i < BURST; i++) {
		pieces[i].iov_base = octets[i];
		pieces[i].iov_len = sizeof(octets[i]);
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (answers == 0) {
		if (poll(&pollfd, 1, WAIT_MS) != 1)
			return 0;
		got = recvmmsg(fd, messages, BURST, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++) {
			uint16_t id = (uint16_t)(octets[i][0] << 8 |
			    octets[i][1]);

			/* What comes late is another slice's. */
			answers += (uint16_t)(id - first) < count;
		}
	}
	return answers;
}

/* How many were answered: all, but for those that are given up. */
static size_t
ask(int fd, struct question *questions, size_t count)
{
	static uint16_t id;
	uint16_t first = id;
	size_t asked = 0, answered = 0;

	while (answered < count) {
		size_t room = WINDOW - (asked - answered), got;

		if (room > count - asked)
			room = count - asked;
		/* Not one by one: a resolver at work finds several. */
		while (room >= BURST || (room > 0 && asked + room == count)) {
			size_t number = room < BURST ? room : BURST;

			send_burst(fd, questions + asked, number,
			    (uint16_t)(first + asked));
			asked += number;
			room -= number;
		}
		got = receive_burst(fd, first, count);
		if (got == 0)
			break;
		answered += got;
	}
	id = (uint16_t)(first + count);
	return answered;
}

/* --- Processor time ------------------------------------------------------- */

/* Of a thread: nanoseconds that it ran, and whose it is. */
static void
add_thread(long pid, const char *task, struct cpu *cpu)
{
	char path[64 + 256], name[32] = "";
	unsigned long long ran = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/task/%s/comm", pid, task);
	file = fopen(path, "r");
	if (file == NULL)
		return;
	if (fgets(name, sizeof(name), file) == NULL)
		name[0] = '\0';
	fclose(file);
	snprintf(path, sizeof(path), "/proc/%ld/task/%s/schedstat", pid, task);
	file = fopen(path, "r");
	if (file == NULL)
		return;
	if (fscanf(file, "%llu", &ran) == 1) {
		if (strncmp(name, MODULE_PREFIX, strlen(MODULE_PREFIX)) == 0)
			cpu->module += ran;
		else
			cpu->threads += ran;
	}
	fclose(file);
}

static struct cpu
cpu_of(long pid)
{
	struct cpu cpu = { 0, 0 };
	char path[64];
	const struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%ld/task", pid);
	tasks = opendir(path);
	if (tasks == NULL)
		fail(path);
	while ((entry = readdir(tasks)) != NULL) {
		if (entry->d_name[0] != '.')
			add_thread(pid, entry->d_name, &cpu);
	}
	closedir(tasks);
	return cpu;
}

/* The time since it was last looked at. */
static void
print_resolver(struct resolver *resolver)
{
	struct cpu now = cpu_of(resolver->pid);

	printf(" %zu %llu %llu", resolver->answers,
	    now.threads - resolver->cpu.threads,
	    now.module - resolver->cpu.module);
	resolver->cpu = now;
	resolver->answers = 0;
}

static void
print_pair(struct pair *pair)
{
	printf(" %s", pair->kind);
	print_resolver(&pair->of[0]);
	print_resolver(&pair->of[1]);
	printf("\n");
}

/* --- Turns ---------------------------------------------------------------- */

static void
take_resolver(struct resolver *resolver, const char *pid, const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};

	resolver->pid = atol(pid);
	resolver->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (resolver->fd < 0 || connect(resolver->fd,
	    (struct sockaddr *)&address, sizeof(address)) != 0)
		fail("connect");
}

static void
take_pair(char *text)
{
	struct pair *pair = &pairs[pair_count];
	char *parts[5], *rest = NULL;

	for (size_t i = 0; i < 5; i++, text = NULL) {
		parts[i] = strtok_r(text, ":", &rest);
		if (parts[i] == NULL || pair_count == PAIRS_MAX) {
			fputs("turns: KIND:PID:PORT:PID:PORT, six at most\n",
			    stderr);
			exit(2);
		}
	}
	pair->kind = parts[0];
	take_resolver(&pair->of[0], parts[1], parts[2]);
	take_resolver(&pair->of[1], parts[3], parts[4]);
	pair_count++;
}

static void
ask_pair(struct pair *pair, struct question *questions, size_t count,
    size_t slice, size_t times)
{
	size_t turn = 0;

	for (size_t i = 0; i < 2; i++)
		pair->of[i].cpu = cpu_of(pair->of[i].pid);
	for (; times > 0; times--) {
		for (size_t at = 0; at + slice <= count; at += slice, turn++) {
			/* Forwards and backwards: each follows itself. */
			for (size_t i = 0; i < 2; i++) {
				struct resolver *resolver =
				    &pair->of[(turn + i) % 2];

				resolver->answers = ask(resolver->fd,
				    questions + at, slice);
			}
			printf("%zu", turn);
			print_pair(pair);
		}
	}
}

int
main(int argc, char **argv)
{
	struct question *questions;
	size_t count, slice, times;
	long settle_ms;

	if (argc < 5) {
		fputs("usage: turns SLICE TIMES SETTLE-MS "
		    "KIND:PID:PORT:PID:PORT...\n", stderr);
		return 2;
	}
	slice = strtoul(argv[1], NULL, 10);
	times = strtoul(argv[2], NULL, 10);
	settle_ms = atol(argv[3]);
	for (int i = 4; i < argc; i++)
		take_pair(argv[i]);
	questions = read_questions(&count);
	for (size_t i = 0; i < pair_count; i++)
		ask_pair(&pairs[i], questions, count, slice, times);
	fflush(stdout);
	poll(NULL, 0, (int)settle_ms);
	for (size_t i = 0; i < pair_count; i++) {
		printf("-");
		print_pair(&pairs[i]);
	}
	free(questions);
	return 0;
}
