// Package counter is a source that counts in several source partitions and tells in a history what it makes, the twin of
// the Java class in ../java.
package counter

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Keys of the connector's config; ours is added to those of tasks.
const (
	topicKey      = "topic"
	partitionsKey = "partitions"  // how many source partitions there are
	intervalKey   = "interval.ms" // between two polls
	historyKey    = "history"     // the file of events
	goalKey       = "goal.file"   // holds the number at which each partition ends, once that is known
	abortKey      = "abort"       // true: with transaction.boundary=connector, every second transaction is aborted
	oursKey       = "ours"        // the partitions of a task
)

// Class returns the connector class.
func Class() *connectors.Class {
	return &connectors.Class{Name: "com.example.counter.CounterSource", TaskClass: "com.example.counter.CounterSourceTask", Version: "1.0", Def: config.NewDef(),
		NewSource: func() connectors.SourceConnector { return &connector{} }}
}

type connector struct{ props map[string]string }

var (
	_ connectors.ExactlyOnceSupporter = (*connector)(nil)
	_ connectors.BoundaryDefiner      = (*connector)(nil)
)

func (c *connector) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	return nil
}

// TaskConfigs deals out the partitions.
func (c *connector) TaskConfigs(_ context.Context, tasksMax int) ([]map[string]string, error) {
	n, err := strconv.Atoi(c.props[partitionsKey])
	if err != nil {
		return nil, connectors.Errorf("%s: %w", partitionsKey, err)
	}
	tasks := make([]map[string]string, min(n, tasksMax))
	for i := range tasks {
		var ours []string
		for p := i; p < n; p += len(tasks) {
			ours = append(ours, strconv.Itoa(p))
		}
		tasks[i] = maps.Clone(c.props)
		tasks[i][oursKey] = strings.Join(ours, ",")
	}
	return tasks, nil
}

func (c *connector) Stop(context.Context) error                            { return nil }
func (c *connector) NewTask() connectors.SourceTask                        { return &task{} }
func (c *connector) ExactlyOnceSupport(map[string]string) bool             { return true }
func (c *connector) CanDefineTransactionBoundaries(map[string]string) bool { return true }
