#!/bin/sh
# Measures the original's converters and transforms, warm, on one thread: a JSON line on standard output for each name of a case on
# standard input.
#
#	go run ./bench/records/cmd/writerecords DIR && echo json/decode/schemaless | bench/java/run.sh DIR
#
# Java: ORACLE_JAVA_HOME, else the newest JDK under /usr/lib/jvm, else JAVA_HOME, else `java` on the path. The collector and the heap
# are Kafka Connect's own defaults (G1, -Xms256M -Xmx2G); BENCH_JAVA_OPTS adds options.
set -e
dir=$(cd "$(dirname "$0")" && pwd)

newest_jdk() {
	for java in /usr/lib/jvm/*/bin/javac; do
		[ -x "$java" ] || continue
		home=${java%/bin/javac}
		version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null)
		[ -n "$version" ] && echo "$version $home"
	done | sort -n | tail -1 | cut -d' ' -f2-
}

home=${ORACLE_JAVA_HOME:-$(newest_jdk)}
home=${home:-$JAVA_HOME}
java=java
if [ -n "$home" ]; then
	JAVA_HOME=$home
	export JAVA_HOME
	java=$home/bin/java
fi

target=$dir/target
stamp=$target/built
if [ ! -f "$stamp" ] || [ -n "$(find "$dir/src" "$dir/pom.xml" -newer "$stamp" -print -quit)" ]; then
	(cd "$dir" && mvn -q -B package) >&2
	touch "$stamp"
fi

# Confluent's converters are those of the oracle.
oracle=$dir/../../e2e/oracle
[ -d "$oracle/target/confluent" ] || "$oracle/run.sh" --about >&2

exec "$java" -Xms256M -Xmx2G -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -Duser.timezone=UTC -Dmillrace.bench.transforms="$dir/../transforms.txt" $BENCH_JAVA_OPTS -cp "$target/classes:$target/lib/*:$oracle/target/confluent/debezium-connector-cassandra-4/*:$oracle/target/lib/*" millrace.bench.Main "$@"
