# Syntax verdicts of Mail::SPF: records in hexadecimal, one a line, become
# "valid" or "invalid".
use strict;
use warnings;
use Mail::SPF::v1::Record;

$| = 1;
while (my $line = <STDIN>) {
	chomp $line;
	my $text = pack('H*', $line);
	my $record = eval { Mail::SPF::v1::Record->new_from_string($text) };
	print defined $record ? "valid\n" : "invalid\n";
}
