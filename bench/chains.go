package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
)

// chainSteps are JSON through a sink's stage to JSON: without transforms, and through the chain "five" of the list.
var chainSteps = []string{"chain-none", "chain-five"}

// ChainCases returns those cases of a plain data set, none of others.
func ChainCases(set records.Set) ([]Case, error) {
	specs, err := transformSpecs()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(specs, func(s transformSpec) bool { return s.name == "five" })
	if at < 0 || !specs[at].isFor(set.Name) {
		return nil, nil
	}
	c, err := newConverterCases(set)
	if err != nil {
		return nil, err
	}
	var all []Case
	for k, steps := range [][]transformConfig{nil, specs[at].chain} {
		p, err := newPipe(c, steps)
		if err != nil {
			return nil, err
		}
		all = append(all, Case{Name: caseName(chainSteps[k], set), Records: set.Rows, BytesPerRecord: c.bytes, Pass: func() error {
			for i := range c.in {
				if err := p.run(i); err != nil {
					return fmt.Errorf("batch %d: %w", i, err)
				}
			}
			return nil
		}})
	}
	return all, nil
}

// pipe is what a task does to consumed batches for a sink that reads values as JSON, and what such a sink does at least: it lays the texts of a
// batch one behind the other, as the body of a request.
type pipe struct {
	c    *converterCases
	sink *stage.Sink
	body []byte
}

func newPipe(c *converterCases, steps []transformConfig) (*pipe, error) {
	chain, err := newChain(steps)
	if err != nil {
		return nil, err
	}
	var sides [2]codec.Converter
	for k := range sides {
		if sides[k], err = connectjson.Classes()[0].New(map[string]string{"schemas.enable": strconv.FormatBool(c.set.Envelope)}, k == 0, codec.Context{}); err != nil {
			return nil, err
		}
	}
	return &pipe{c: c, sink: stage.NewSink(stage.SinkOptions{
		Key: stage.Side{Converter: sides[0]}, Value: stage.Side{Converter: sides[1]}, Text: sides[1], Transforms: chain, Identity: len(steps) == 0,
		Operator: errant.NewOperator(errant.Options{}), KeyProjection: &batch.Projection{None: true},
	})}, nil
}

// run takes batch i through it.
func (p *pipe) run(i int) error {
	n := p.c.in[i].Len()
	in := p.c.pool.New(n)
	in.Topics, in.RawValue = batch.OneTopic(Topic), p.c.in[i]
	in.RawKey = batch.Bytes{Views: make([]batch.View, n), Valid: bits.New(n)} // no keys
	in.Offsets, in.Timestamps = make([]int64, n), make([]int64, n)
	for k := range n {
		in.Offsets[k], in.Timestamps[k] = int64(k), 1_700_000_000_000+int64(k)
	}
	out, failed, err := p.sink.Run(context.Background(), in)
	if err == nil && len(failed) > 0 {
		err = failed[0].Err
	}
	for _, b := range out {
		if err == nil {
			err = p.write(b)
		}
		b.Release()
	}
	return err
}

func (p *pipe) write(b *batch.Batch) error {
	p.body = p.body[:0]
	if b.Sel != nil || b.Value.Valid != nil && !b.Value.Valid.All(b.Len()) {
		return fmt.Errorf("%d of %d rows came through", b.Live(), b.Len())
	}
	for i := range b.Value.Views {
		p.body = append(p.body, b.Value.At(i)...)
	}
	if len(p.body) == 0 {
		return errors.New("nothing was written")
	}
	return nil
}
