/* Which octets the grammars of the records take where. */
#include "span.h"

#define WORD (SW_OCTET_NAME | SW_OCTET_URI | SW_OCTET_VISIBLE)
#define MARK (SW_OCTET_URI | SW_OCTET_VISIBLE)

const uint8_t sw_octets[256] = {
	['\t'] = SW_OCTET_WSP, [' '] = SW_OCTET_WSP,
	['0' ... '9'] = SW_OCTET_DIGIT | SW_OCTET_HEX | WORD,
	['A' ... 'F'] = SW_OCTET_ALPHA | SW_OCTET_HEX | WORD,
	['a' ... 'f'] = SW_OCTET_ALPHA | SW_OCTET_HEX | WORD,
	['G' ... 'Z'] = SW_OCTET_ALPHA | WORD,
	['g' ... 'z'] = SW_OCTET_ALPHA | WORD,
	['-'] = WORD | SW_OCTET_DELIMITER, ['.'] = WORD | SW_OCTET_DELIMITER,
	['_'] = WORD | SW_OCTET_DELIMITER,
	['+'] = MARK | SW_OCTET_DELIMITER, [','] = MARK | SW_OCTET_DELIMITER,
	['/'] = MARK | SW_OCTET_DELIMITER, ['='] = MARK | SW_OCTET_DELIMITER,
	['~'] = MARK, [':'] = MARK, ['?'] = MARK, ['@'] = MARK, ['!'] = MARK,
	['$'] = MARK, ['&'] = MARK, ['\''] = MARK, ['('] = MARK, [')'] = MARK,
	['*'] = MARK, [';'] = MARK,
	['#'] = SW_OCTET_VISIBLE, ['['] = SW_OCTET_VISIBLE,
	[']'] = SW_OCTET_VISIBLE,
	['"'] = SW_OCTET_VISIBLE, ['%'] = SW_OCTET_VISIBLE,
	['<'] = SW_OCTET_VISIBLE, ['>'] = SW_OCTET_VISIBLE,
	['\\'] = SW_OCTET_VISIBLE, ['^'] = SW_OCTET_VISIBLE,
	['`'] = SW_OCTET_VISIBLE, ['{'] = SW_OCTET_VISIBLE,
	['|'] = SW_OCTET_VISIBLE, ['}'] = SW_OCTET_VISIBLE,
};
