#!/bin/sh
# Makes what is missing and changes nothing that is there: the services' key pairs, each private key for its service alone,
# the witnesses' keys, and Ownership's two secrets. Losing the encryption key loses the owners' contact data: keep a copy of its volume.
set -eu
umask 077

node bin/tracegraph.js keys /issue/all ${LEDGER_NAME:+--ledger-name "$LEDGER_NAME"}

# Two witnesses of one's own: they show mistakes. Others' are named in WITNESSES, and made by these others.
for witness in witness-1 witness-2; do
  vkey=$(node bin/tracegraph.js witness --key-only --name "tracegraph.local/$witness" --data "/issue/$witness")
  echo "$vkey http://$witness:4010"
  LEDGER_KEYS_DIR=/issue/all WITNESSES=none node bin/tracegraph.js ledger keys >"/issue/$witness/logs"
done >/issue/all/witnesses

for service in gateway manufacturing ownership; do
  cp "/issue/all/$service.key" "/issue/all/ledger-$service.key" /issue/all/*.pub /issue/all/witnesses "/issue/$service/"
done

for secret in encryption-key secret-pepper; do
  [ -s "/secrets/$secret" ] && continue
  head -c 32 /dev/urandom | base64 >"/secrets/$secret.new"
  mv "/secrets/$secret.new" "/secrets/$secret"
done
