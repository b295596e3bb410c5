package store

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Log is a topic that is read from its start to its end, then followed, and written to.
//
// Start, ReadToEnd, Write and Close are safe for concurrent use. What was read is handed to Apply by one
// goroutine, in batches, in the order of each partition. Source: KafkaBasedLog.
type Log struct {
	o   LogOptions
	log *slog.Logger

	writer *kgo.Client
	admin  *kgo.Client // the writer, unless there are properties for it
	reader *kgo.Client // from Start on; the goroutines' own
	gone   bool        // the reading goroutine's: the topic is not there, which has been said
	needs  string      // Start's: who may not create the topic, if that is so

	asked chan struct{} // there are waiters
	moved chan struct{} // positions changed

	mu        sync.Mutex
	positions []int64 // by partition: the next offset to read
	waiters   []*waiter
	cancel    context.CancelFunc // of the goroutines
	closed    bool

	running sync.WaitGroup
}

// LogOptions says what a Log reads and writes.
type LogOptions struct {
	Topic     NewTopic
	TopicKey  string // worker's key of the topic's name
	Purpose   string // of the topic, in error texts
	OneOnly   bool   // the topic may have one partition only
	ClientID  string // of all clients; "" = as their properties say
	NewClient NewClient
	// Properties are those of Java's clients, by their plain names.
	Properties map[string]string
	// ReaderProperties and AdminProperties count instead, where they are set, for reading, and for what is
	// asked of brokers.
	ReaderProperties, AdminProperties map[string]string
	// WriterOptions say more about writing.
	WriterOptions []kgo.Opt
	// Apply takes what was read. It must not wait for the log.
	Apply  func([]Record)
	Logger *slog.Logger
}

// NewClient makes a client from Java client properties; see kafka.Clients.New.
type NewClient func(properties map[string]string, opts ...kgo.Opt) (*kgo.Client, error)

// NewLog checks the properties. It talks to nobody.
func NewLog(o LogOptions) (*Log, error) {
	l := &Log{o: o, log: o.Logger.With("topic", o.Topic.Name), asked: make(chan struct{}, 1), moved: make(chan struct{}, 1)}
	opts, err := writerOptions(o.Properties)
	if err != nil {
		return nil, err
	}
	if _, err = readerOptions(l.readerProperties()); err != nil {
		return nil, err
	}
	if l.writer, err = o.NewClient(l.clientProperties(o.Properties), append(opts, o.WriterOptions...)...); err != nil {
		return nil, err
	}
	l.admin = l.writer
	if o.AdminProperties != nil {
		if l.admin, err = o.NewClient(l.clientProperties(o.AdminProperties)); err != nil {
			l.writer.Close()
			return nil, err
		}
	}
	return l, nil
}

// clientProperties gives a client its name.
func (l *Log) clientProperties(props map[string]string) map[string]string {
	if l.o.ClientID == "" {
		return props
	}
	out := maps.Clone(props)
	out["client.id"] = l.o.ClientID
	return out
}

// adminProperties are those of who asks brokers.
func (l *Log) adminProperties() map[string]string {
	if l.o.AdminProperties != nil {
		return l.o.AdminProperties
	}
	return l.o.Properties
}

func (l *Log) readerProperties() map[string]string {
	if l.o.ReaderProperties != nil {
		return l.o.ReaderProperties
	}
	return l.o.Properties
}

// Start creates the topic if there is none, checks it, and reads it to its end. It waits for brokers that
// cannot be reached, until ctx ends, in some cases for a limited time.
//
// Errors: *Error, or a *config.ConfigException for a topic that cannot be used. Close the log also then.
func (l *Log) Start(ctx context.Context) error {
	started := time.Now()
	if err := l.ensureTopic(ctx); err != nil {
		return err
	}
	partitions, err := l.lookUp(ctx)
	if err != nil {
		return err
	}
	if err := l.checkPartitions(partitions); err != nil {
		return err
	}
	if err := l.follow(ctx, partitions); err != nil {
		return err
	}
	if err := l.ReadToEnd(ctx); err != nil {
		return err
	}
	l.log.Info("internal topic read to its end", "partitions", partitions, "took", time.Since(started).Round(time.Millisecond))
	return nil
}

// Partitions is the number of partitions, known from Start on.
func (l *Log) Partitions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.positions)
}

// flushMax bounds how long Close waits for what nobody else waits for.
const flushMax = 5 * time.Second

// Close ends reading and writing; who waits gets an error. It waits for Apply to return, and for a while
// for what was sent and is not written.
func (l *Log) Close() {
	l.mu.Lock()
	l.closed = true
	if l.cancel != nil {
		l.cancel()
	}
	l.mu.Unlock()
	l.running.Wait()
	if l.reader != nil {
		l.reader.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushMax)
	defer cancel()
	_ = l.writer.Flush(ctx) // what is not written then is lost, and said so to who sent it
	l.writer.Close()
	if l.admin != l.writer {
		l.admin.Close()
	}
	l.end(errClosed)
}
