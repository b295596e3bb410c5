package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

// headerConverter is a JsonConverter for headers, which it treats like records.
type headerConverter struct{ converter *converter }

var _ codec.HeaderConverter = (*headerConverter)(nil)

// ToConnect implements codec.HeaderConverter. Source: JsonConverter.toConnectHeader.
func (h *headerConverter) ToConnect(_, _ string, raw []byte) (*batch.Schema, batch.Value, error) {
	if raw == nil {
		return nil, batch.Null(), nil
	}
	s, v, err := h.converter.plainRead(raw)
	if err != nil {
		return nil, batch.Null(), err
	}
	if s == nil {
		v = hashOrderedDeep(v)
	}
	return s, v, nil
}

// FromConnect implements codec.HeaderConverter. Maps are written in their own order.
// Source: JsonConverter.fromConnectHeader.
func (h *headerConverter) FromConnect(dst []byte, _, _ string, s *batch.Schema, v batch.Value) (out []byte, null bool, err error) {
	return h.converter.plainAppend(dst, s, v, true)
}

// Close implements codec.HeaderConverter: nothing is held.
func (h *headerConverter) Close() error { return nil }
