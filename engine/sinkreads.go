package engine

import (
	"fmt"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/stage"
)

// sinkTaskClass is the Java class that a record counts as refused by whose value cannot be written for a sink: as if its task had written it.
const sinkTaskClass = "org.apache.kafka.connect.sink.SinkTask"

// AskSink asks a task that has started, of the named connector, what it reads, and sets the options of its stage so. The caller closes
// opt.Text where it is set.
//
// Errors: the task asks for values as JSON that no JsonConverter writes.
func (w *Worker) AskSink(task connectors.SinkTask, connector string, opt *stage.SinkOptions) error {
	if p, ok := task.(connectors.Projector); ok {
		opt.KeyProjection, opt.ValueProjection = p.Projection()
	}
	if r, ok := task.(connectors.RawReader); ok {
		opt.Raw = r.ReadsRaw()
	}
	r, ok := task.(connectors.JSONReader)
	if !ok {
		return nil
	}
	props := r.ReadsJSON()
	if props == nil {
		return nil
	}
	class, err := w.opt.Plugins.Converters.Find(jsonConverter)
	if err != nil || class.New == nil {
		return connectors.Errorf("connector %q reads values as JSON, and this program has no converter %s: add its class to the plugins of main", connector, jsonConverter)
	}
	if opt.Text, err = class.New(props, false, w.converterContext(connector, "value as JSON")); err != nil {
		return fmt.Errorf("connector %q reads values as JSON in a form that there is not: %w", connector, err)
	}
	opt.TextClass = sinkTaskClass
	return nil
}
