/* Showing manual pages. */
#include "manual.h"

#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

bool
sw_manual_show(const char *page)
{
	char *arguments[] = { (char *)"man", (char *)"1", (char *)page, NULL };
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t child;

	if (isatty(STDOUT_FILENO) != 1 ||
	    posix_spawn_file_actions_init(&actions) != 0)
		return false;
	/* That there is no such page is nobody's business but ours. */
	if (posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
	    "/dev/null", O_WRONLY, 0) == 0 &&
	    posix_spawnp(&child, "man", &actions, NULL, arguments,
	    environ) == 0 && waitpid(child, &status, 0) != child)
		status = -1;
	posix_spawn_file_actions_destroy(&actions);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
