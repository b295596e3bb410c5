package cmd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/engine/deadletter"
	"github.com/millrace/millrace/engine/explain"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/kafka"
)

// dlqClientID names the clients of the commands about dead letters.
const dlqClientID = "millrace-dlq"

func (p *program) dlqCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "dlq",
		Short: "List, show, explain and replay a connector's dead letters",
		Long: "Looks at the dead letter topic of a connector: why records died, what they hold, whether they would pass now, and takes those that would back to the topic that they came from. " +
			"Only replay writes. See docs/dlq.md.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.dlqListCommand(), p.dlqShowCommand(), p.dlqExplainCommand(), p.dlqReplayCommand())
	return c
}

// dlqFlags are those of all commands about dead letters.
type dlqFlags struct {
	toolFlags
	topic string
}

func (f *dlqFlags) add(c *cobra.Command) {
	f.toolFlags.add(c)
	c.Flags().StringVar(&f.topic, "topic", "", "Dead letter topic. Default: the connector's "+settings.DeadLetterTopic+".")
}

// letters is a connector's dead letter topic, opened.
type letters struct {
	subject *explain.Subject
	own     map[string]string // the connector's config, with its variables replaced
	name    string            // of the connector
	topic   *deadletter.Topic
	// committed: the connector's consumer reads what is committed and nothing else.
	committed bool
}

// openLetters reads a connector's file and opens its dead letter topic. The caller closes the subject's worker.
func (p *program) openLetters(ctx context.Context, file string, f *dlqFlags) (*letters, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	s, err := p.subject(file, f.worker)
	if err != nil {
		return nil, err
	}
	l := &letters{subject: s}
	if err = l.open(ctx, p, f.topic); err != nil {
		s.Worker.Close(ctx)
		return nil, err
	}
	return l, nil
}

func (l *letters) open(ctx context.Context, p *program, topic string) error {
	if l.subject.File.Broken {
		_ = explain.WriteFindings(p.stderr, l.subject.File.Name, l.subject.File.Findings)
		return &ended{code: exitUsage}
	}
	var err error
	if l.own, err = l.subject.Worker.Resolve(ctx, l.subject.File.Map()); err != nil {
		return err
	}
	if l.name = l.own["name"]; l.name == "" {
		return fmt.Errorf("%s: name is missing: letters say which connector they are of", l.subject.File.Name)
	}
	if topic == "" {
		set, err := settings.ParseDeadLetters(l.own)
		if err != nil {
			return err
		}
		if topic = set.Topic; topic == "" {
			return fmt.Errorf("%s: %s is missing: the connector has no dead letters; --topic names another topic to look at", l.subject.File.Name, settings.DeadLetterTopic)
		}
	}
	props := consumerProps(l.subject, l.own, dlqClientID)
	props["client.id"] = dlqClientID // whatever the connector calls its consumer
	l.committed = props["isolation.level"] == "read_committed"
	asking, cancel := context.WithTimeout(ctx, previewWait)
	defer cancel()
	l.topic, err = deadletter.OpenTopic(asking, clientsOf(props), topic)
	return err
}

func clientsOf(props map[string]string) deadletter.NewClient {
	clients := kafka.Clients{Version: clientVersion(version)}
	return func(opts ...kgo.Opt) (*kgo.Client, error) { return clients.New(props, opts...) }
}

// producers makes clients with the settings of the connector's producers.
// Source: Worker.baseProducerConfigs.
func (l *letters) producers() deadletter.NewClient {
	return clientsOf(clientProps(l.subject, l.own, dlqClientID, "producer."))
}

// filterFlags select letters.
type filterFlags struct {
	deadletter.Filter
	key, since, until, origin string
}

func (f *filterFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.Stage, "stage", "", "Letters that died in this stage, such as VALUE_CONVERTER.")
	c.Flags().StringVar(&f.Class, "class", "", "Letters that died in this converter, transform or connector: full or simple class name.")
	c.Flags().StringVar(&f.Exception, "exception", "", "Letters that died of this exception: full or simple class name.")
	c.Flags().StringVar(&f.key, "key", "", "Letters whose key has these bytes.")
	c.Flags().StringVar(&f.since, "since", "", "Letters whose record has this timestamp or a later one, as 2006-01-02T15:04:05Z.")
	c.Flags().StringVar(&f.until, "until", "", "Letters whose record has an earlier timestamp.")
	c.Flags().StringVar(&f.origin, "origin", "", "Letters consumed at TOPIC/PARTITION, TOPIC/PARTITION@OFFSET or TOPIC/PARTITION@FIRST-LAST.")
}

// filter reads the flags.
func (f *filterFlags) filter(c *cobra.Command) (deadletter.Filter, error) {
	f.Key, f.HasKey = f.key, c.Flags().Changed("key")
	for _, t := range []struct {
		flag, text string
		into       *time.Time
	}{{"since", f.since, &f.Since}, {"until", f.until, &f.Until}} {
		if t.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, t.text)
		if err != nil {
			return f.Filter, fmt.Errorf("--%s %q is no time as 2006-01-02T15:04:05Z", t.flag, t.text)
		}
		*t.into = at
	}
	if f.origin != "" {
		r, err := parseOrigin(f.origin)
		if err != nil {
			return f.Filter, err
		}
		f.Origin = r
	}
	return f.Filter, nil
}

// parseOrigin reads TOPIC/PARTITION, with an offset or two behind it.
func parseOrigin(text string) (*deadletter.Range, error) {
	wrong := fmt.Errorf("--origin %q is none of TOPIC/PARTITION, TOPIC/PARTITION@OFFSET and TOPIC/PARTITION@FIRST-LAST", text)
	topic, rest, ok := strings.Cut(text, "/")
	place, offsets, some := strings.Cut(rest, "@")
	partition, err := strconv.ParseUint(place, 10, 31)
	if !ok || topic == "" || err != nil {
		return nil, wrong
	}
	r := &deadletter.Range{Topic: topic, Partition: int32(partition), To: math.MaxInt64}
	if !some {
		return r, nil
	}
	first, last, ranged := strings.Cut(offsets, "-")
	if !ranged {
		last = first
	}
	from, err1 := strconv.ParseUint(first, 10, 63)
	to, err2 := strconv.ParseUint(last, 10, 63)
	if errors.Join(err1, err2) != nil || to < from {
		return nil, wrong
	}
	r.From, r.To = int64(from), int64(to)
	return r, nil
}

// parsePlace reads PARTITION@OFFSET.
func parsePlace(text string) (partition int32, offset int64, err error) {
	p, o, _ := strings.Cut(text, "@")
	at, err1 := strconv.ParseUint(p, 10, 31)
	pos, err2 := strconv.ParseUint(o, 10, 63)
	if errors.Join(err1, err2) != nil {
		return 0, 0, fmt.Errorf("%q is no PARTITION@OFFSET of the dead letter topic, such as 0@17, as list prints them", text)
	}
	return int32(at), int64(pos), nil
}
