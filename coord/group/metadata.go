package group

import "fmt"

// Metadata is what a worker tells the group when it joins.
//
//	int16 version | string url | int64 offset | from version 1: nullable bytes allocation
//
// and behind that, where Java's workers do not look, oursMark of a worker of ours.
// Source: ConnectProtocol.WorkerState, ExtendedWorkerState.
type Metadata struct {
	URL        string      // advertised URL, ending in a slash
	Offset     int64       // offset of the last config record read + 1, -1 if none
	Allocation *Assignment // what the worker holds; nil = nothing
	Ours       bool        // the worker is not one of Java's
}

// oursMark tells a leader of ours which members lack the classes that it lacks.
const oursMark = "millrace"

// Append appends m as the metadata of protocol p.
//
// Errors: a text of more than 32,767 bytes.
func (m Metadata) Append(dst []byte, p Protocol) ([]byte, error) {
	w := writer{b: dst}
	w.int16(int16(p))
	w.text("url", m.URL)
	w.int64(m.Offset)
	if p.Incremental() {
		if m.Allocation == nil {
			w.int32(-1)
		} else {
			at := len(w.b)
			w.int32(0)
			m.Allocation.write(&w, p)
			w.putLength(at)
		}
	}
	if m.Ours {
		if !p.Incremental() { // Java reads version 0 as if there could be an allocation
			w.int32(-1)
		}
		w.b = append(w.b, oursMark...)
	}
	return w.b, w.wrap("metadata")
}

// ParseMetadata reads the metadata of any version.
//
// Ownership: the result keeps nothing of b. Errors: bytes that Java refuses too; what follows the
// last field is passed over, as there.
// Source: IncrementalCooperativeConnectProtocol.deserializeMetadata.
func ParseMetadata(b []byte) (Metadata, error) {
	r := reader{b: b}
	r.version()
	m := Metadata{URL: r.text("url"), Offset: r.int64("config-offset")}
	if r.err == nil && len(r.b) > 0 {
		if n := r.int32("allocation"); n >= 0 {
			held := reader{b: r.take("allocation", int(n))}
			if r.err == nil {
				m.Allocation = held.assignment()
				r.err = held.err
			}
		}
	}
	m.Ours = string(r.b) == oursMark
	if r.err != nil {
		return Metadata{}, fmt.Errorf("metadata of a worker: %w", r.err)
	}
	return m, nil
}
