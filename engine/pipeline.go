package engine

import (
	"context"
	"errors"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/stage"
)

// Pipeline is what stands between Kafka and a plugin, made of a connector's config as for a task: for tools
// that show what it does to records. Nothing of it runs, and it opens no client.
//
// Not safe for concurrent use.
type Pipeline struct {
	Class       *connectors.Class
	Key, Value  stage.Side
	Header      codec.HeaderConverter
	HeaderClass string
	Chain       *stage.Chain

	conv converters
}

// NewPipeline makes the converters, transforms and predicates of a connector config, variables in it
// replaced. The caller closes it.
//
// Errors: those with which a task of the connector would fail to start.
func (w *Worker) NewPipeline(ctx context.Context, raw map[string]string) (*Pipeline, error) {
	props, class, err := w.resolvedClass(ctx, raw)
	if err != nil {
		return nil, err
	}
	conv, err := w.newConverters(props)
	if err != nil {
		return nil, err
	}
	chain, err := w.newChain(props, nil, w.log)
	if err != nil {
		return nil, errors.Join(append([]error{err}, conv.close()...)...)
	}
	return &Pipeline{Class: class, Key: conv.key, Value: conv.value, Header: conv.header, HeaderClass: conv.headerClass,
		Chain: &chain.Chain, conv: conv}, nil
}

// Close closes the converters, transforms and predicates.
func (p *Pipeline) Close() error {
	return errors.Join(append([]error{p.Chain.Close()}, p.conv.close()...)...)
}
