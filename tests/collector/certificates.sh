#!/bin/bash
# certificates.sh DIR: certificates for the tests of TLS, by stock openssl commands.
#
# ca and other-ca are authorities. Of ca: collector, collector-renewed (for another name as well),
# collector-expired, resolver-1, resolver-2, two-names, revoked, expired, future, nameless, odd-name. Of other-ca:
# foreign. crl.pem revokes `revoked`, crl-2.pem also resolver-2, crl-old.pem has expired.
set -eu -o pipefail
cd "$1"
exec 2>openssl.log

cat >ca.conf <<-'CONF'
	[ca]
	default_ca = ours
	[ours]
	database = ./index
	rand_serial = yes
	new_certs_dir = .
	certificate = ./ca.pem
	private_key = ./ca.key
	default_md = sha256
	default_days = 30
	default_crl_days = 30
	policy = any
	copy_extensions = copy
	unique_subject = no
	[other]
	database = ./other-index
	rand_serial = yes
	new_certs_dir = .
	certificate = ./other-ca.pem
	private_key = ./other-ca.key
	default_md = sha256
	default_days = 30
	policy = any
	copy_extensions = copy
	[any]
	commonName = supplied
CONF
touch index other-index

key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

authority() { openssl req -x509 "${key[@]}" -days 60 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem"; }

# issue NAME SUBJECT-ALTERNATIVE-NAMES [ARGUMENT-OF-CA]...
issue() {
	local name=$1 names=$2
	shift 2
	openssl req -new "${key[@]}" -subj "/CN=$name.example.net" ${names:+-addext "subjectAltName=$names"} \
		-keyout "$name.key" -out "$name.csr"
	openssl ca -batch -notext -config ca.conf -in "$name.csr" -out "$name.pem" "$@"
}

authority ca
authority other-ca
issue collector DNS:collector.example.net,IP:127.0.0.1
issue collector-renewed DNS:collector.example.net,DNS:renewed.example.net
issue collector-expired DNS:collector.example.net -startdate 20200101000000Z -enddate 20200201000000Z
issue resolver-1 DNS:Resolver-1.example.net
issue resolver-2 DNS:resolver-2.example.net
issue two-names DNS:first.example.org,DNS:second.example.net
issue revoked DNS:revoked.example.net
issue expired DNS:expired.example.net -startdate 20200101000000Z -enddate 20200201000000Z
issue future DNS:future.example.net -startdate 20900101000000Z -enddate 20910101000000Z
issue nameless ''
issue odd-name 'DNS:a<b>.example.net'
issue foreign DNS:foreign.example.net -name other
openssl ca -config ca.conf -gencrl -out crl-none.pem
openssl ca -config ca.conf -revoke revoked.pem
openssl ca -config ca.conf -gencrl -out crl.pem
openssl ca -config ca.conf -gencrl -crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z \
	-out crl-old.pem
openssl ca -config ca.conf -revoke resolver-2.pem
openssl ca -config ca.conf -gencrl -out crl-2.pem
