package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/connectors"
)

// requestTimeout bounds requests for offsets. Source: RestServer.DEFAULT_REST_REQUEST_TIMEOUT_MS.
const requestTimeout = 90 * time.Second

// SinkOffsets reads the committed offsets of a sink's consumer group. Source: Worker.sinkConnectorOffsets.
func (w *Worker) SinkOffsets(ctx context.Context, name string, props map[string]string) (map[connectors.TopicPartition]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	g, err := w.sinkGroup(ctx, name, props)
	if err != nil {
		return nil, err
	}
	defer g.close()
	out, err := g.list(ctx)
	if err != nil {
		return nil, &connectors.Error{Class: connectors.ConnectException, Err: err,
			Text: "Failed to retrieve consumer group offsets for sink connector " + name}
	}
	return out, nil
}

// AlterSinkOffsets lets the plugin check or apply offsets, then sets them in the consumer group; nil ones
// are removed. handled says whether the plugin knows of the change.
// Source: Worker.modifySinkConnectorOffsets, alterSinkConnectorOffsets.
func (w *Worker) AlterSinkOffsets(ctx context.Context, name string, props map[string]string, offsets map[connectors.TopicPartition]*int64) (handled bool, err error) {
	return w.modifySink(ctx, name, props, func(ctx context.Context, g *sinkGroup) (bool, error) {
		ask := make(map[connectors.TopicPartition]int64, len(offsets))
		var set kadm.Offsets
		var reset kadm.TopicsSet
		for tp, o := range offsets {
			if o == nil {
				ask[tp] = -1
				reset.Add(tp.Topic, tp.Partition)
			} else {
				ask[tp] = *o
				set.AddOffset(tp.Topic, tp.Partition, *o, -1)
			}
		}
		handled, err := g.alter(ctx, ask)
		if err != nil {
			return false, err
		}
		var errs []error
		if len(set) > 0 {
			resp, err := g.adm.CommitOffsets(ctx, g.id, set)
			errs = append(errs, err, resp.Error())
		}
		if len(reset) > 0 {
			resp, err := g.adm.DeleteOffsets(ctx, g.id, reset)
			errs = append(errs, err, resp.Error())
		}
		return handled, modifyError("alter", "Failed to alter consumer group offsets for connector "+name, name, errors.Join(errs...))
	})
}

// ResetSinkOffsets lets the plugin check or apply that all offsets go, then deletes the consumer group.
// Source: Worker.modifySinkConnectorOffsets, resetSinkConnectorOffsets.
func (w *Worker) ResetSinkOffsets(ctx context.Context, name string, props map[string]string) (handled bool, err error) {
	return w.modifySink(ctx, name, props, func(ctx context.Context, g *sinkGroup) (bool, error) {
		known, err := g.list(ctx)
		if err != nil {
			return false, &connectors.Error{Class: connectors.ConnectException, Err: err,
				Text: "Failed to list offsets prior to resetting offsets for sink connector " + name}
		}
		for tp := range known {
			known[tp] = -1
		}
		handled, err := g.alter(ctx, known)
		if err != nil {
			return false, err
		}
		resp, err := g.adm.DeleteGroup(ctx, g.id)
		if err == nil {
			err = resp.Err
		}
		if errors.Is(err, kerr.GroupIDNotFound) {
			err = nil // resetting twice is no error
		}
		return handled, modifyError("reset", "Failed to reset consumer group offsets for sink connector "+name, name, err)
	})
}

// modifyError says why a group's offsets could not be changed. A group with members lets only those
// change them, or delete it.
func modifyError(verb, text, name string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, kerr.UnknownMemberID) || errors.Is(err, kerr.GroupSubscribedToTopic) || errors.Is(err, kerr.NonEmptyGroup) {
		text = "Failed to " + verb + " consumer group offsets for connector " + name + " either because its tasks haven't stopped completely yet or the connector " +
			"was resumed before the request to " + verb + " its offsets could be successfully completed. If the connector is in a stopped state, this operation " +
			"can be safely retried. If it doesn't eventually succeed, the Connect cluster may need to be restarted to get rid of the zombie sink tasks."
	}
	return &connectors.Error{Class: connectors.ConnectException, Text: text, Err: err}
}

