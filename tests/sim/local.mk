# A world of known truth, counted by the estimators and through the database.
sim_sources = tests/sim/world.c tests/sim/world.h tests/sim/ledger.c \
	tests/sim/ledger.h tests/sim/study.c tests/sim/study.h \
	tests/sim/database.c tests/sim/database.h
sim_libs = report/libswreport.la store/libswstore.la lib/libsenderwatch.la -lm
EXTRA_PROGRAMS += tests/sim/sim
tests_sim_sim_SOURCES = tests/sim/main.c $(sim_sources)
tests_sim_sim_LDADD = $(sim_libs)
CLEANFILES += tests/sim/sim

if HAVE_CMOCKA
check_PROGRAMS += tests/sim/test_sim
TESTS += tests/sim/test_sim
tests_sim_test_sim_SOURCES = tests/sim/test_sim.c $(sim_sources)
tests_sim_test_sim_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_sim_test_sim_LDADD = $(sim_libs) $(CMOCKA_LIBS)
endif

# The whole study: some 20 minutes of one processor. Its tables and charts are
# those of doc/statistics.md: copy them from sim.out to doc/statistics.
sim: tests/sim/sim
	$(MKDIR_P) sim.out
	tests/sim/sim database sim.out/sim.db >sim.out/database.csv
	tests/sim/sim windows >sim.out/windows.csv
	tests/sim/sim shares >sim.out/shares.csv
	cd sim.out && $(GNUPLOT) '$(abs_top_srcdir)/tests/sim/plot.gp'
clean-local-sim:
	rm -rf sim.out
clean-local: clean-local-sim
.PHONY: sim clean-local-sim
EXTRA_DIST += tests/sim/plot.gp
