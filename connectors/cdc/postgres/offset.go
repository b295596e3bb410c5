package postgres

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/incremental"
)

// position is a source offset, with Debezium's members; index is one of later releases, timeline ours.
// Source: PostgresOffsetContext.
type position struct {
	lsn       uint64 // of the last event
	processed uint64 // lsn_proc
	commit    uint64 // lsn_commit: end of the last transaction; 0: none
	xid       int64  // 0: none
	micros    int64  // commit time
	message   string // messageType
	index     int32  // lsn_events_processed: events of lsn that were done; 0: not known
	snapshot  string // INITIAL while a snapshot runs
	last      bool   // last_snapshot_record
	completed bool   // snapshot_completed
	counts    cdc.Counts
	timeline  uint32 // of the server; 0: not known
	xmin      int64  // catalog_xmin of the slot, with xmin.fetch.interval.ms; 0: not known

	incremental *incremental.State // nil: no incremental snapshot runs
}

// Members of the offset.
const (
	memberLSN       = "lsn"
	memberProcessed = "lsn_proc"
	memberCommit    = "lsn_commit"
	memberXID       = "txId"
	memberMicros    = "ts_usec"
	memberMessage   = "messageType"
	memberIndex     = "lsn_events_processed"
	memberSnapshot  = "snapshot"
	memberLast      = "last_snapshot_record"
	memberCompleted = "snapshot_completed"
	memberTimeline  = "millrace_timeline"
	memberXmin      = "xmin"
)

// membersMax is how many members an offset has without counts and an incremental snapshot.
const membersMax = 11

// value returns the offset as a map. LSNs are signed, as in Java.
func (p *position) value() batch.Value {
	m := &batch.MapValue{Keys: make([]batch.Value, 0, membersMax), Values: make([]batch.Value, 0, membersMax)}
	put := func(name string, v batch.Value) {
		m.Keys, m.Values = append(m.Keys, batch.StringValue(name)), append(m.Values, v)
	}
	put(memberMicros, batch.Int64Value(p.micros))
	if p.xid != 0 {
		put(memberXID, batch.Int64Value(p.xid))
	}
	put(memberLSN, batch.Int64Value(int64(p.lsn)))
	if p.snapshot != "" {
		put(memberSnapshot, batch.StringValue(p.snapshot))
		put(memberLast, batch.BooleanValue(p.last))
		put(memberCompleted, batch.BooleanValue(p.completed))
	}
	if p.processed != 0 {
		put(memberProcessed, batch.Int64Value(int64(p.processed)))
	}
	if p.commit != 0 {
		put(memberCommit, batch.Int64Value(int64(p.commit)))
	}
	if p.message != "" {
		put(memberMessage, batch.StringValue(p.message))
	}
	if p.index != 0 {
		put(memberIndex, batch.Int64Value(int64(p.index)))
	}
	if p.xmin != 0 {
		put(memberXmin, batch.Int64Value(p.xmin))
	}
	if p.timeline != 0 {
		put(memberTimeline, batch.Int64Value(int64(p.timeline)))
	}
	p.counts.Put(m)
	p.incremental.Put(m)
	return batch.MapValueOf(m)
}

// counted takes the count of a table in the open transaction; other members are another's.
func (p *position) counted(name string, v batch.Value) bool {
	table, ok := strings.CutPrefix(name, cdc.OffsetTransactionOrder)
	if !ok {
		return true
	}
	p.counts.Add(table, v.Int())
	return v.Tag() == batch.TagInt64
}

// readOffset reads a stored offset, Debezium's or ours. Errors: what of it is no offset of this connector.
func readOffset(v batch.Value) (*position, error) {
	m := v.Map()
	if m == nil {
		return nil, connectors.Errorf("postgres: offset is no map")
	}
	p := &position{}
	for i, k := range m.Keys {
		v := m.Values[i]
		number := v.Tag() == batch.TagInt64 || v.Tag() == batch.TagInt32
		ok := true
		switch name := k.Str(); name {
		case memberLSN:
			p.lsn, ok = uint64(v.Int()), number
		case memberProcessed:
			p.processed, ok = uint64(v.Int()), number || v.IsNull()
		case memberCommit:
			p.commit, ok = uint64(v.Int()), number || v.IsNull()
		case memberXID:
			p.xid, ok = v.Int(), number || v.IsNull()
		case memberMicros:
			p.micros, ok = v.Int(), number
		case memberIndex:
			p.index, ok = int32(v.Int()), number
		case memberMessage:
			p.message, ok = v.Str(), v.Tag() == batch.TagString
		case memberSnapshot:
			p.snapshot, ok = v.Str(), v.Tag() == batch.TagString
			if v.Tag() == batch.TagBoolean { // older releases
				ok = true
				if v.Bool() {
					p.snapshot = "INITIAL"
				}
			}
		case memberLast:
			p.last = v.Bool()
		case memberCompleted:
			p.completed = v.Bool()
		case memberTimeline:
			p.timeline, ok = uint32(v.Int()), number
		case memberXmin:
			p.xmin, ok = v.Int(), number || v.IsNull()
		case cdc.OffsetTransactionID:
			p.counts.ID, ok = v.Str(), v.Tag() == batch.TagString
		default:
			var known bool
			if known, ok = incremental.Take(&p.incremental, name, v); !known {
				ok = p.counted(name, v)
			}
		}
		if !ok {
			return nil, connectors.Errorf("postgres: offset has no valid %q", k.Str())
		}
	}
	if p.lsn == 0 {
		return nil, connectors.Errorf("postgres: offset has no number %q", memberLSN)
	}
	if p.last || p.completed || p.snapshot == "INCREMENTAL" || p.snapshot == "BLOCKING" { // beside these the stream goes on
		p.snapshot = ""
	}
	return p, nil
}

// text shows the offset to people.
func (p *position) text() string {
	text, err := connectors.AppendOffsetMap(nil, p.value())
	if err != nil { // it is a map with texts for names
		return lsnText(p.lsn)
	}
	return string(text)
}
