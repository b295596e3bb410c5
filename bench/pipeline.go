package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/budget"
	"github.com/millrace/millrace/engine/consume"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/engine/stage"
)

// pipelineSpec is a case of a task's own parts between two topics of a standInBroker, which is another process.
type pipelineSpec struct {
	name string
	wire bool // of the bytes of responses, not of the client's records
	json bool // decoded
	send bool // to the other topic, as it was read
	lz4  bool // compressed on both sides
}

// pipelinePrefix begins the names of these cases. Nothing but bench/runner can run them.
const pipelinePrefix = "pipeline/"

func pipelineSpecs() []pipelineSpec {
	return []pipelineSpec{
		{name: pipelinePrefix + "topic-bytes-null/record"},
		{name: pipelinePrefix + "topic-bytes-null/wire", wire: true},
		{name: pipelinePrefix + "topic-json-null/record", json: true},
		{name: pipelinePrefix + "topic-json-null/wire", wire: true, json: true},
		{name: pipelinePrefix + "topic-bytes-topic/record", send: true, lz4: true},
		{name: pipelinePrefix + "topic-bytes-topic/wire", wire: true, send: true, lz4: true},
	}
}

// What these cases are made of.
const (
	pipelineRows = 64 * 1024 // of a pass
	// wireRows is how many records a batch of the broker has: about 1 MB, as those of a busy topic have.
	wireRows = 6144
)

// pipelineTask is the parts of a task.
type pipelineTask struct {
	broker  *standInBroker
	in      *consume.Records
	pass    *passer // instead of in
	decode  *stage.Sink
	out     *produce.Records
	waiting int // rows that were taken beyond a pass
	failed  chan error
}

// pipelineCase returns a case and what ends it.
func pipelineCase(spec pipelineSpec) (Case, func(), error) {
	p := &pipelineTask{failed: make(chan error, 1)}
	if err := p.open(spec); err != nil {
		p.close()
		return Case{}, nil, fmt.Errorf("%s: %w", spec.name, err)
	}
	set, err := records.SetOf("schemaless")
	if err != nil {
		return Case{}, nil, err
	}
	c := &converterCases{set: set}
	if err := c.load(); err != nil {
		return Case{}, nil, err
	}
	return Case{Name: spec.name, Records: pipelineRows, BytesPerRecord: c.bytes, Pass: p.run, Background: true}, p.close, nil
}

func (p *pipelineTask) open(spec pipelineSpec) error {
	var err error
	if p.broker, err = startStandIn(wireRows, spec.lz4); err != nil {
		return err
	}
	client := func(opts ...kgo.Opt) (*kgo.Client, error) {
		return kgo.NewClient(append(opts, kgo.SeedBrokers(p.broker.address))...)
	}
	group, err := consume.ClientOptions(map[string]string{"group.id": "bench"})
	if err != nil {
		return err
	}
	o := consume.Options{
		NewClient: func(own ...kgo.Opt) (*kgo.Client, error) { return client(append(group, own...)...) },
		Topics:    []string{standInFrom}, Memory: budget.New(64<<20, mem.NewPool()).Join(64 << 20), Rebalance: anyRebalance{}, Logger: slog.New(slog.DiscardHandler),
		RowsMax: 1024, BytesMax: 4 << 20, RecordBytesMax: 64 << 20, LaneDepth: 8,
	}
	dial := (&net.Dialer{}).DialContext
	if spec.wire {
		o.Dial = dial
	}
	if !spec.wire || !spec.send {
		if p.in, err = consume.New(o); err != nil {
			return err
		}
	}
	if spec.json {
		if err := p.decodes(); err != nil {
			return err
		}
	}
	if spec.send {
		props := map[string]string{"enable.idempotence": "false", "max.in.flight.requests.per.connection": "1"}
		if spec.lz4 {
			props["compression.type"] = "lz4"
		}
		if spec.wire {
			if p.out, err = produce.NewDialed(props, client, dial); err == nil {
				p.pass, err = newPasser(client, p.out, p)
			}
		} else {
			p.out, err = produce.New(props, client)
		}
	}
	return err
}

// decodes makes the stage of a sink that reads JSON without a schema.
func (p *pipelineTask) decodes() error {
	value, err := newJSON(false)
	if err != nil {
		return err
	}
	key, err := codec.NewSet(primitive.Classes()...).Find("org.apache.kafka.connect.converters.ByteArrayConverter")
	if err != nil {
		return err
	}
	keys, err := key.New(nil, true, codec.Context{})
	if err != nil {
		return err
	}
	p.decode = stage.NewSink(stage.SinkOptions{
		Key: stage.Side{Converter: keys}, Value: stage.Side{Converter: value}, Transforms: &stage.Chain{}, Identity: true,
		Operator: errant.NewOperator(errant.Options{}), KeyProjection: &batch.Projection{None: true},
	})
	return nil
}

// run takes the records of a pass; what came beyond them counts for the next.
func (p *pipelineTask) run() error {
	for p.waiting < pipelineRows {
		if p.pass != nil {
			n, err := p.pass.some()
			if err != nil {
				return err
			}
			p.waiting += n
			continue
		}
		list, err := p.in.Poll(context.Background(), time.Second)
		if err != nil {
			return err
		}
		for _, b := range list {
			p.waiting += b.Len()
			if err := p.take(b); err != nil {
				return err
			}
		}
	}
	p.waiting -= pipelineRows
	if p.out != nil {
		return p.sent()
	}
	return nil
}

// take brings a batch to its end.
func (p *pipelineTask) take(b *batch.Batch) error {
	if p.out != nil {
		b.Topics, b.Partition = batch.OneTopic(standInTo), 0
		p.out.Send(context.Background(), []produce.Rows{{B: b, Key: b.RawKey, Value: b.RawValue}}, p)
		return nil
	}
	defer b.Release()
	if p.decode == nil {
		return nil
	}
	out, failed, err := p.decode.Run(context.Background(), b)
	for _, x := range out {
		x.Release()
	}
	if err == nil && len(failed) > 0 {
		err = failed[0].Err
	}
	return err
}

// Acked implements produce.AckSink.
func (p *pipelineTask) Acked(results []produce.Result) {
	for i := range results {
		if err := results[i].Err; err != nil {
			select {
			case p.failed <- err:
			default:
			}
		}
	}
}

// sent waits until the broker has everything.
func (p *pipelineTask) sent() error {
	if err := p.out.Flush(context.Background()); err != nil {
		return err
	}
	select {
	case err := <-p.failed:
		return err
	default:
		return nil
	}
}

func (p *pipelineTask) close() {
	if p.in != nil {
		p.in.Close()
	}
	if p.pass != nil {
		p.pass.close()
	}
	if p.out != nil {
		p.out.Close()
	}
	if p.broker != nil {
		_ = p.broker.close() // it was told to end; how it did tells nothing of the case
	}
}

// anyRebalance takes what it is given, from where the group begins.
type anyRebalance struct{}

// Assigned implements consume.Rebalance.
func (anyRebalance) Assigned(context.Context, map[connectors.TopicPartition]int64) error { return nil }

// Revoked implements consume.Rebalance.
func (anyRebalance) Revoked(context.Context, []connectors.TopicPartition) error { return nil }

// Lost implements consume.Rebalance.
func (anyRebalance) Lost(context.Context, []connectors.TopicPartition) error {
	return errors.New("the partition was lost")
}
