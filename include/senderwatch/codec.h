/*
 * Batches to and from the protobuf message senderwatch.Frame.
 */
#ifndef SENDERWATCH_CODEC_H
#define SENDERWATCH_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "senderwatch/observation.h"
#include "senderwatch/result.h"

#define SW_CONTENT_TYPE "protobuf:senderwatch.Frame"

/* What a sender keeps to and a collector accepts. */
#define SW_FRAME_MAX (1024 * 1024)	/* bytes */
#define SW_BATCH_MAX 8192		/* observations */
#define SW_GROUPS_MAX 8192

/*
 * Encode a batch into *frame (malloc'ed, the caller frees), *length bytes.
 * SW_ERR_INVALID: it is larger than what a collector accepts.
 */
enum sw_result sw_frame_encode(const struct sw_batch *batch, uint8_t **frame,
    size_t *length);

/*
 * Decode a frame into a batch that owns its memory. Checks all that can be
 * checked: sizes of identifiers, group indices, text that is printable ASCII
 * of bounded length; days are the store's to judge. SW_ERR_INVALID with
 * *reason (static text) for what is malformed; enumeration values of a newer
 * sender pass.
 */
struct sw_decoded_batch;
enum sw_result sw_frame_decode(const uint8_t *frame, size_t length,
    struct sw_decoded_batch **decoded, const char **reason);
const struct sw_batch *sw_decoded_batch(const struct sw_decoded_batch *decoded);
/* How many fields of the message this version has no name for. */
size_t sw_decoded_batch_unknown_fields(
    const struct sw_decoded_batch *decoded);
void sw_decoded_batch_free(struct sw_decoded_batch **decoded);

#endif
