/*
 * senderwatch key rotate: what follows "rotate". Returns an exit status.
 */
#ifndef SENDERWATCH_REPORT_KEY_ROTATE_H
#define SENDERWATCH_REPORT_KEY_ROTATE_H

int sw_key_rotate_command(int argc, char **argv);

#endif
