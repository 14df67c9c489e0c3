# The demonstration: ./demo, what it shares with the integration tests, and
# its population of domains.
noinst_PROGRAMS += tools/population/population
tools_population_population_SOURCES = \
	tools/population/domain.h \
	tools/population/main.c \
	tools/population/municipalities.c \
	tools/population/municipalities.h \
	tools/population/names.c \
	tools/population/names.h \
	tools/population/queries.c \
	tools/population/queries.h \
	tools/population/random.h \
	tools/population/records.c \
	tools/population/records.h \
	tools/population/records_policy.c \
	tools/population/suffixes.c \
	tools/population/suffixes.h \
	tools/population/survey.c \
	tools/population/survey.h \
	tools/population/words.h \
	tools/population/zones.c \
	tools/population/zones.h
tools_population_population_CFLAGS = $(AM_CFLAGS) $(IDN2_CFLAGS)
tools_population_population_LDADD = $(IDN2_LIBS)

EXTRA_DIST += tools/keep-running tools/lab.sh tools/data/README.md \
	tools/data/jp-types-2018-07-03.csv \
	tools/data/municipalities-2018-07-04.csv
