/*
 * senderwatchd: collects observations from resolvers into a database.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "committer.h"
#include "log.h"
#include "notify.h"
#include "options.h"
#include "senderwatch-config.h"
#include "server.h"

#define EXIT_USAGE 2

/* From here on SIGTERM and SIGINT are read from the descriptor returned. */
static int
take_signals(void)
{
	sigset_t signals;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a limit is an error like a full disk */
	signal(SIGHUP, SIG_IGN);	/* there is nothing to read again yet */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
		return -1;
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum sw_result
open_store(const struct sw_options *options, struct sw_committer **committer)
{
	struct sw_store *store = NULL;
	enum sw_result result;

	/* Of use to nobody but us and the group that makes the reports. */
	umask(027);
	result = sw_store_open(&store, options->database, SW_STORE_WRITE);
	if (result != SW_OK) {
		sw_log(SW_LOG_ERROR, "%s", sw_store_error(store));
		sw_store_close(&store);
		return result;
	}
	result = sw_committer_new(committer, &store, options->grace_days);
	if (result != SW_OK)
		sw_log(SW_LOG_ERROR, "cannot start: %s",
		    sw_result_text(result));
	return result;
}

static int
serve(const struct sw_options *options)
{
	struct sw_committer *committer = NULL;
	struct sw_server *server = NULL;
	int signal_fd = take_signals(), status = EXIT_FAILURE;
	bool ended = true;

	if (signal_fd < 0 || open_store(options, &committer) != SW_OK)
		goto out;
	if (sw_server_new(&server, options, committer) != SW_OK)
		goto out;
	sw_log(SW_LOG_INFO, "senderwatchd " PACKAGE_VERSION " serves "
	    "listen=%s database=%s", options->listen, options->database);
	sw_notify("READY=1");
	sw_server_run(server, signal_fd);
	sw_notify("STOPPING=1");
	ended = sw_server_stop(server);
	status = EXIT_SUCCESS;
out:
	if (!ended)
		_exit(status);	/* sessions may still look at all of it */
	sw_server_free(&server);
	sw_committer_free(&committer);
	if (signal_fd >= 0)
		close(signal_fd);
	return status;
}

int
main(int argc, char **argv)
{
	struct sw_options options;

	switch (sw_options_read(&options, argc, argv)) {
	case SW_OPTIONS_DONE:
		return EXIT_SUCCESS;
	case SW_OPTIONS_WRONG:
		return EXIT_USAGE;
	case SW_OPTIONS_RUN:
		break;
	}
	if (options.check_only)
		return EXIT_SUCCESS;
	sw_log_init();
	return serve(&options);
}