// modifySink runs a change of a sink's offsets.
func (w *Worker) modifySink(ctx context.Context, name string, props map[string]string, change func(ctx context.Context, g *sinkGroup) (bool, error)) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	g, err := w.sinkGroup(ctx, name, props)
	if err == nil {
		defer g.close()
		var handled bool
		if handled, err = change(ctx, g); err == nil {
			return handled, nil
		}
	}
	return false, maybeWrap(err, "Failed to modify offsets for sink connector "+name)
}

// sinkGroup is a sink connector's consumer group, seen by its admin client.
type sinkGroup struct {
	name  string
	id    string
	props map[string]string // resolved
	class *connectors.Class
	adm   *kadm.Client
}

func (w *Worker) sinkGroup(ctx context.Context, name string, raw map[string]string) (*sinkGroup, error) {
	props, class, err := w.resolvedClass(ctx, raw)
	if err != nil {
		return nil, err
	}
	if class.NewSink == nil {
		return nil, connectException("Connector " + name + " is no sink connector")
	}
	adminProps, err := w.clients.admin("connector-worker-adminclient-"+name, props)
	if err != nil {
		return nil, err
	}
	consumer, err := w.clients.consumer("connector-consumer-", name, props)
	if err != nil {
		return nil, err
	}
	cl, err := w.opt.NewClient(adminProps)
	if err != nil {
		return nil, err
	}
	return &sinkGroup{name: name, id: consumer["group.id"], props: props, class: class, adm: kadm.NewClient(cl)}, nil
}

func (g *sinkGroup) close() { g.adm.Close() }

// list returns the committed offsets.
func (g *sinkGroup) list(ctx context.Context) (map[connectors.TopicPartition]int64, error) {
	resp, err := g.adm.FetchOffsets(ctx, g.id)
	if err == nil {
		err = resp.Error()
	}
	if errors.Is(err, kerr.GroupIDNotFound) {
		return map[connectors.TopicPartition]int64{}, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[connectors.TopicPartition]int64{}
	resp.Each(func(o kadm.OffsetResponse) {
		if o.At >= 0 {
			out[connectors.TopicPartition{Topic: o.Topic, Partition: o.Partition}] = o.At
		}
	})
	return out, nil
}

// alter asks the plugin.
func (g *sinkGroup) alter(ctx context.Context, offsets map[connectors.TopicPartition]int64) (handled bool, err error) {
	err = guard(func() error {
		a, ok := g.class.NewSink().(connectors.SinkOffsetAlterer)
		if !ok {
			return nil
		}
		handled, err = a.AlterOffsets(ctx, g.props, maps.Clone(offsets))
		return err
	})
	return handled, unsupported(g.name, err)
}

// AlterSourceOffsets lets the plugin check or apply offsets of a source, numbers as they read back from
// the store; null ones are removed. handled says whether the plugin knows of the change.
//
// Errors: offsets of other than primitive values; the plugin's.
// Source: Worker.modifySourceConnectorOffsets, normalizeSourceConnectorOffsets.
func (w *Worker) AlterSourceOffsets(ctx context.Context, name string, raw map[string]string, offsets []connectors.PartitionOffset) (handled bool, err error) {
	props, class, err := w.resolvedClass(ctx, raw)
	if err != nil {
		return false, err
	}
	if class.NewSource == nil {
		return false, connectException("Connector " + name + " is no source connector")
	}
	normal := slices.Clone(offsets)
	for i := range normal {
		if normal[i].Partition, err = connectors.NormalizeOffsetMap(normal[i].Partition); err != nil {
			return false, err
		}
		if normal[i].Offset, err = connectors.NormalizeOffsetMap(normal[i].Offset); err != nil {
			return false, err
		}
	}
	err = guard(func() error {
		a, ok := class.NewSource().(connectors.SourceOffsetAlterer)
		if !ok {
			return nil
		}
		handled, err = a.AlterOffsets(ctx, props, normal)
		return err
	})
	if err != nil {
		return false, maybeWrap(unsupported(name, err), "Failed to modify offsets for source connector "+name)
	}
	return handled, nil
}
