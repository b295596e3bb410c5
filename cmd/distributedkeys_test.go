package cmd

import (
	"strings"
	"testing"
)

// goodCluster are the properties that a worker in a cluster needs beside those of any worker.
const goodCluster = "group.id=g\nconfig.storage.topic=c\noffset.storage.topic=o\nstatus.storage.topic=s\n"

func TestDistributed_RefusesByName(t *testing.T) {
	for name, c := range map[string]struct{ lines, says string }{
		"no group":          {"group.id", `Missing required configuration "group.id" which has no default value.`},
		"no topic":          {"status.storage.topic", `Missing required configuration "status.storage.topic" which has no default value.`},
		"no such support":   {"exactly.once.source.support=maybe", "Invalid value maybe for configuration exactly.once.source.support: String must be one of (case insensitive): "},
		"protocol":          {"connect.protocol=new", "Invalid value new for configuration connect.protocol: Invalid Connect protocol compatibility"},
		"key algorithm":     {"inter.worker.key.generation.algorithm=Rot13", "Invalid value Rot13 for configuration inter.worker.key.generation.algorithm: the algorithm is not supported by this JVM"},
		"key size":          {"inter.worker.key.size=8", "Unable to create key generator with algorithm HmacSHA256 and key size 8: Key length must be at least 40 bits"},
		"signature":         {"inter.worker.signature.algorithm=HmacSHA1", "Invalid value HmacSHA1 for configuration inter.worker.signature.algorithm: Signature algorithm must be present in inter.worker.verification.algorithms list"},
		"no verification":   {"inter.worker.verification.algorithms=", "At least one signature verification algorithm must be provided"},
		"delay":             {"scheduled.rebalance.max.delay.ms=-1", "Invalid value -1 for configuration scheduled.rebalance.max.delay.ms: Value must be at least 0"},
		"replication":       {"config.storage.replication.factor=0", "Invalid value 0 for configuration config.storage.replication.factor"},
		"heartbeat is long": {"heartbeat.interval.ms=20000", "Invalid value 20000 for configuration heartbeat.interval.ms: must be set lower than the session timeout (10000)"},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := goodCluster
			if lines := strings.Split(goodCluster, "\n"); !strings.Contains(c.lines, "=") {
				cluster = ""
				for _, l := range lines {
					if !strings.HasPrefix(l, c.lines+"=") {
						cluster += l + "\n"
					}
				}
				c.lines = ""
			}
			out := &buffer{}
			file := workerFile(t, goodWorker+cluster+c.lines+"\n")
			if code := run(t.Context(), out, "distributed", file); code != exitStart || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit code %d; want %s in\n%s", code, c.says, out)
			}
		})
	}
}
