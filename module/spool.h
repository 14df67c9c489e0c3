/*
 * Frames that a stop left undelivered, kept in files of a folder until a
 * sender of a later start delivers them.
 *
 * A file is a unidirectional Frame Streams file of the frames as they would
 * have been sent, with their instance and sequence numbers, so that delivering
 * one twice changes nothing. Files are whole or absent: written under another
 * name, synced, renamed. Only the sender's thread calls these functions.
 */
#ifndef SENDERWATCH_MODULE_SPOOL_H
#define SENDERWATCH_MODULE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "module/log.h"
#include "senderwatch/observation.h"
#include "senderwatch/result.h"

struct sw_spool;

/*
 * Begin a file (mode 0600) in folder. limit: bytes that all files of the
 * folder may take together.
 */
enum sw_result sw_spool_begin(struct sw_spool **spool, const char *folder,
    const uint8_t instance[SW_INSTANCE_SIZE], size_t limit);

/* SW_ERR_INVALID if the frame would pass the limit. */
enum sw_result sw_spool_add(struct sw_spool *spool, const uint8_t *frame,
    size_t length);

/* Make the file last; frees the spool. Anything but SW_OK: there is none. */
enum sw_result sw_spool_commit(struct sw_spool **spool);
void sw_spool_discard(struct sw_spool **spool);

typedef enum sw_result (*sw_spool_deliver)(void *argument,
    const uint8_t *frame, size_t length);

/*
 * Give each frame of each file to deliver, and remove a file once all of its
 * frames are delivered. Ends with the first result of deliver's other than
 * SW_OK. A file that can't be read to its end is renamed to *.bad, with a
 * line in the log.
 */
enum sw_result sw_spool_drain(const char *folder, sw_spool_deliver deliver,
    void *argument, sw_log_function log);

#endif
