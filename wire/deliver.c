/* Handing a frame over and waiting for the acknowledgement. */
#include <string.h>

#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

enum sw_result
sw_stream_deliver(struct fstrm_rdwr **rdwr, struct sw_stream *stream,
    const uint8_t *frame, size_t length)
{
	enum sw_result result = SW_OK;
	struct fstrm_writer_options *options = fstrm_writer_options_init();
	struct fstrm_writer *writer;

	fstrm_writer_options_add_content_type(options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	writer = fstrm_writer_init(options, rdwr);
	fstrm_writer_options_destroy(&options);
	if (writer == NULL) {
		fstrm_rdwr_destroy(rdwr);
		return SW_ERR_MEMORY;
	}
	if (fstrm_writer_open(writer) != fstrm_res_success ||
	    fstrm_writer_write(writer, frame, length) != fstrm_res_success ||
	    fstrm_writer_close(writer) != fstrm_res_success) {
		result = sw_stream_error(stream);
		/* No error of the socket: the peer speaks another protocol. */
		if (result == SW_OK)
			result = SW_ERR_INVALID;
	}
	/* Destroying an open writer would try to close it properly again. */
	sw_stream_abort(stream);
	fstrm_writer_destroy(&writer);
	return result;
}
