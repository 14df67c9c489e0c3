/*
 * Days and months. The C library knows the calendar; all is UTC, since a day
 * is a number that the resolvers agreed on already.
 */
#include <string.h>
#include <time.h>

#include "senderwatch/store.h"

#define DAY_SECONDS 86400
#define DAY_MAX 2932896	/* 9999-12-31 */

static bool
month_is_valid(uint32_t month)
{
	return month >= 197001 && month <= 999912 && month % 100 >= 1 &&
	    month % 100 <= 12;
}

uint32_t
sw_month_of_day(uint32_t day)
{
	time_t seconds = (time_t)day * DAY_SECONDS;
	struct tm tm;

	if (day > DAY_MAX || gmtime_r(&seconds, &tm) == NULL)
		return 0;
	return (uint32_t)(tm.tm_year + 1900) * 100 + (uint32_t)tm.tm_mon + 1;
}

uint32_t
sw_month_first_day(uint32_t month)
{
	struct tm tm = { .tm_mday = 1 };

	if (!month_is_valid(month))
		return 0;
	tm.tm_year = (int)(month / 100) - 1900;
	tm.tm_mon = (int)(month % 100) - 1;
	return (uint32_t)(timegm(&tm) / DAY_SECONDS);
}

uint32_t
sw_month_next(uint32_t month)
{
	if (!month_is_valid(month) || month == 999912)
		return 0;
	return month % 100 == 12 ? month + 89 : month + 1;
}

uint32_t
sw_month_parse(const char *text)
{
	uint32_t month = 0;

	if (text == NULL || strlen(text) != 7 || text[4] != '-')
		return 0;
	for (size_t i = 0; i < 7; i++) {
		if (i == 4)
			continue;
		if (text[i] < '0' || text[i] > '9')
			return 0;
		month = month * 10 + (uint32_t)(text[i] - '0');
	}
	return month_is_valid(month) ? month : 0;
}
