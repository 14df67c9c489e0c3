#include "tls_support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "senderwatch/tls.h"

static char folder[] = "/tmp/sw-certificates-XXXXXX";

static int
run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int
run(const char *format, ...)
{
	char command[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command);
}

int
make_certificates(void **state)
{
	const char *source = getenv("srcdir");

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	return run("'%s/tests/collector/certificates.sh' '%s'",
	    source != NULL ? source : ".", folder);
}

int
remove_certificates(void **state)
{
	(void)state;
	return run("rm -rf '%s'", folder);
}

const char *
certificate_file(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

void
copy_file(const char *from, const char *to)
{
	assert_int_equal(run("cp -p '%s' '%s.new' && mv '%s.new' '%s'",
	    certificate_file(from), to, to, to), 0);
}

void
copy_certificate(const char *name, const char *to)
{
	char from[64], path[300];

	for (size_t i = 0; i < 2; i++) {
		const char *kind = i == 0 ? "pem" : "key";

		snprintf(from, sizeof(from), "%s.%s", name, kind);
		snprintf(path, sizeof(path), "%s/live.%s", to, kind);
		copy_file(from, path);
	}
}

void
start_tls_daemon(struct tls_daemon *daemon, const char *where,
    const char *const *extra)
{
	char options[5][400], path[300];
	const char *all[16];
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/live.pem", where);
	if (access(path, F_OK) != 0) {
		copy_certificate("collector", where);
		snprintf(path, sizeof(path), "%s/live-crl.pem", where);
		copy_file("crl.pem", path);
	}
	daemon->port = free_port();
	snprintf(options[0], sizeof(options[0]), "listen-tls=127.0.0.1@%u",
	    daemon->port);
	snprintf(options[1], sizeof(options[1]), "tls-certificate=%s/live.pem",
	    where);
	snprintf(options[2], sizeof(options[2]), "tls-key=%s/live.key", where);
	snprintf(options[3], sizeof(options[3]), "tls-authorities=%s",
	    certificate_file("ca.pem"));
	snprintf(options[4], sizeof(options[4]), "tls-revoked=%s/live-crl.pem",
	    where);
	for (; n < 5; n++)
		all[n] = options[n];
	for (; extra != NULL && *extra != NULL; extra++)
		all[n++] = *extra;
	all[n] = NULL;
	start_daemon(&daemon->daemon, where, all);
}

void
open_tls(const struct tls_daemon *daemon, const struct tls_sender *sender,
    struct fstrm_rdwr **rdwr, struct sw_stream **stream)
{
	const struct sw_stream_options options = {
		.operation_ms = DEADLINE_MS };
	char certificate[300], key[300], reason[SW_TLS_REASON_MAX];
	const struct sw_tls_files files = { .certificate = certificate,
		.key = key, .authorities = certificate_file("ca.pem") };
	struct sw_tls *tls;

	snprintf(certificate, sizeof(certificate), "%s/%s.pem", folder,
	    sender->certificate);
	snprintf(key, sizeof(key), "%s/%s.key", folder, sender->certificate);
	if (sw_tls_new(&tls, SW_TLS_CLIENT, &files, reason) != SW_OK)
		fail_msg("%s", reason);
	assert_int_equal(sw_stream_new_tls(connect_tcp(daemon->port,
	    sender->from), &options, tls, sender->collector != NULL ?
	    sender->collector : COLLECTOR_NAME, rdwr, stream), SW_OK);
	sw_tls_free(&tls);
}

bool
deliver_tls(const struct tls_daemon *daemon, const struct tls_sender *sender,
    const struct sw_batch *batches, size_t count)
{
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;

	open_tls(daemon, sender, &rdwr, &stream);
	return deliver_over(&rdwr, stream, batches, count);
}

void
run_s_client(const struct tls_daemon *daemon, const char *arguments)
{
	/* It ends when the collector closes, or after ten seconds. */
	run("cd '%s' && timeout 10 openssl s_client -connect 127.0.0.1:%u "
	    "-CAfile ca.pem -ign_eof %s </dev/null >>s_client.log 2>&1",
	    folder, daemon->port, arguments);
}
