package mirror

import (
	"context"
	"encoding/binary"
	"maps"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Fields of the source partition of heartbeats. Source: Heartbeat.
const (
	sourceAliasField = "sourceClusterAlias"
	targetAliasField = "targetClusterAlias"
)

// heartbeatConnector makes the topic of heartbeats and one task. Source: MirrorHeartbeatConnector.
type heartbeatConnector struct {
	def *config.Def
	set *settings
	to  *admin
}

var (
	_ connectors.SourceConnector     = (*heartbeatConnector)(nil)
	_ connectors.SourceOffsetAlterer = (*heartbeatConnector)(nil)
)

// Start makes the topic; a target that cannot be reached is logged, as in Java.
func (c *heartbeatConnector) Start(ctx context.Context, cc connectors.ConnectorContext, props map[string]string) error {
	set, err := parse(c.def, props)
	if err != nil {
		return err
	}
	c.set = set
	if c.to, err = newAdmin(set, targetCluster, "heartbeats-target-admin", cc.Logger()); err != nil {
		return err
	}
	once := schedule{log: cc.Logger(), timeout: set.adminTimeout}
	once.within(ctx, "create topic of heartbeats", func(ctx context.Context) error {
		return c.to.createCompacted(ctx, heartbeatsTopic, set.values.Int16(heartbeatFactorKey))
	})
	return nil
}

// TaskConfigs returns one task, or none where heartbeats are off.
func (c *heartbeatConnector) TaskConfigs(context.Context, int) ([]map[string]string, error) {
	if c.set.every(emitHeartbeats) < 0 {
		return nil, nil
	}
	return []map[string]string{maps.Clone(c.set.props)}, nil
}

// Stop closes the client.
func (c *heartbeatConnector) Stop(context.Context) error {
	c.to.close()
	return nil
}

// NewTask returns a task.
func (c *heartbeatConnector) NewTask() connectors.SourceTask { return &heartbeatTask{def: c.def} }

// AlterOffsets checks that partitions and offsets are such as tasks write.
func (c *heartbeatConnector) AlterOffsets(_ context.Context, _ map[string]string, offsets []connectors.PartitionOffset) (bool, error) {
	return checkOffsets(offsets, func(partition, offset offsetMap) error {
		for _, key := range []string{sourceAliasField, targetAliasField} {
			if err := partition.needText(key); err != nil {
				return err
			}
		}
		return partition.needOffset(offset, true)
	})
}

// heartbeatTask makes a record every interval. Source: MirrorHeartbeatTask.
type heartbeatTask struct {
	def *config.Def

	pool  *batch.Pool
	every time.Duration
	next  time.Time
	key   []byte
	place []batch.Value
}

// Start prepares what all heartbeats share.
func (t *heartbeatTask) Start(_ context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	s, err := parse(t.def, props)
	if err != nil {
		return err
	}
	t.pool, t.every = tc.Pool(), max(s.every(emitHeartbeats), 0)
	t.next = time.Now().Add(t.every)
	t.key = appendString(appendString(nil, s.source), s.target)
	t.place = []batch.Value{batch.MapValueOf(&batch.MapValue{
		Keys:   []batch.Value{batch.StringValue(sourceAliasField), batch.StringValue(targetAliasField)},
		Values: []batch.Value{batch.StringValue(s.source), batch.StringValue(s.target)},
	})}
	return nil
}

// Poll returns a heartbeat when one is due; it waits up to a second for that.
func (t *heartbeatTask) Poll(ctx context.Context) ([]*batch.Batch, error) {
	left := time.Until(t.next)
	if !connectors.Wait(ctx, max(min(left, time.Second), 0)) || left > time.Second {
		return nil, nil
	}
	now := time.Now()
	t.next = now.Add(t.every)
	return []*batch.Batch{t.beat(now.UnixMilli())}, nil
}

// beat makes a heartbeat: the aliases as key; int16 version 0 and the time as int64 as value.
func (t *heartbeatTask) beat(now int64) *batch.Batch {
	value := binary.BigEndian.AppendUint64([]byte{0, 0}, uint64(now))
	b := t.pool.New(1)
	b.Topics, b.Partition = batch.OneTopic(heartbeatsTopic), 0
	b.Timestamps = mem.Alloc[int64](&b.Arena, 1)
	b.Timestamps[0] = now
	b.Key, b.Value = b.NewConstant(valueSchema, 1, batch.BytesValue(t.key)), b.NewConstant(valueSchema, 1, batch.BytesValue(value))
	b.Source = &heartbeatPosition{t.place}
	return b
}

// Stop has nothing to end.
func (t *heartbeatTask) Stop(context.Context) error { return nil }

// heartbeatPosition is that of every heartbeat; its offset is always 0.
type heartbeatPosition struct{ place []batch.Value }

// Partition returns 0, the only one.
func (p *heartbeatPosition) Partition(int) int32 { return 0 }

// Partitions returns {"sourceClusterAlias": A, "targetClusterAlias": B}.
func (p *heartbeatPosition) Partitions() []batch.Value { return p.place }

// Offset returns {"offset": 0}.
func (p *heartbeatPosition) Offset(int) batch.Value { return offsetOf(0) }
