package cmd

import (
	"os"
	"runtime"
	"strings"

	"github.com/millrace/millrace/internal/logs"
)

// logStart writes the lines that a worker starts with. The first two are Java's, tools look for them. cli is the
// logger of the command.
// Source: AbstractConnectCli.startConnect, AppInfoParser, WorkerInfo.
func logStart(lines *logs.Registry, cli string) {
	lines.Logger(cli).Info("Kafka Connect worker initializing ...")
	lines.Logger(infoLogger).Info("Kafka version: " + kafkaVersion)
	paceCollector()
	lines.Logger(workerLogger).Info("program",
		"millrace", version, "go", runtime.Version(), "os", runtime.GOOS, "arch", runtime.GOARCH,
		"cores", runtime.GOMAXPROCS(0), "memory_limit_bytes", limitMemory(), "pid", os.Getpid())
}

// clientVersion is the version as brokers accept it: letters, digits, dots and dashes.
func clientVersion(v string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, v), ".-")
}
