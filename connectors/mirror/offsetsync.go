package mirror

import "encoding/binary"

// offsetSync says that a record has one offset at the source and another one at its copy. Source: OffsetSync.
type offsetSync struct{ upstream, downstream int64 }

// appendSyncKey appends the key of a sync: the length of the topic as int16, the topic, the partition as int32.
func appendSyncKey(dst []byte, topic string, partition int32) []byte {
	dst = appendString(dst, topic)
	return binary.BigEndian.AppendUint32(dst, uint32(partition))
}

// appendValue appends the value: both offsets as int64.
func (s offsetSync) appendValue(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.upstream))
	return binary.BigEndian.AppendUint64(dst, uint64(s.downstream))
}

// appendString appends a text with its length before it. Source: protocol.types.Type.STRING.
func appendString(dst []byte, s string) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(s)))
	return append(dst, s...)
}

// syncState decides of one partition when a sync is due. Source: OffsetSyncWriter.PartitionState.
type syncState struct {
	before offsetSync // the last record
	synced int64      // its copy's offset, at the last sync; -1: none in this task's life
	lagMax int64

	// Of the writer.
	delayed, pending offsetSync
	waits, queued    bool // there is a delayed one; the partition is in the queue
	since            uint64
}

func newSyncState(lagMax int64) syncState {
	return syncState{before: offsetSync{-1, -1}, synced: -1, lagMax: lagMax}
}

// update takes the next copied record and reports whether a sync is due: the first in the task's life, offsets translated by the last
// one would be too far behind, records are missing at the source, or the copy began anew.
func (s *syncState) update(r offsetSync) bool {
	due := s.synced == -1 || r.downstream-(s.synced+1) >= s.lagMax || r.upstream-s.before.upstream != 1 || r.downstream < s.before.downstream
	if due {
		s.synced = r.downstream
	}
	s.before = r
	return due
}
