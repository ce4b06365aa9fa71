#!/usr/bin/env bash
# Pins every image of the compose files and Dockerfiles to what this machine has of it: writes docker/.env,
# which docker compose reads, with a line NAME@sha256:... for each that was pulled. Run it again to move on.
#
#   docker compose -f docker/compose.yaml pull && docker pull debian:12-slim
#   docker/digests.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# VARIABLE IMAGE of everything that is not built here.
images() {
  grep -hoE '\$\{[A-Z_]+_IMAGE:-[^}]+\}' compose.yaml compose.gpu.yaml |
    sed -E 's/^\$\{([A-Z_]+):-(.*)\}$/\1 \2/' | grep -v ' deftstream/' | sort -u
}

[[ "${1:-}" != --list ]] || { images; exit 0; }
[[ $# -eq 0 ]] || { sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
new="$(mktemp .env.XXXXXX)"
trap 'rm -f "$new"' EXIT
while read -r variable image; do
  digest="$(docker image inspect --format '{{join .RepoDigests "\n"}}' "$image" 2> /dev/null |
    grep -m1 -oE 'sha256:[0-9a-f]{64}$' || true)"
  if [[ -n "$digest" ]]; then
    echo "$variable=$image@$digest" >> "$new"
  else
    echo "digests.sh: $image is not here, or was not pulled; $variable is left as it is" >&2
  fi
done < <(images)
[[ -s "$new" ]] || { echo "digests.sh: no image is here; pull them first" >&2; exit 1; }
chmod 644 "$new"
mv "$new" .env
cat .env
