#include "http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "log.h"
#include "metrics.h"

#define CONNECTIONS_MAX 16u
#define PER_ADDRESS_MAX 8u
#define TIMEOUT_SECONDS 10u
#define MEMORY_BYTES ((size_t)16384)	/* of a connection */

struct sw_http {
	struct sw_parts parts;
	struct MHD_Daemon *daemon;
};

static enum MHD_Result
answer(struct MHD_Connection *connection, unsigned status, char *text,
    size_t length, const char *header, const char *value)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	/* text is freed with it. */
	response = MHD_create_response_from_buffer(length, text,
	    MHD_RESPMEM_MUST_FREE);
	if (response == NULL) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, header, value);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
answer_metrics(struct sw_http *http, struct MHD_Connection *connection)
{
	struct sw_snapshot snapshot;
	char *text = NULL;
	size_t length = 0;
	FILE *file = NULL;
	bool good = false;

	if (sw_snapshot_init(&snapshot, &http->parts) == SW_OK)
		file = open_memstream(&text, &length);
	if (file != NULL) {
		sw_metrics_write(file, &snapshot);
		good = !ferror(file);
		good = fclose(file) == 0 && good;
	}
	sw_snapshot_fini(&snapshot);
	if (!good) {
		free(text);
		return MHD_NO;
	}
	return answer(connection, MHD_HTTP_OK, text, length,
	    MHD_HTTP_HEADER_CONTENT_TYPE, SW_METRICS_CONTENT_TYPE);
}

/* An MHD_AccessHandlerCallback. */
static enum MHD_Result
handle(void *argument, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **state)
{
	bool get = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	    strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

	(void)version;
	(void)data;
	(void)state;
	if (!get && *size != 0) {
		*size = 0;	/* what was sent to us is of no interest */
		return MHD_YES;
	}
	if (!get)
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, NULL, 0,
		    MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (strcmp(url, "/metrics") != 0)
		return answer(connection, MHD_HTTP_NOT_FOUND, NULL, 0,
		    MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	return answer_metrics(argument, connection);
}

enum sw_result
sw_http_new(struct sw_http **http, const struct sw_parts *parts)
{
	const char *text = parts->options->metrics;
	char address[SW_OPTIONS_ADDRESS_MAX];
	struct sw_http *made;
	unsigned port;
	int fd = -1;

	*http = NULL;
	if (!sw_tcp_parse(text, address, sizeof(address), &port) ||
	    sw_tcp_listen(address, port, &fd) != SW_OK) {
		sw_log(SW_LOG_ERROR, "cannot serve metrics on %s: %s", text,
		    strerror(errno));
		return SW_ERR_SYSTEM;
	}
	made = calloc(1, sizeof(*made));
	if (made != NULL) {
		made->parts = *parts;
		/* Takes fd over, and closes it. */
		made->daemon = MHD_start_daemon(MHD_USE_AUTO |
		    MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, handle,
		    made, MHD_OPTION_LISTEN_SOCKET, fd,
		    MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
		    MHD_OPTION_PER_IP_CONNECTION_LIMIT, PER_ADDRESS_MAX,
		    MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_SECONDS,
		    MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_BYTES,
		    MHD_OPTION_END);
	}
	if (made == NULL || made->daemon == NULL) {
		sw_log(SW_LOG_ERROR, "cannot serve metrics on %s", text);
		close(fd);
		free(made);
		return SW_ERR_SYSTEM;
	}
	*http = made;
	return SW_OK;
}

void
sw_http_free(struct sw_http **http)
{
	if (*http == NULL)
		return;
	MHD_stop_daemon((*http)->daemon);
	free(*http);
	*http = NULL;
}
