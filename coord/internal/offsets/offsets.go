// Package offsets is how herders read and change connectors' offsets.
package offsets

import (
	"cmp"
	"slices"
	"strings"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// ofSink lists committed offsets by topic and partition.
func ofSink(committed map[connectors.TopicPartition]int64) []coord.Offset {
	order := make([]connectors.TopicPartition, 0, len(committed))
	for tp := range committed {
		order = append(order, tp)
	}
	slices.SortFunc(order, func(a, b connectors.TopicPartition) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	out := make([]coord.Offset, len(order))
	for i, tp := range order {
		out[i] = connectors.SinkOffset(tp, committed[tp])
	}
	return out
}

// distinct returns offsets as they read back from a store, the last one of each partition.
func distinct(offsets []coord.Offset) ([]coord.Offset, error) {
	at := make(map[string]int, len(offsets))
	out := make([]coord.Offset, 0, len(offsets))
	for _, o := range offsets {
		content, err := connectors.OffsetContent(o.Partition)
		if err != nil {
			return nil, err
		}
		if o.Partition, err = connectors.NormalizeOffsetMap(o.Partition); err != nil {
			return nil, err
		}
		if o.Offset, err = connectors.NormalizeOffsetMap(o.Offset); err != nil {
			return nil, err
		}
		if i, ok := at[content]; ok {
			out[i] = o
			continue
		}
		at[content] = len(out)
		out = append(out, o)
	}
	return out, nil
}

// modified is the message for the client. Source: Worker.completeModifyOffsetsCallback.
func modified(handled, reset bool) string {
	verb := "altered"
	if reset {
		verb = "reset"
	}
	if handled {
		return "The offsets for this connector have been " + verb + " successfully"
	}
	return "The Connect framework-managed offsets for this connector have been " + verb + " successfully. However, if this connector manages offsets " +
		"externally, they will need to be manually " + verb + " in the system that the connector uses."
}
