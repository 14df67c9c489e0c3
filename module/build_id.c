/* The GNU build id of the running program. */
#include "senderwatch-config.h"

#include "module/build_id.h"

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static void
to_hex(const uint8_t *bytes, size_t length, char text[SW_BUILD_ID_TEXT_MAX])
{
	for (size_t i = 0; i < length && i < 64; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static size_t
padded(size_t length, size_t align)
{
	return (length + align - 1) & ~(align - 1);
}

/* Look through a note segment of size bytes. */
static bool
find_note(const uint8_t *note, size_t size, size_t align,
    char text[SW_BUILD_ID_TEXT_MAX])
{
	ElfW(Nhdr) header;

	if (align != 8)
		align = 4;
	while (size >= sizeof(header)) {
		size_t name, description;

		memcpy(&header, note, sizeof(header));
		name = padded(sizeof(header) + header.n_namesz, align);
		if (name > size || header.n_descsz > size - name)
			return false;
		description = padded(name + header.n_descsz, align);
		if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 &&
		    memcmp(note + sizeof(header), "GNU", 4) == 0) {
			to_hex(note + name, header.n_descsz, text);
			return true;
		}
		if (description > size)
			return false;
		note += description;
		size -= description;
	}
	return false;
}

/* dl_iterate_phdr() names the program itself first. */
static int
look_at_program(struct dl_phdr_info *info, size_t size, void *argument)
{
	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];

		if (header->p_type == PT_NOTE &&
		    find_note((const uint8_t *)(info->dlpi_addr +
		    header->p_vaddr), header->p_memsz, header->p_align,
		    argument))
			break;
	}
	return 1;
}

void
sw_build_id_running(char text[SW_BUILD_ID_TEXT_MAX])
{
	strcpy(text, "none");
	dl_iterate_phdr(look_at_program, text);
}

const char *
sw_build_id_wanted(void)
{
	return SW_UNBOUND_BUILD_ID;
}

const char *
sw_build_unbound_version(void)
{
	return SW_UNBOUND_VERSION;
}
