nodist_proto_libswproto_la_SOURCES = proto/senderwatch.pb-c.c proto/senderwatch.pb-c.h
proto_libswproto_la_SOURCES =
proto_libswproto_la_CFLAGS = $(PROTOBUF_C_CFLAGS) $(PTHREAD_CFLAGS) -fvisibility=hidden
proto_libswproto_la_LIBADD = $(PROTOBUF_C_LIBS)
noinst_LTLIBRARIES += proto/libswproto.la
BUILT_SOURCES += proto/senderwatch.pb-c.c proto/senderwatch.pb-c.h
CLEANFILES += proto/senderwatch.pb-c.c proto/senderwatch.pb-c.h
EXTRA_DIST += proto/senderwatch.proto

proto/senderwatch.pb-c.c: $(top_srcdir)/proto/senderwatch.proto
	$(AM_V_GEN)$(MKDIR_P) proto && \
	$(PROTOC_C) -I$(top_srcdir)/proto --c_out=proto $(top_srcdir)/proto/senderwatch.proto
proto/senderwatch.pb-c.h: proto/senderwatch.pb-c.c
