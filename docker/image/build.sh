#!/bin/sh
# Builds the program, lays out what an image holds, and says how large that is. The build stage of the
# images runs it; so may anybody, without a container engine:
#
#   OUT=/tmp/image docker/image/build.sh linux-x86_64 -o
#
#   build.sh CLASSIFIER [MAVEN ARGUMENT...]     CLASSIFIER of TensorFlow's native jar
#   OUT                                         where to; /opt, as the image has it, unless set
set -eu
natives=$1
shift
out=${OUT:-/opt}
home=$out/deftstream
[ ! -e "$home" ] || { echo "build.sh: $home is there already" >&2; exit 1; }
mkdir -p "$home/natives" "$home/jni"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# An image must not fail to build because a newer JDK warns of something new.
mvn -B -q --no-transfer-progress -Dmaven.test.skip=true -Dspotless.check.skip=true \
  -Dmaven.compiler.failOnWarning=false "$@" \
  -pl stream-app/cli -am package dependency:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$home/lib"
cp stream-app/cli/target/deftstream-cli-*.jar "$home/lib/"
cp -r deft/models "$home/models"
rm -r "$home/models/instruments"
cp docker/image/deftstream docker/image/healthcheck LICENSE NOTICE "$home/"
mkdir "$home/bin"
mv "$home/deftstream" "$home/healthcheck" "$home/bin/"

# TensorFlow's libraries lie unpacked in the image; their jar, which nothing reads then, does not. The names
# of functions that no loader asks for are a quarter of them.
for jar in "$home"/lib/tensorflow-core-native-*-"$natives".jar; do
  (mkdir "$work/natives" && cd "$work/natives" && jar xf "$jar")
  rm "$jar"
done
find "$work/natives" \( -name '*.so*' -o -name '*LICENSE*' \) -type f -exec mv {} "$home/natives/" \;
for library in libtensorflow_cc.so.2 libtensorflow_framework.so.2 libjnitensorflow.so; do
  test -f "$home/natives/$library" || { echo "build.sh: $library is not in the jar of $natives" >&2; exit 1; }
  strip --strip-unneeded "$home/natives/$library"
done

# Of the libraries of RocksDB, of Kafka's codecs and of JNA those of this machine alone, unpacked too: nothing
# unpacks them into /tmp then, where a process that is killed leaves them.
#
#   only JAR LIBRARY...   moves these out of a jar, and takes the others out of it
only() {
  jar=$1
  shift
  mkdir "$work/jar"
  (cd "$work/jar" && jar xf "$jar")
  for library in "$@"; do
    mv "$work/jar/$library" "$home/jni/"
  done
  find "$work/jar" -type f \( -name '*.so' -o -name '*.a' -o -name '*.dll' -o -name '*.dylib' -o -name '*.jnilib' \) \
    -delete
  mv "$work/jar/META-INF/MANIFEST.MF" "$work/manifest"
  jar cfm "$work/new.jar" "$work/manifest" -C "$work/jar" .
  mv "$work/new.jar" "$jar"
  rm -r "$work/jar"
}
only "$home"/lib/rocksdbjni-*.jar librocksdbjni-linux64.so
only "$home"/lib/snappy-java-*.jar org/xerial/snappy/native/Linux/x86_64/libsnappyjava.so
only "$home"/lib/lz4-java-*.jar net/jpountz/util/linux/amd64/liblz4-java.so
only "$home"/lib/jna-[0-9]*.jar com/sun/jna/linux-x86-64/libjnidispatch.so
zstd=$(basename "$home"/lib/zstd-jni-*.jar .jar)
only "$home/lib/$zstd.jar" "linux/amd64/lib$zstd.so"
strip --strip-unneeded "$home"/jni/*.so

# A Java runtime of the modules that are used: jdeps finds the first line, the second is looked up
# at run time (TLS, SASL, time zones of zip file systems, the page of metrics).
jlink --output "$out/java" --strip-debug --no-man-pages --no-header-files --compress=2 --add-modules \
java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.scripting,java.sql,java.xml,jdk.unsupported,\
java.security.jgss,java.security.sasl,jdk.crypto.ec,jdk.httpserver,jdk.management,jdk.naming.dns,jdk.security.jgss,jdk.zipfs

# The classes as the JVM has them in memory, so that a start need not read and verify them: those of Java, and
# those of the program, which tries all that it needs of the libraries above on the way.
"$out/java/bin/java" -XX:+UseParallelGC -Xshare:dump > "$work/dump.log" 2>&1 || { cat "$work/dump.log" >&2; exit 1; }
mkdir "$work/tmp"
PATH="$out/java/bin:$PATH" DEFTSTREAM_CACHE="$work/cache" TENSORFLOW_LIBRARY_PATH="$home/natives" \
  TF_CPP_MIN_LOG_LEVEL=3 JAVA_OPTS="-Djava.io.tmpdir=$work/tmp -Xlog:cds=off -Xlog:cds+dynamic=off" \
  "$home/bin/deftstream" --make-archive
test -s "$home/classes.jsa" || { echo "build.sh: the JVM wrote no archive of classes" >&2; exit 1; }
left=$(find "$work/tmp" -name '*.so*')
[ -z "$left" ] || { echo "build.sh: a library was unpacked after all: $left" >&2; exit 1; }

du -csm "$home"/* "$out/java" | sed 's/\t/ MB /'
