//go:build e2e || soak

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// cell is a connector that meets errors: where in its tasks, and what its config says of them.
type cell struct {
	stage     string
	source    bool
	tolerance string
	letters   string // no dead letter queue when empty, else plain or headers
	retry     bool
}

// The stages that plugins can fail in, and produce, where Kafka refuses a record.
var (
	sinkStages   = []string{"key", "value", "header", "transform", "predicate", "put", "report"}
	sourceStages = []string{"key", "value", "header", "transform", "predicate", "produce"}
)

// retryTimeout is long enough for a word that is refused twice, also on a busy machine. One that is always refused is tried
// again at most neverRetries times in it: after 0.3, 0.9, 2.1 and 3 s. A busy machine comes to fewer.
const (
	retryTimeout = 3 * time.Second
	againRetries = 2
	neverRetries = 4
)

// errorCells returns every cell. A source has no dead letter queue in the original.
func errorCells() (all []cell) {
	for _, tolerance := range []string{"none", "all"} {
		for _, retry := range []bool{false, true} {
			for _, stage := range sinkStages {
				for _, letters := range []string{"", "plain", "headers"} {
					all = append(all, cell{stage: stage, tolerance: tolerance, letters: letters, retry: retry})
				}
			}
			for _, stage := range sourceStages {
				all = append(all, cell{stage: stage, source: true, tolerance: tolerance, retry: retry})
			}
		}
	}
	return all
}

// few reports whether a cell is one of those that every run of the tests has.
func (c cell) few() bool {
	return (c.source || c.letters == "headers") && c.retry == (c.tolerance == "all")
}

// known is what differs on purpose, see docs/compatibility.md: the text of what Kafka's client refuses, and that what
// stands behind a refused record in its batch goes out.
func (c cell) known(what string) bool {
	return c.stage == "produce" && c.tolerance == "none" && (what == "trace" || what == "produced")
}

// name is the connector's.
func (c cell) name() string {
	kind, retry := "sink", "once"
	if c.source {
		kind = "source"
	}
	if c.retry {
		retry = "retry"
	}
	return strings.Join([]string{kind, c.stage, c.tolerance, "dlq" + c.letters, retry}, "-")
}

// words are what goes in. See testdata/moody for what is wrong with some.
func (c cell) words() []string {
	switch {
	case c.stage == "put":
		return []string{"good", "again", "bad"}
	case c.stage == "produce":
		return []string{"good", "large", "last"}
	case c.tolerance == "all":
		return []string{"good", "bad", "again", "never", "last"}
	case c.retry && c.stage != "report":
		return []string{"good", "again", "never"}
	}
	return []string{"good", "bad"}
}

// topic is where a sink's words are; cells with the same words share it.
func (c cell) topic(prefix string) string { return prefix + "-" + strings.Join(c.words(), "-") }

// retriesTimeOut reports whether a word is tried again until errors.retry.timeout is over: how often depends on the machine.
func (c cell) retriesTimeOut() bool {
	return c.retry && c.stage != "report" && slices.Contains(c.words(), "never")
}

// fails reports whether the task must.
func (c cell) fails() bool { return c.tolerance == "none" || c.stage == "put" }

// config is the connector's, for one side: topics of its own, and the consumer group, start with side.
func (c cell) config(prefix, side string) harness.Properties {
	const moody = "com.example.moody."
	p := harness.Properties{
		"errors.tolerance": c.tolerance, "errors.log.enable": "true", "errors.log.include.messages": "true",
		"key.converter":    "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":  "org.apache.kafka.connect.storage.StringConverter",
		"header.converter": "org.apache.kafka.connect.storage.StringConverter",
	}
	if c.retry {
		p["errors.retry.timeout"] = fmt.Sprint(retryTimeout.Milliseconds())
	}
	if c.letters != "" {
		p["errors.deadletterqueue.topic.name"] = c.dead(side)
		p["errors.deadletterqueue.topic.replication.factor"] = "1"
		p["errors.deadletterqueue.context.headers.enable"] = fmt.Sprint(c.letters == "headers")
	}
	if c.source {
		p["connector.class"], p["words"], p["topic"] = moody+"MoodySource", strings.Join(c.words(), ","), c.out(side)
		p["producer.override.max.request.size"] = "2000"
	} else {
		p["connector.class"], p["topics"], p["moody"], p["file"] = moody+"MoodySink", c.topic(prefix), c.stage, c.file()
		p["consumer.override.group.id"] = c.group(side)
	}
	switch c.stage {
	case "key", "value", "header":
		p[c.stage+".converter"] = moody + "MoodyConverter"
	case "transform":
		p["transforms"], p["transforms.m.type"] = "m", moody+"MoodyTransform"
	case "predicate":
		p["transforms"], p["transforms.m.type"] = "m", "org.apache.kafka.connect.transforms.InsertHeader"
		p["transforms.m.header"], p["transforms.m.value.literal"] = "seen", "x"
		p["transforms.m.predicate"], p["predicates"], p["predicates.p.type"] = "p", "p", moody+"MoodyPredicate"
	}
	return p
}

func (c cell) dead(side string) string  { return side + "-dead-" + c.name() }
func (c cell) out(side string) string   { return side + "-out-" + c.name() }
func (c cell) group(side string) string { return side + "-" + c.name() }
func (c cell) file() string             { return c.name() + ".txt" }
