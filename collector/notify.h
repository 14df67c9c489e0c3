/*
 * Telling the service manager what we are at (sd_notify(3)'s protocol, which
 * its manual invites to speak without libsystemd). Silent without one.
 */
#ifndef SW_COLLECTOR_NOTIFY_H
#define SW_COLLECTOR_NOTIFY_H

/* "READY=1", "STOPPING=1" ... */
void sw_notify(const char *state);

/* What has to be said before READY=1 is said again. */
void sw_notify_reloading(void);

/*
 * How often WATCHDOG=1 is expected, as sd_watchdog_enabled(3) finds out: both
 * 0 where it is not. It is to be said every interval_ms, unless something
 * has been stuck for limit_ms.
 */
struct sw_watchdog {
	unsigned interval_ms;
	unsigned limit_ms;
};
void sw_watchdog_init(struct sw_watchdog *watchdog);

#endif
