package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/engine/deadletter"
	"github.com/millrace/millrace/engine/explain"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/kafka"
)

// dlqClientID names the clients that read and replay dead letters.
const dlqClientID = "millrace-dlq"

// letters is a connector's dead letter topic, opened: the desk of this process.
type letters struct {
	subject   *explain.Subject
	clients   kafka.Clients
	ownWorker bool     // the subject's worker is closed with it
	program   *program // that is told what is wrong with a connector file; nil: nobody
	log       *slog.Logger

	own   map[string]string // the connector's config, with its variables replaced
	name  string            // of the connector
	topic *deadletter.Topic
	// committed: the connector's consumer reads what is committed and nothing else.
	committed bool
}

var _ letterDesk = (*letters)(nil)

func toolClients() kafka.Clients { return kafka.Clients{Version: clientVersion(version)} }

// errNoLetters says that a connector has no dead letter topic.
var errNoLetters = errors.New("the connector has no dead letters")

// open reads the connector's config and opens its dead letter topic, or another one.
func (l *letters) open(ctx context.Context, topic string) error {
	if l.subject.File.Broken {
		return l.findings(l.subject.File.Findings)
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
			return fmt.Errorf("%s: %s is missing: %w; --topic names another topic to look at", l.subject.File.Name, settings.DeadLetterTopic, errNoLetters)
		}
	}
	props := consumerProps(l.subject, l.own, dlqClientID)
	props["client.id"] = dlqClientID // whatever the connector calls its consumer
	l.committed = props["isolation.level"] == "read_committed"
	asking, cancel := context.WithTimeout(ctx, previewWait)
	defer cancel()
	l.topic, err = deadletter.OpenTopic(asking, l.clientsOf(props), topic)
	return err
}

func (l *letters) close(ctx context.Context) {
	if l.ownWorker {
		l.subject.Worker.Close(ctx)
	}
}

func (l *letters) clientsOf(props map[string]string) deadletter.NewClient {
	return func(opts ...kgo.Opt) (*kgo.Client, error) { return l.clients.New(props, opts...) }
}

// producers makes clients with the settings of the connector's producers.
// Source: Worker.baseProducerConfigs.
func (l *letters) producers() deadletter.NewClient {
	return l.clientsOf(clientProps(l.subject, l.own, dlqClientID, "producer."))
}

// at finds a letter.
func (l *letters) at(ctx context.Context, place string) (*deadletter.Letter, error) {
	partition, offset, err := parsePlace(place)
	if err != nil {
		return nil, err
	}
	return l.topic.At(ctx, partition, offset)
}

// runner makes what takes letters through the connector's config.
func (l *letters) runner(ctx context.Context) (*explain.Runner, error) {
	r, err := openRunner(ctx, l.subject)
	if err != nil && l.program != nil {
		return nil, l.program.refused(ctx, l.subject, err)
	}
	return r, err
}

// sink starts the connector's sink.
func (l *letters) sink(ctx context.Context) (*deadletter.Sink, error) {
	log := l.log
	if log == nil {
		log = slog.New(slog.NewTextHandler(l.program.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	return deadletter.OpenSink(ctx, deadletter.SinkOptions{Worker: l.subject.Worker, Pool: batch.NewPool(mem.NewPool()), Config: l.subject.File.Map(), Logger: log, Wait: waitFor})
}

// note tells what whoever replays should know.
func (l *letters) note(text string) {
	if l.program != nil {
		fmt.Fprintln(l.program.stderr, "note: "+text)
		return
	}
	l.log.Warn("replay of dead letters: "+text, "connector", l.name)
}

// findings tells what is wrong with the connector's file.
func (l *letters) findings(list []explain.Finding) error {
	if l.program == nil {
		return fmt.Errorf("%s: the config cannot be read", l.subject.File.Name)
	}
	_ = explain.WriteFindings(l.program.stderr, l.subject.File.Name, list)
	return &ended{code: exitUsage}
}
