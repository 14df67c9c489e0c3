include tests/lib/local.mk
include tests/integration/local.mk
