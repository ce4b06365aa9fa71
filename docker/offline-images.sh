#!/usr/bin/env bash
# A Docker engine, and the images that the container suite needs, on a Debian machine that can pull
# no image: base images are made of Debian's packages, Kafka and the registry of Maven's jars, under
# the names that the Dockerfiles and the compose file use. As root:
#
#   docker/offline-images.sh up       install and start an engine that publishes on 127.0.0.1 only
#   docker/offline-images.sh images   build the images that are missing; the project must be built
#   docker/offline-images.sh test     run the container suite; more arguments go to Maven
#   docker/offline-images.sh down     stop the engine, and put firewall and forwarding back
#
# FRESH=1 builds images again that exist. Where images can be pulled none of this is needed:
# mvn -Pcontainers -pl tests/integration -am verify.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly WORK="$PWD/docker/target/offline"
# Where this machine gets its Debian packages from.
readonly MIRROR="${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2> /dev/null | head -1)}"
readonly M2="${MAVEN_REPOSITORY:-$HOME/.m2/repository}"
readonly BASE=debian:12-slim BUILDER=deftstream/builder:offline
readonly KAFKA=apache/kafka:4.3.1 REGISTRY=apicurio/apicurio-registry-mem:2.6.13.Final
# The images are built with plain instructions, so that an engine without BuildKit will do.
export DOCKER_BUILDKIT=0

