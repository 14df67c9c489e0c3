/* Registry tables, which an operator writes. */
#include <string.h>

#include "fuzz.h"
#include "senderwatch/registry.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_registry *registry = NULL;
	const char *reason = NULL, *region;
	unsigned line = 0;

	if (sw_registry_parse(&registry, (const char *)data, size, &line,
	    &reason) != SW_OK) {
		HOLDS(registry == NULL && reason != NULL);
		return 0;
	}
	HOLDS(sw_registry_tld(registry) != NULL);
	sw_registry_classify(registry, "city.example.jp", "example.jp", &region);
	HOLDS(strstr("example.jp", region) != NULL);
	sw_registry_is_deeper(registry, "city", 4, "lg.jp");
	sw_registry_label(registry, "GEOGRAPHIC", "ja");
	sw_registry_free(&registry);
	HOLDS(registry == NULL);
	return 0;
}
