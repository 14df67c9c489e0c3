/* Where the collector is, and a stream to it. */
#include "module/link.h"

#include <stdlib.h>

#include "senderwatch/tls.h"

#define ADDRESS_MAX 64

struct sw_link {
	const struct sw_options *options;
	const char *text;
	char address[ADDRESS_MAX];
	unsigned port;
	struct sw_tls *tls;
};

static enum sw_result
load_tls(struct sw_link *link, sw_log_function log)
{
	const struct sw_tls_files files = {
		.authorities = link->options->tls_authorities,
		.certificate = link->options->tls_certificate,
		.key = link->options->tls_key,
	};
	char reason[SW_TLS_REASON_MAX];
	enum sw_result result = sw_tls_new(&link->tls, SW_TLS_CLIENT, &files,
	    reason);

	if (result != SW_OK)
		log(SW_LOG_ERROR, "%s", reason);
	return result;
}

enum sw_result
sw_link_new(struct sw_link **link, const struct sw_options *options,
    sw_log_function log)
{
	enum sw_result result = SW_OK;
	struct sw_link *made = calloc(1, sizeof(*made));

	*link = NULL;
	if (made == NULL)
		return SW_ERR_MEMORY;
	made->options = options;
	made->text = options->tls != NULL ? options->tls :
	    options->tcp != NULL ? options->tcp : options->socket;
	if (options->socket == NULL && !sw_tcp_parse(made->text, made->address,
	    sizeof(made->address), &made->port))
		result = SW_ERR_INVALID;	/* checked by the options */
	if (result == SW_OK && options->tls != NULL)
		result = load_tls(made, log);
	if (result == SW_OK) {
		*link = made;
		made = NULL;
	}
	sw_link_free(&made);
	return result;
}

void
sw_link_free(struct sw_link **link)
{
	if (*link == NULL)
		return;
	sw_tls_free(&(*link)->tls);
	free(*link);
	*link = NULL;
}

enum sw_result
sw_link_open(struct sw_link *link,
    const struct sw_stream_options *stream_options, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream)
{
	enum sw_result result;
	int fd;

	/* Neither waits: only the stream's operations can be cancelled. */
	if (link->options->socket != NULL)
		result = sw_unix_connect(link->options->socket, 0, &fd);
	else
		result = sw_tcp_connect(link->address, link->port, 0, &fd);
	if (result != SW_OK)
		return result;
	if (link->tls != NULL)
		return sw_stream_new_tls(fd, stream_options, link->tls,
		    link->options->tls_name, rdwr, stream);
	return sw_stream_new(fd, stream_options, rdwr, stream);
}

const char *
sw_link_text(const struct sw_link *link)
{
	return link->text;
}
