# Fuzz targets: "make check" replays their corpus under the sanitizers, "make
# fuzz" runs them with libFuzzer.
fuzz_targets = spf dmarc dkim policies answer name registry frame stream lists
fuzz_flags = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

# The library once more, with the sanitizers.
check_LTLIBRARIES = tests/fuzz/libfuzzed.la
tests_fuzz_libfuzzed_la_SOURCES = $(lib_libsenderwatch_la_SOURCES)
nodist_tests_fuzz_libfuzzed_la_SOURCES = lib/registries.c
tests_fuzz_libfuzzed_la_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(CRYPTO_CFLAGS) $(IDN2_CFLAGS) \
	$(fuzz_flags)
tests_fuzz_libfuzzed_la_LIBADD = $(PSL_LIBS) $(CRYPTO_LIBS) $(IDN2_LIBS)

fuzz_cflags = $(AM_CFLAGS) $(PSL_CFLAGS) $(fuzz_flags)
check_PROGRAMS += tests/fuzz/replay_spf tests/fuzz/replay_dmarc \
	tests/fuzz/replay_dkim tests/fuzz/replay_policies \
	tests/fuzz/replay_answer tests/fuzz/replay_name \
	tests/fuzz/replay_registry tests/fuzz/replay_frame \
	tests/fuzz/replay_stream \
	tests/fuzz/replay_lists
tests_fuzz_replay_spf_SOURCES = tests/fuzz/fuzz_spf.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_spf_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_spf_LDADD = tests/fuzz/libfuzzed.la
tests_fuzz_replay_dmarc_SOURCES = tests/fuzz/fuzz_dmarc.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_dmarc_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_dmarc_LDADD = tests/fuzz/libfuzzed.la
tests_fuzz_replay_dkim_SOURCES = tests/fuzz/fuzz_dkim.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_dkim_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_dkim_LDADD = tests/fuzz/libfuzzed.la
tests_fuzz_replay_policies_SOURCES = tests/fuzz/fuzz_policies.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_policies_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_policies_LDADD = tests/fuzz/libfuzzed.la
tests_fuzz_replay_answer_SOURCES = tests/fuzz/fuzz_answer.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_answer_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_answer_LDADD = tests/fuzz/libfuzzed.la
tests_fuzz_replay_name_SOURCES = tests/fuzz/fuzz_name.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_name_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_name_LDADD = tests/fuzz/libfuzzed.la $(PSL_LIBS) $(IDN2_LIBS)
tests_fuzz_replay_registry_SOURCES = tests/fuzz/fuzz_registry.c tests/fuzz/replay.c tests/fuzz/fuzz.h
tests_fuzz_replay_registry_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_registry_LDADD = tests/fuzz/libfuzzed.la

# Not the library's, hence compiled with its codec.
tests_fuzz_replay_frame_SOURCES = tests/fuzz/fuzz_frame.c tests/fuzz/replay.c \
	tests/fuzz/fuzz.h wire/codec.c
nodist_tests_fuzz_replay_frame_SOURCES = proto/senderwatch.pb-c.c
tests_fuzz_replay_frame_CFLAGS = $(fuzz_cflags) $(PROTOBUF_C_CFLAGS)
tests_fuzz_replay_frame_LDADD = $(PROTOBUF_C_LIBS)
tests_fuzz_replay_stream_SOURCES = tests/fuzz/fuzz_stream.c tests/fuzz/replay.c \
	tests/fuzz/fuzz.h wire/codec.c wire/stream.c
nodist_tests_fuzz_replay_stream_SOURCES = proto/senderwatch.pb-c.c
tests_fuzz_replay_stream_CFLAGS = $(fuzz_cflags) $(PROTOBUF_C_CFLAGS) $(FSTRM_CFLAGS)
tests_fuzz_replay_stream_LDADD = $(PROTOBUF_C_LIBS) $(FSTRM_LIBS)

tests_fuzz_replay_lists_SOURCES = tests/fuzz/fuzz_lists.c tests/fuzz/replay.c \
	tests/fuzz/fuzz.h report/cohort.c report/csv_file.c
tests_fuzz_replay_lists_CFLAGS = $(fuzz_cflags) -I$(top_srcdir)
tests_fuzz_replay_lists_LDADD = tests/fuzz/libfuzzed.la $(CSV_LIBS) $(UNISTRING_LIBS)

TESTS += tests/fuzz/replay.sh
EXTRA_DIST += tests/fuzz/replay.sh tests/fuzz/run tests/fuzz/tokens.dict \
	tests/fuzz/make_corpus.py tests/fuzz/corpus

# make fuzz FUZZ_SECONDS=1800 FUZZ_TARGETS="spf name"
FUZZ_SECONDS = 60
FUZZ_TARGETS = $(fuzz_targets)
fuzz: lib/registries.c proto/senderwatch.pb-c.c
	$(top_srcdir)/tests/fuzz/run $(abs_top_srcdir) $(abs_top_builddir) \
		$(FUZZ_SECONDS) $(FUZZ_TARGETS)
.PHONY: fuzz

clean-local-fuzz:
	rm -rf tests/fuzz/found
clean-local: clean-local-fuzz
