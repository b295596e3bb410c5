package harness

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// javaMin is what Kafka 4 runs on.
const javaMin = 17

var javaVersion = regexp.MustCompile(`version "(\d+)`)

// FindJava returns a java command of version 17 or newer: JAVA_HOME's, the one on the path, then those below
// /usr/lib/jvm.
func FindJava(ctx context.Context) (string, error) {
	var found []string
	if home := os.Getenv("JAVA_HOME"); home != "" {
		found = append(found, filepath.Join(home, "bin", "java"))
	}
	if java, err := exec.LookPath("java"); err == nil {
		found = append(found, java)
	}
	installed, err := filepath.Glob("/usr/lib/jvm/*/bin/java")
	if err != nil {
		return "", err
	}
	for _, java := range append(found, installed...) {
		out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
		if err != nil {
			continue
		}
		m := javaVersion.FindSubmatch(out)
		if m == nil {
			continue
		}
		if v, err := strconv.Atoi(string(m[1])); err == nil && v >= javaMin {
			return java, nil
		}
	}
	return "", &MissingError{What: "Java 17 or newer", Why: "broker and original workers run on it", Install: "apt-get install openjdk-17-jre-headless, or set JAVA_HOME"}
}

// jvmFlags suit short runs on few cores: no second compiler, one collector thread.
func jvmFlags(heap string) []string {
	return []string{"-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC", "-Duser.language=en", "-Duser.country=US", "-Dfile.encoding=UTF-8"}
}

// warmFlags suit measurements: both compilers, and the collector and first heap that the original starts with.
func warmFlags(heap string) []string {
	return []string{"-Xms256m", "-Xmx" + heap, "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35", "-Duser.timezone=UTC", "-Duser.language=en", "-Duser.country=US", "-Dfile.encoding=UTF-8"}
}
