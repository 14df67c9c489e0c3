/*
 * senderwatchd: collects observations from resolvers into a database.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "http.h"
#include "log.h"
#include "notify.h"
#include "options.h"
#include "senderwatch-config.h"
#include "senderwatch/maintenance.h"
#include "server.h"
#include "status_file.h"

#define EXIT_USAGE 2
#define UPGRADE_TELL_S 5

/* From here on these signals are read from the descriptor returned. */
static int
take_signals(void)
{
	sigset_t signals;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a limit is an error like a full disk */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
		return -1;
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum sw_result
load_credentials(struct sw_parts *parts)
{
	char reason[SW_TLS_REASON_MAX];
	enum sw_result result;

	if (parts->options->listen_tls.count == 0)
		return SW_OK;
	result = sw_credentials_new(&parts->credentials, parts->options,
	    reason);
	if (result != SW_OK)
		sw_log(SW_LOG_ERROR, "%s", reason);
	else if (sw_credentials_check(parts->credentials, reason) != SW_OK)
		/* Other listeners serve, and SIGHUP mends it. */
		sw_log(SW_LOG_WARNING, "TLS: %s", reason);
	return result;
}

/*
 * Called while an older database is brought up to date, which may take longer
 * than the service manager waits for a start, and than people do.
 */
static bool
tell_upgrade(void *argument, uint64_t done, uint64_t total)
{
	struct timespec *told = argument, now;
	sigset_t pending;

	(void)done;
	(void)total;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - told->tv_sec >= UPGRADE_TELL_S) {
		*told = now;
		sw_notify("EXTEND_TIMEOUT_USEC=60000000\n"
		    "STATUS=bringing the database up to date");
		if (isatty(STDERR_FILENO) == 1)
			sw_log(SW_LOG_INFO, "bringing the database up to date");
	}
	sigemptyset(&pending);
	sigpending(&pending);
	return sigismember(&pending, SIGTERM) != 1 &&
	    sigismember(&pending, SIGINT) != 1;
}

static enum sw_result
open_store(struct sw_parts *parts)
{
	struct sw_store *store = NULL;
	struct timespec told;
	enum sw_result result;

	/* Of use to nobody but us and the group that makes the reports. */
	umask(027);
	clock_gettime(CLOCK_MONOTONIC, &told);
	result = sw_store_open_watched(&store, parts->options->database,
	    tell_upgrade, &told);
	if (result == SW_OK)
		result = sw_store_senders(store, sw_ledger_restore,
		    parts->ledger);
	if (result != SW_OK) {
		sw_log(SW_LOG_ERROR, "%s", sw_store_error(store));
		sw_store_close(&store);
		return result;
	}
	result = sw_committer_new(&parts->committer, &store,
	    parts->options->grace_days);
	if (result != SW_OK)
		sw_log(SW_LOG_ERROR, "cannot start: %s",
		    sw_result_text(result));
	return result;
}

static enum sw_result
make_parts(struct sw_parts *parts)
{
	enum sw_result result;

	parts->started = (int64_t)time(NULL);
	result = load_credentials(parts);
	if (result == SW_OK)
		result = sw_ledger_new(&parts->ledger);
	if (result == SW_OK)
		result = sw_connections_new(&parts->connections,
		    parts->options, parts->credentials);
	return result == SW_OK ? open_store(parts) : result;
}

static void
free_parts(struct sw_parts *parts)
{
	sw_committer_free(&parts->committer);
	sw_connections_free(&parts->connections);
	sw_ledger_free(&parts->ledger);
	sw_credentials_free(&parts->credentials);
}

static void
announce(const struct sw_options *options)
{
	const struct sw_texts *lists[] = { &options->listen,
		&options->listen_tcp, &options->listen_tls };

	sw_log(SW_LOG_INFO, "senderwatchd " PACKAGE_VERSION " serves "
	    "database=%s", options->database);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		for (size_t j = 0; j < lists[i]->count; j++)
			sw_log(SW_LOG_INFO, "listens %s=%s",
			    sw_listener_kind_text(i), lists[i]->items[j]);
	}
	if (options->metrics[0] != '\0')
		sw_log(SW_LOG_INFO, "listens metrics=%s", options->metrics);
	sw_notify("READY=1");
}

static int
serve(const struct sw_options *options)
{
	struct sw_parts parts = { .options = options };
	struct sw_server *server = NULL;
	struct sw_http *http = NULL;
	struct sw_status_file *status_file = NULL;
	int signal_fd = take_signals(), status = EXIT_FAILURE;
	bool ended = true;

	if (signal_fd < 0 || make_parts(&parts) != SW_OK ||
	    sw_server_new(&server, &parts) != SW_OK)
		goto out;
	if (options->metrics[0] != '\0' &&
	    sw_http_new(&http, &parts) != SW_OK)
		goto out;
	if (options->status_file[0] != '\0' &&
	    sw_status_file_new(&status_file, &parts) != SW_OK)
		goto out;
	announce(options);
	sw_server_run(server, signal_fd);
	sw_notify("STOPPING=1");
	ended = sw_server_stop(server);
	status = ended ? EXIT_SUCCESS : EXIT_FAILURE;
out:
	sw_http_free(&http);
	sw_status_file_free(&status_file);
	if (!ended)
		_exit(status);	/* sessions may still look at all of it */
	sw_server_free(&server);
	free_parts(&parts);
	if (signal_fd >= 0)
		close(signal_fd);
	return status;
}

static int
check(const struct sw_options *options)
{
	return sw_check_files(options) ? EXIT_SUCCESS : EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	struct sw_options options;
	int status = EXIT_USAGE;

	switch (sw_options_read(&options, argc, argv)) {
	case SW_OPTIONS_DONE:
		status = EXIT_SUCCESS;
		break;
	case SW_OPTIONS_WRONG:
		break;
	case SW_OPTIONS_RUN:
		sw_log_init();
		status = options.check_only ? check(&options) :
		    serve(&options);
		break;
	}
	sw_options_fini(&options);
	return status;
}
