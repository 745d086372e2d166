#!/usr/bin/env perl
# Verify compact JWS tokens with Perl's Crypt::JWT and a JWK set alone, as a stranger would who knows nothing of epipass.
# Usage: perl conformance/jwt-verify.pl JWKS_FILE ISSUER < tokens, one a line. Prints one JSON object a token.
use strict;
use warnings;
use Crypt::JWT qw(decode_jwt);
use JSON qw(decode_json encode_json);

my ($file, $issuer) = @ARGV;
open(my $handle, '<:raw', $file) or die "cannot read $file";
my $keys = decode_json(do { local $/; <$handle> });

while (my $token = <STDIN>) {
    chomp $token;
    my $claims = eval {
        decode_jwt(
            token => $token, kid_keys => $keys, accepted_alg => 'ES256',
            verify_iss => $issuer, verify_exp => 1, verify_nbf => 1, verify_iat => 1,
        );
    };
    print encode_json($claims ? {ok => JSON::true, iss => $claims->{iss}} : {ok => JSON::false, code => "$@"}), "\n";
}
