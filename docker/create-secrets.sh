#!/bin/sh
# Makes what is missing and changes nothing that is there: the services' key pairs, each private key for its service alone,
# and Ownership's two secrets. Losing the encryption key loses the owners' contact data: keep a copy of its volume.
set -eu
umask 077

node bin/tracegraph.js keys /issue/all ${LEDGER_NAME:+--ledger-name "$LEDGER_NAME"}
for service in gateway manufacturing ownership; do
  cp "/issue/all/$service.key" "/issue/all/ledger-$service.key" /issue/all/*.pub "/issue/$service/"
done

for secret in encryption-key secret-pepper; do
  [ -s "/secrets/$secret" ] && continue
  head -c 32 /dev/urandom | base64 >"/secrets/$secret.new"
  mv "/secrets/$secret.new" "/secrets/$secret"
done
