# What module and collector share between lib/ and themselves: the codec,
# Frame Streams over sockets, and settings files.
noinst_LTLIBRARIES += wire/libswwire.la
wire_libswwire_la_SOURCES = \
	wire/codec.c \
	wire/deliver.c \
	wire/key_file.c \
	wire/read_file.c \
	wire/read_file.h \
	wire/registries.c \
	wire/stream.c \
	wire/suffix_list.c \
	wire/tcp_socket.c \
	wire/tls.c \
	wire/tls_internal.h \
	wire/tls_peer.c \
	wire/transport.h \
	wire/unix_socket.c \
	wire/settings.c
wire_libswwire_la_CPPFLAGS = $(AM_CPPFLAGS) -DSW_SUFFIX_LIST='"$(SUFFIX_LIST)"'
wire_libswwire_la_CFLAGS = $(AM_CFLAGS) $(PSL_CFLAGS) $(SSL_CFLAGS) $(PROTOBUF_C_CFLAGS) $(FSTRM_CFLAGS) $(INIH_CFLAGS)
wire_libswwire_la_LIBADD = $(SSL_LIBS) proto/libswproto.la $(PROTOBUF_C_LIBS) $(FSTRM_LIBS) $(INIH_LIBS)
