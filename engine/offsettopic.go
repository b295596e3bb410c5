package engine

import (
	"context"
	"strings"
)

// OffsetTopic is where a source connector's offsets are kept beside the worker's topic, and the settings of
// the clients that reach it.
type OffsetTopic struct {
	Name                      string // "" = in the worker's topic alone
	Producer, Consumer, Admin map[string]string
}

const (
	// offsetsTopicKey names a source connector's own offset topic.
	offsetsTopicKey = "offsets.storage.topic"

	bootstrapServers = "bootstrap.servers"
	isolationLevel   = "isolation.level"
	readCommitted    = "read_committed"
)

// OffsetTopic returns the offset topic that a source connector's config names. Settings in it that are for
// its producer, consumer and admin client count for those of the topic too.
//
// Errors: a variable without value, a setting that the policy of overrides refuses.
// Source: Worker.offsetStoreForRegularSourceConnector.
func (w *Worker) OffsetTopic(ctx context.Context, name string, props map[string]string) (OffsetTopic, error) {
	exactlyOnce := w.opt.exactlyOnce()
	_, set := props[offsetsTopicKey]
	// A task cannot write to two clusters in one transaction: its offsets are where its records are.
	_, elsewhere := props[producerOverride+bootstrapServers]
	elsewhere = elsewhere && exactlyOnce
	if !set && !elsewhere {
		return OffsetTopic{}, nil
	}
	props, err := w.Resolve(ctx, props)
	if err != nil {
		return OffsetTopic{}, err
	}
	t := OffsetTopic{Name: strings.TrimSpace(props[offsetsTopicKey])}
	if t.Name == "" && elsewhere {
		t.Name = strings.TrimSpace(w.opt.Config["offset.storage.topic"])
	}
	if t.Name == "" {
		return OffsetTopic{}, nil
	}
	if t.Producer, err = w.clients.producer("connector-producer-"+name, props); err != nil {
		return OffsetTopic{}, err
	}
	if t.Consumer, err = w.clients.consumer("connector-consumer-"+name, name, props); err != nil {
		return OffsetTopic{}, err
	}
	if exactlyOnce {
		if was := t.Consumer[isolationLevel]; was != "" && was != readCommitted {
			w.log.Warn("The value '" + was + "' for the '" + isolationLevel + "' property will be ignored as it cannot be overridden for source connectors' offset consumers when exactly-once source support is enabled. The value '" +
				readCommitted + "' will be used instead.")
		}
		t.Consumer[isolationLevel] = readCommitted
	}
	t.Admin, err = w.clients.admin("connector-adminclient-"+name, props)
	return t, err
}
