/* Large zeroed memory, touched from the start. */
#include "module/pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define HUGE_PAGE ((uintptr_t)2 * 1024 * 1024)

bool
sw_pages_map(struct sw_pages *pages, size_t size)
{
	uintptr_t at;

	*pages = (struct sw_pages){ .map_size = size + HUGE_PAGE };
	if (pages->map_size < size)
		return false;
	pages->map = mmap(NULL, pages->map_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pages->map == MAP_FAILED) {
		pages->map = NULL;
		return false;
	}
	at = ((uintptr_t)pages->map + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	pages->memory = (void *)at;
	/* Where the kernel can't, it is slower, and as good. */
	madvise(pages->memory, size, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
	madvise(pages->memory, size, MADV_POPULATE_WRITE);
#endif
	return true;
}

void
sw_pages_unmap(struct sw_pages *pages)
{
	if (pages->map != NULL)
		munmap(pages->map, pages->map_size);
	*pages = (struct sw_pages){ 0 };
}
