# Turns registry tables into C, so that every program carries them.
BEGIN {
	print "/* Made from lib/registry/ by embed.awk. */"
	print "#include \"senderwatch/registry.h\"\n"
	print "const struct sw_registry_builtin sw_registry_builtins[] = {"
}
FNR == 1 {
	if (open) finish()
	open = 1
	length_ = 0
	tld = ""
	printf "\t{ .text =\n"
}
$1 == "registry" { tld = $2 }
{
	length_ += length($0) + 1
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	printf "\t\"%s\\n\"\n", $0
}
function finish() {
	printf "\t, .tld = \"%s\", .length = %d },\n", tld, length_
	count++
}
END {
	if (open) finish()
	print "};"
	printf "const size_t sw_registry_builtin_count = %d;\n", count
}
