package engine

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/engine/settings"
)

// jsonConverter writes what a source's own converters refuse.
const jsonConverter = "org.apache.kafka.connect.json.JsonConverter"

// deadLetters makes the dead letter queue that the connector's config names, or nil.
// Source: Worker.sinkTaskReporters.
func (p *taskParts) deadLetters(ctx context.Context, m errant.Metrics) (*errant.DeadLetterQueue, error) {
	set, err := settings.ParseDeadLetters(p.connector)
	if err != nil || set.Topic == "" {
		return nil, err
	}
	props, err := p.w.clients.producer("connector-dlq-producer-"+p.t.id.String(), p.connector)
	if err != nil {
		return nil, err
	}
	p.w.clients.warnProducer(p.t.log, p.connector)
	admin, err := p.admin("connector-dlq-adminclient-" + p.t.id.String())
	if err != nil {
		return nil, err
	}
	if err := errant.CreateTopic(ctx, admin, set.Topic, set.ReplicationFactor); err != nil {
		return nil, err
	}
	within, err := produce.Delivery(props)
	if err != nil {
		return nil, err
	}
	cl, err := produce.ForTopic(ctx, props, set.Topic, p.client(props, nil))
	if err != nil {
		return nil, err
	}
	return &errant.DeadLetterQueue{ID: p.t.id, Topic: set.Topic, Headers: set.Headers, Client: cl, Until: func() context.Context { return produce.Within(within) }, Logger: p.w.log, Metrics: m}, nil
}

// sourceLetters makes the dead letter queue of a source, or nil: Java's sources have none, so that it takes a key of
// ours beside those of sinks.
//
// Errors: a ConfigException where the connector asks for a queue and names no topic.
func (p *taskParts) sourceLetters(ctx context.Context, m errant.Metrics) (*errant.DeadLetterQueue, error) {
	if !p.tuning.sourceLetters {
		return nil, nil
	}
	if _, asked := p.connector[settings.SourceLettersKey]; asked && !settings.HasDeadLetters(p.connector) {
		return nil, config.NewException(settings.DeadLetterTopic, settings.DeadLetterTopic+" is missing: "+
			settings.SourceLettersKey+" needs the topic that dead letters go to")
	}
	class, err := p.w.opt.Plugins.Converters.Find(jsonConverter)
	if err != nil {
		return nil, connectException(fmt.Sprintf("%s: rows that a converter refuses are written by %s, which this worker lacks", settings.SourceLettersKey, jsonConverter))
	}
	var json [2]codec.Converter // of keys, of values
	for i := range json {
		if json[i], err = class.New(map[string]string{"schemas.enable": "true"}, i == 0, p.w.converterContext(p.connector["name"], settings.SourceLettersKey)); err != nil {
			return nil, err
		}
		p.closers = append(p.closers, json[i].Close)
	}
	d, err := p.deadLetters(ctx, m)
	if d != nil {
		d.Source = errant.NewSourceRecords(p.conv.key.Converter, p.conv.value.Converter, p.conv.header, json[0], json[1])
	}
	return d, err
}

// pendingLetter is a row of a polled batch whose dead letter is on its way.
type pendingLetter struct {
	row    int32
	letter *errant.Letter
}

// pendingLetters is the dead letters of one polled batch. Used by the task's goroutine.
type pendingLetters []pendingLetter

var _ errant.Pending = (*pendingLetters)(nil)

// Add implements errant.Pending.
func (p *pendingLetters) Add(_ *batch.Batch, row int32, r connectors.Report) {
	if l, ok := r.(*errant.Letter); ok {
		*p = append(*p, pendingLetter{row, l})
	}
}
