/*
 * Telling the service manager what we are at (sd_notify(3)'s protocol, which
 * its manual invites to speak without libsystemd). Silent without one.
 */
#ifndef SW_COLLECTOR_NOTIFY_H
#define SW_COLLECTOR_NOTIFY_H

/* "READY=1", "STOPPING=1" ... */
void sw_notify(const char *state);

#endif
