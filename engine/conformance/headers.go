package conformance

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/batch/tagged"
)

func (s *server) headerConverter(r tagged.Node) (*handle, error) {
	h, ok := s.handles[r.Get("handle").Text]
	if !ok || h.header == nil {
		return nil, invalid("no header converter has the handle %q", r.Get("handle").Text)
	}
	return h, nil
}

func (s *server) toConnectHeader(r tagged.Node) ([]byte, error) {
	h, err := s.headerConverter(r)
	if err != nil {
		return nil, err
	}
	raw, err := bytesOf(r.Get("bytes"))
	if err != nil {
		return nil, err
	}
	schema, v, err := h.header.ToConnect(r.Get("topic").Text, r.Get("name").Text, raw)
	if err != nil {
		return nil, err
	}
	return appendTyped(nil, schema, v), nil
}

func (s *server) fromConnectHeader(r tagged.Node) ([]byte, error) {
	h, err := s.headerConverter(r)
	if err != nil {
		return nil, err
	}
	t, err := typedOf(r)
	if err != nil {
		return nil, err
	}
	raw, null, err := h.header.FromConnect([]byte{}, r.Get("topic").Text, r.Get("name").Text, t.schema, t.value)
	if err != nil {
		return nil, err
	}
	if null {
		raw = nil
	}
	return appendBytes(nil, raw), nil
}

// parseValue reads text as Values.parseString does; null is a value of no schema.
func parseValue(r tagged.Node) ([]byte, error) {
	text := r.Get("text")
	if text.IsNull() {
		return appendTyped(nil, nil, batch.Value{}), nil
	}
	schema, v := literal.Parse(text.Text)
	return appendTyped(nil, schema, v), nil
}
