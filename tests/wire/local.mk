if HAVE_CMOCKA
wire_tests = \
	tests/wire/test_codec \
	tests/wire/test_codec_refusals \
	tests/wire/test_key_file \
	tests/wire/test_registries \
	tests/wire/test_settings \
	tests/wire/test_stream \
	tests/wire/test_stream_peers \
	tests/wire/test_suffix_list \
	tests/wire/test_unix_socket
wire_test_libs = wire/libswwire.la lib/libsenderwatch.la $(FSTRM_LIBS) \
	$(PTHREAD_LIBS) $(CMOCKA_LIBS)
tests_wire_test_codec_CFLAGS = $(unit_cflags)
tests_wire_test_codec_LDADD = $(wire_test_libs)
tests_wire_test_codec_refusals_CFLAGS = $(unit_cflags)
tests_wire_test_codec_refusals_LDADD = $(wire_test_libs)
tests_wire_test_key_file_CFLAGS = $(unit_cflags)
tests_wire_test_key_file_LDADD = $(wire_test_libs)
tests_wire_test_registries_CFLAGS = $(unit_cflags)
tests_wire_test_registries_LDADD = $(wire_test_libs)
tests_wire_test_settings_CFLAGS = $(unit_cflags)
tests_wire_test_settings_LDADD = $(wire_test_libs)
tests_wire_test_stream_CFLAGS = $(unit_cflags)
tests_wire_test_stream_LDADD = $(wire_test_libs)
tests_wire_test_stream_peers_CFLAGS = $(unit_cflags)
tests_wire_test_stream_peers_LDADD = $(wire_test_libs)
tests_wire_test_suffix_list_CFLAGS = $(unit_cflags)
tests_wire_test_suffix_list_LDADD = $(wire_test_libs)
tests_wire_test_unix_socket_CFLAGS = $(unit_cflags)
tests_wire_test_unix_socket_LDADD = $(wire_test_libs)
check_PROGRAMS += $(wire_tests)
TESTS += $(wire_tests)
endif
noinst_HEADERS += tests/wire/batches.h tests/wire/streams.h
