/*
 * What the fuzz targets share. A property that does not hold ends the program
 * as a sanitizer's finding does.
 */
#ifndef SENDERWATCH_TESTS_FUZZ_H
#define SENDERWATCH_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define HOLDS(property) do { \
	if (!(property)) { \
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, \
		    __LINE__, #property); \
		abort(); \
	} \
} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