say() { printf 'offline-images: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

answers() { docker version --format '{{.Server.Version}}' > /dev/null 2>&1; }

missing() { [[ -n "${FRESH:-}" ]] || ! docker image inspect "$1" > /dev/null 2>&1; }

install_packages() {
  local wanted=() package
  for package in docker.io containerd runc iptables docker-compose debootstrap; do
    dpkg -s "$package" > /dev/null 2>&1 || wanted+=("$package")
  done
  ((${#wanted[@]})) || return 0
  say "installing ${wanted[*]}"
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${wanted[@]}" > /dev/null
}

up() {
  install_packages
  if answers; then
    say "an engine answers already"
    return
  fi
  mkdir -p "$WORK"
  # What the engine changes in the machine, to put it back.
  iptables-save > "$WORK/firewall"
  ip6tables-save > "$WORK/firewall6" 2> /dev/null || rm -f "$WORK/firewall6"
  cat /proc/sys/net/ipv4/ip_forward > "$WORK/ip_forward"
  nohup dockerd --ip=127.0.0.1 --pidfile "$WORK/dockerd.pid" > "$WORK/dockerd.log" 2>&1 < /dev/null &
  local i
  for ((i = 0; i < 60; i++)); do
    if answers; then
      say "engine $(docker version --format '{{.Server.Version}}') runs, log: $WORK/dockerd.log"
      return
    fi
    sleep 0.5
  done
  tail -n 5 "$WORK/dockerd.log" >&2
  die "the engine did not start within 30 s"
}

# Puts tables back as they were saved; one that did not exist then is emptied.
restore_firewall() {
  local tool="$1" saved="$2" table
  for table in filter nat; do
    grep -q "^\*$table" "$saved" && continue
    "$tool" -t "$table" -F
    "$tool" -t "$table" -X
    [[ "$table" != filter ]] || "$tool" -P FORWARD ACCEPT
  done
  "$tool-restore" < "$saved"
}

down() {
  if [[ -f "$WORK/dockerd.pid" ]]; then
    local pid
    pid="$(cat "$WORK/dockerd.pid")"
    kill "$pid" 2> /dev/null || true
    local i
    for ((i = 0; i < 60; i++)); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.5
    done
  fi
  ip link delete docker0 2> /dev/null || true
  if [[ -f "$WORK/firewall" ]]; then
    restore_firewall iptables "$WORK/firewall"
    [[ ! -f "$WORK/firewall6" ]] || restore_firewall ip6tables "$WORK/firewall6"
    cat "$WORK/ip_forward" > /proc/sys/net/ipv4/ip_forward
    rm -f "$WORK"/firewall "$WORK"/firewall6 "$WORK/ip_forward"
  fi
  say "the engine is stopped, firewall and forwarding are as before"
}

# The stand-in for Debian's image of the same name.
base_image() {
  missing "$BASE" || return 0
  say "making $BASE"
  if [[ ! -f "$WORK/base/etc/debian_version" ]]; then
    mkdir -p "$WORK"
    debootstrap --variant=minbase bookworm "$WORK/base.part" "$MIRROR" > "$WORK/debootstrap.log"
    rm -rf "$WORK"/base.part/var/cache/apt/archives/*.deb "$WORK"/base.part/usr/share/{doc,man,locale}/*
    mv "$WORK/base.part" "$WORK/base"
  fi
  tar -C "$WORK/base" -c . | docker import --change 'CMD ["bash"]' - "$BASE" > /dev/null
}

# What the Dockerfiles build on: a JDK, Maven, and this machine's repository, so that nothing is
# fetched during the build.
builder_image() {
  missing "$BUILDER" || return 0
  say "making $BUILDER"
  docker build -q --network=host -t "$BUILDER" -f docker/offline/builder.Dockerfile "$M2" > /dev/null
}

java_runtime() {
  [[ -x "$WORK/java/bin/java" ]] || jlink --output "$WORK/java" --strip-debug --no-man-pages \
    --no-header-files --compress=2 --add-modules java.se,jdk.unsupported,jdk.zipfs,jdk.crypto.ec,jdk.management,jdk.naming.dns
}

kafka_image() {
  missing "$KAFKA" || return 0
  say "making $KAFKA"
  local context="$WORK/kafka" jar
  rm -rf "$context" && mkdir -p "$context/libs"
  cp -r "$WORK/java" docker/offline/kafka/. "$context/"
  tr ':' '\n' < stream-app/target/classpath | grep '\.jar$' \
    | grep -vE '/(tensorflow|ndarray|javacpp|api-0|rocksdbjni|deft|picocli)[^/]*$' \
    | while read -r jar; do cp "$jar" "$context/libs/"; done
  docker build -q -t "$KAFKA" "$context" > /dev/null
}

registry_image() {
  missing "$REGISTRY" || return 0
  say "making $REGISTRY"
  local context="$WORK/registry"
  rm -rf "$context" && mkdir -p "$context"
  cp -r "$WORK/java" stream-app/devstack/target/registry docker/offline/registry/Dockerfile "$context/"
  docker build -q -t "$REGISTRY" "$context" > /dev/null
}

project_images() {
  local target
  for target in service trainer; do
    missing "deftstream/$target:latest" || continue
    say "building deftstream/$target"
    docker build -q -f docker/Dockerfile --target "$target" -t "deftstream/$target:latest" \
      --build-arg "BUILDER=$BUILDER" --build-arg "MAVEN_ARGS=-o" . > /dev/null
  done
}

images() {
  answers || die "no engine answers; start one: docker/offline-images.sh up"
  [[ -f stream-app/target/classpath ]] || die "build the project first: mvn -DskipTests package"
  base_image
  builder_image
  java_runtime
  kafka_image
  registry_image
  project_images
  docker images --format '{{.Repository}}:{{.Tag}}  {{.Size}}' | grep -v '<none>'
}

run_suite() {
  answers || die "no engine answers; start one: docker/offline-images.sh up"
  # Ryuk, which cleans up after Testcontainers, is an image that cannot be pulled here.
  TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 \
    mvn -B -Pcontainers -pl tests/integration -am verify -Dtest=NoUnitTest -Dit.test=ContainerPlatformIT \
    -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false "$@"
}

case "${1:-}" in
  up) up ;;
  images) images ;;
  test) shift && run_suite "$@" ;;
  down) down ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
