#!/bin/sh
# Runs inside the build stage of an image: builds the program and lays out /out for the next stage.
#
#   build.sh CLASSIFIER [MAVEN ARGUMENT...]     CLASSIFIER of TensorFlow's native jar
set -eu
natives=$1
shift

# An image must not fail to build because a newer JDK warns of something new.
mvn -B -q --no-transfer-progress -Dmaven.test.skip=true -Dspotless.check.skip=true \
  -Dmaven.compiler.failOnWarning=false "$@" \
  -pl stream-app/cli -am package dependency:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory=/out/lib
cp stream-app/cli/target/deftstream-cli-*.jar /out/lib/
cp -r deft/models /out/models
rm -r /out/models/instruments

# The libraries lie unpacked in the image; their jar, which nothing reads then, does not.
mkdir -p /out/natives /tmp/natives
unpack() {
  (cd /tmp/natives && jar xf "$1")
  rm "$1"
}
for jar in /out/lib/tensorflow-core-native-*-"$natives".jar; do
  unpack "$jar"
done
find /tmp/natives -name '*.so*' -exec mv {} /out/natives/ \;
for library in libtensorflow_cc.so.2 libtensorflow_framework.so.2 libjnitensorflow.so; do
  test -f "/out/natives/$library" || { echo "build.sh: $library is not in the jar of $natives" >&2; exit 1; }
done

# A Java runtime of the modules that are used: jdeps finds the first line, the second is looked up
# at run time (TLS, SASL, time zones of zip file systems, the page of metrics).
jlink --output /out/java --strip-debug --no-man-pages --no-header-files --compress=2 --add-modules \
java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.scripting,java.sql,java.xml,jdk.unsupported,\
java.security.jgss,java.security.sasl,jdk.crypto.ec,jdk.httpserver,jdk.management,jdk.naming.dns,jdk.security.jgss,jdk.zipfs
