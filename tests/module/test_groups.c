/* Public suffixes and types under numbers: found again, bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "module/groups.h"
#include "tests/lib/names.h"

#define ROOM 32768

static struct sw_registry *jp;

static int
set_up(void **state)
{
	jp = builtin_registry("jp");
	return jp == NULL || sw_groups_new((struct sw_groups **)state) != SW_OK;
}

static int
tear_down(void **state)
{
	sw_groups_free((struct sw_groups **)state);
	assert_null(*state);
	sw_groups_free((struct sw_groups **)state);
	sw_registry_free(&jp);
	return 0;
}

static struct sw_name
name_of(const char *suffix, const char *type)
{
	struct sw_name name = { .registry = jp };

	snprintf(name.suffix, sizeof(name.suffix), "%s", suffix);
	name.type = type == NULL ? NULL : sw_registry_find_type(jp, type);
	return name;
}

static void
same_number_for_the_same(void **state)
{
	const struct sw_name names[] = {
		name_of("jp", "GENERAL"), name_of("jp", "GENERAL_IDN"),
		name_of("co.jp", "CO"), name_of("com", NULL),
		name_of("jp", NULL), name_of("", NULL)
	};
	uint32_t numbers[6], again;
	struct sw_group group;

	for (unsigned i = 0; i < 6; i++) {
		assert_true(sw_groups_intern(*state, &names[i], &numbers[i]));
		for (unsigned k = 0; k < i; k++)
			assert_int_not_equal(numbers[i], numbers[k]);
	}
	for (unsigned i = 0; i < 6; i++) {
		assert_true(sw_groups_intern(*state, &names[i], &again));
		assert_int_equal(again, numbers[i]);
		group = sw_groups_get(*state, numbers[i]);
		assert_string_equal(group.suffix, names[i].suffix);
		assert_string_equal(group.type, names[i].type == NULL ? "" :
		    names[i].type->name);
		assert_string_equal(group.registry, names[i].type == NULL ?
		    "" : "jp");
	}
	/* A number that was never given. */
	assert_string_equal(sw_groups_get(*state, 6).type, "");
	assert_string_equal(sw_groups_get(*state, UINT32_MAX).registry, "");
}

static void
as_many_as_there_is_room_for(void **state)
{
	size_t before = sw_groups_memory(*state);
	uint32_t number;

	for (unsigned i = 0; i < ROOM + 100; i++) {
		char suffix[20];
		struct sw_name name;

		snprintf(suffix, sizeof(suffix), "s%05u.ck", i);
		name = name_of(suffix, NULL);
		assert_int_equal(sw_groups_intern(*state, &name, &number),
		    i < ROOM);
		if (i < ROOM)
			assert_int_equal(number, i);
	}
	assert_int_equal(sw_groups_memory(*state) - before, ROOM * 10);
	/* Those that are there are still found. */
	for (unsigned i = 0; i < ROOM; i += 97) {
		char suffix[20];
		struct sw_name name;

		snprintf(suffix, sizeof(suffix), "s%05u.ck", i);
		name = name_of(suffix, NULL);
		assert_true(sw_groups_intern(*state, &name, &number));
		assert_int_equal(number, i);
		assert_string_equal(sw_groups_get(*state, i).suffix, suffix);
	}
}

static atomic_uint wrong;

static void *
intern_many(void *argument)
{
	for (unsigned i = 0; i < 5000; i++) {
		char suffix[20];
		struct sw_name name;
		uint32_t number;

		snprintf(suffix, sizeof(suffix), "t%u.example", i % 700);
		name = name_of(suffix, NULL);
		if (!sw_groups_intern(argument, &name, &number) ||
		    strcmp(sw_groups_get(argument, number).suffix, suffix) != 0)
			atomic_fetch_add(&wrong, 1);
	}
	return NULL;
}

static void
threads(void **state)
{
	pthread_t running[4];
	uint32_t number;
	struct sw_name name = name_of("new.example", NULL);

	for (unsigned i = 0; i < 4; i++)
		pthread_create(&running[i], NULL, intern_many, *state);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(running[i], NULL);
	assert_int_equal(atomic_load(&wrong), 0);
	assert_true(sw_groups_intern(*state, &name, &number));
	assert_int_equal(number, 700);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(same_number_for_the_same,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(as_many_as_there_is_room_for,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(threads, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
