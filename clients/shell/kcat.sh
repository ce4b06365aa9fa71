#!/bin/sh
# Raw topics with kcat, which Debian builds without a registry: bytes, keys and headers only.
#   kcat.sh send FILE KEY   one record with the bytes of a file, as they are
#   kcat.sh letters         dead letters: where they came from, and why
#   kcat.sh save P O FILE   the bytes of the dead letter at partition P, offset O
set -eu
topic=${TOPIC:-measurements}
case $1 in
  send) kcat -b "$BOOTSTRAP_SERVERS" -P -t "$topic" -k "$3" "$2" ;;
  letters) kcat -b "$BOOTSTRAP_SERVERS" -C -t "$topic.dlq" -o beginning -e -q \
    -X isolation.level=read_committed -f '%p@%o %k %h\n' ;;
  save) kcat -b "$BOOTSTRAP_SERVERS" -C -t "$topic.dlq" -p "$2" -o "$3" -c 1 -e -q -f '%s' > "$4" ;;
esac
