package file

import (
	"context"
	"os"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Members of source partitions and offsets.
const (
	filenameField = "filename"
	positionField = "position"
)

// sourceConnector reads lines. Source: FileStreamSourceConnector.
type sourceConnector struct {
	stdin *os.File
	def   *config.Def
	props map[string]string
}

var (
	_ connectors.SourceConnector      = (*sourceConnector)(nil)
	_ connectors.ExactlyOnceSupporter = (*sourceConnector)(nil)
	_ connectors.SourceOffsetAlterer  = (*sourceConnector)(nil)
)

// Start checks the config.
func (c *sourceConnector) Start(_ context.Context, cc connectors.ConnectorContext, props map[string]string) error {
	v, err := c.def.Parse(props)
	if err != nil {
		return err
	}
	c.props = props
	cc.Logger().Info("reading lines", "file", orElse(v.String(fileKey), "standard input"))
	return nil
}

// TaskConfigs returns one task: a file is one stream.
func (c *sourceConnector) TaskConfigs(context.Context, int) ([]map[string]string, error) {
	return []map[string]string{c.props}, nil
}

// Stop has nothing to end.
func (c *sourceConnector) Stop(context.Context) error { return nil }

// NewTask returns the task.
func (c *sourceConnector) NewTask() connectors.SourceTask {
	return &sourceTask{stdin: c.stdin, def: c.def}
}

// ExactlyOnceSupport is true for a file that is only appended to; standard input has no offsets.
func (c *sourceConnector) ExactlyOnceSupport(props map[string]string) bool {
	v, err := c.def.Parse(props)
	return err == nil && v.String(fileKey) != ""
}

// AlterOffsets checks the form of offsets; whether the file is that long shows when the task starts.
// Source: FileStreamSourceConnector.alterOffsets.
func (c *sourceConnector) AlterOffsets(_ context.Context, props map[string]string, offsets []connectors.PartitionOffset) (bool, error) {
	v, err := c.def.Parse(props)
	if err != nil {
		return false, err
	}
	if v.String(fileKey) == "" {
		return false, connectors.Errorf("Offsets cannot be modified if the '%s' configuration is unspecified. "+
			"This is because stdin is used for input and offsets are not tracked.", fileKey)
	}
	for _, o := range offsets {
		// A reset passes for any partition: it is how garbage is cleaned up.
		if o.Offset.IsNull() {
			continue
		}
		position, ok := member(o.Offset, positionField)
		switch {
		case !ok:
			return false, connectors.Errorf("Offset objects should either be null or contain the key '%s'", positionField)
		case position.Tag() != batch.TagInt64:
			return false, connectors.Errorf("The value for the '%s' key in the offset is expected to be a Long value", positionField)
		case position.Int() < 0:
			return false, connectors.Errorf("The value for the '%s' key in the offset should be a non-negative value", positionField)
		case o.Partition.IsNull():
			return false, connectors.Errorf("Partition objects cannot be null")
		}
		if _, ok := member(o.Partition, filenameField); !ok {
			return false, connectors.Errorf("Partition objects should contain the key '%s'", filenameField)
		}
	}
	return true, nil
}

// member returns the value of a map under a text key.
func member(v batch.Value, name string) (batch.Value, bool) {
	m := v.Map()
	if m == nil {
		return batch.Value{}, false
	}
	for i, k := range m.Keys {
		if k.Tag() == batch.TagString && k.Str() == name {
			return m.Values[i], true
		}
	}
	return batch.Value{}, false
}

// single returns the map {name: v}.
func single(name string, v batch.Value) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(name)}, Values: []batch.Value{v}})
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
