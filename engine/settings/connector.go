package settings

import (
	"strings"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
)

// Errors are the errors.* settings of a connector.
type Errors struct {
	RetryTimeout  time.Duration // negative: for ever
	RetryDelayMax time.Duration
	TolerateAll   bool
	Log           bool
	LogMessages   bool
}

// DeadLetters are the settings of a sink's dead letter queue.
type DeadLetters struct {
	Topic             string // "" = none
	ReplicationFactor int16
	Headers           bool
}

// ParseErrors reads the errors.* settings of a connector config.
func ParseErrors(props map[string]string) (Errors, error) {
	v, err := subset(Connector(Defaults{}, Validators{}), "errors.").Parse(props)
	if err != nil {
		return Errors{}, err
	}
	return Errors{
		RetryTimeout:  Millis(v.Int64("errors.retry.timeout")),
		RetryDelayMax: Millis(v.Int64("errors.retry.delay.max.ms")),
		TolerateAll:   strings.EqualFold(v.String("errors.tolerance"), "all"),
		Log:           v.Bool("errors.log.enable"),
		LogMessages:   v.Bool("errors.log.include.messages"),
	}, nil
}

// ParseDeadLetters reads the dead letter queue of a sink's config.
func ParseDeadLetters(props map[string]string) (DeadLetters, error) {
	v, err := subset(define(config.NewDef(), sinkKeys()), "errors.deadletterqueue.").Parse(props)
	if err != nil {
		return DeadLetters{}, err
	}
	return DeadLetters{
		Topic:             strings.TrimSpace(v.String(DeadLetterTopic)),
		ReplicationFactor: v.Int16("errors.deadletterqueue.topic.replication.factor"),
		Headers:           v.Bool("errors.deadletterqueue.context.headers.enable"),
	}, nil
}

// TasksMax reads tasks.max and tasks.max.enforce.
func TasksMax(props map[string]string) (n int, enforce bool, err error) {
	v, err := subset(Connector(Defaults{}, Validators{}), "tasks.max").Parse(props)
	if err != nil {
		return 0, false, err
	}
	return int(v.Int32("tasks.max")), v.Bool("tasks.max.enforce"), nil
}

// Topics returns what a sink subscribes to: names, or a pattern that must match whole names.
// Source: SinkConnectorConfig.parseTopicsList.
func Topics(props map[string]string) (topics []string, pattern *regex.Pattern, err error) {
	if !blank(props["topics"]) {
		seen := map[string]struct{}{}
		for _, t := range strings.Split(props["topics"], ",") {
			t = strings.TrimSpace(t)
			if _, dup := seen[t]; t != "" && !dup {
				seen[t] = struct{}{}
				topics = append(topics, t)
			}
		}
		return topics, nil, nil
	}
	if pattern, err = regex.Compile(props["topics.regex"]); err != nil {
		return nil, nil, config.InvalidValue("topics.regex", props["topics.regex"], "Invalid regex: "+err.Error())
	}
	return nil, pattern, nil
}

// subset returns the keys of d with the prefix.
func subset(d *config.Def, prefix string) *config.Def {
	out := config.NewDef()
	for _, k := range d.Keys() {
		if strings.HasPrefix(k.Name, prefix) {
			out.Define(k)
		}
	}
	return out
}

// Millis is milliseconds as a duration; a value too large for one means for ever.
func Millis(n int64) time.Duration {
	if n > int64(1<<63-1)/int64(time.Millisecond) {
		return 1<<63 - 1
	}
	return time.Duration(n) * time.Millisecond
}

// blank is Utils.isBlank.
func blank(s string) bool { return strings.TrimSpace(s) == "" }
