package conformance

import (
	"bytes"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/engine/stage"
)

// chain returns the chain of the handles that a request names.
func (s *server) chain(r tagged.Node) (*stage.Chain, error) {
	names := r.Get("handles").Items
	if r.Get("handles").IsNull() {
		names = []tagged.Node{r.Get("handle")}
	}
	c := &stage.Chain{}
	for _, n := range names {
		h, ok := s.handles[n.Text]
		if !ok || h.step == nil {
			return nil, invalid("no transform has the handle %q", n.Text)
		}
		c.Steps = append(c.Steps, *h.step)
	}
	return c, nil
}

func (s *server) apply(r tagged.Node) ([]byte, error) {
	c, err := s.chain(r)
	if err != nil {
		return nil, err
	}
	in, err := recordOf(r.Get("record"))
	if err != nil {
		return nil, err
	}
	rows, errs, err := s.transform(c, []*record{in})
	if err != nil {
		return nil, err
	}
	switch {
	case errs[0] != nil:
		return nil, errs[0]
	case rows[0] == nil:
		return []byte(`{"record":null}`), nil
	}
	dst := append([]byte(`{"record":`), rows[0]...)
	if bytes.Equal(rows[0], s.unchanged(in)) {
		dst = append(dst, `,"same":true`...)
	}
	return append(dst, '}'), nil
}

// unchanged returns in as an empty chain gives it back.
func (s *server) unchanged(in *record) []byte {
	rows, _, err := s.transform(&stage.Chain{}, []*record{in})
	if err != nil {
		return nil
	}
	return rows[0]
}

func (s *server) applyBatch(r tagged.Node) ([]byte, error) {
	c, err := s.chain(r)
	if err != nil {
		return nil, err
	}
	items := r.Get("records").Items
	rows, errs := make([][]byte, len(items)), make([]error, len(items))
	in := make([]*record, len(items))
	for i := range items {
		in[i], errs[i] = recordOf(items[i])
	}
	for i := 0; i < len(in); {
		n := 0
		for i+n < len(in) && errs[i+n] == nil && in[i+n].joins(in[i]) {
			n++
		}
		if n == 0 {
			i++
			continue
		}
		part, failed, err := s.transform(c, in[i:i+n])
		if err != nil {
			return nil, err
		}
		copy(rows[i:], part)
		copy(errs[i:], failed)
		i += n
	}
	dst := []byte(`{"records":[`)
	for i := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch {
		case errs[i] != nil:
			dst = appendFailed(dst, errs[i])
		case rows[i] == nil:
			dst = append(dst, "null"...)
		default:
			dst = append(dst, rows[i]...)
		}
	}
	return append(dst, "]}"...), nil
}

// transform runs records that may stand together through the chain: as few batches as their schemas
// allow. A row is nil where the record was dropped or failed.
func (s *server) transform(c *stage.Chain, in []*record) (rows [][]byte, errs []error, err error) {
	rows, errs = make([][]byte, len(in)), make([]error, len(in))
	list := batches(s.pool, in, errs)
	var at []int // of the records that are in list
	for i := range in {
		if errs[i] == nil {
			at = append(at, i)
		}
	}
	for k, b := range list {
		n := b.Len()
		out, failed, err := c.Run(b, nil)
		if err != nil {
			for _, rest := range list[k+1:] {
				rest.Release()
			}
			return nil, nil, err
		}
		for _, f := range failed {
			errs[at[f.Row]] = f.Err
		}
		for _, o := range out {
			for r := range o.Rows() {
				i := at[r.Index()]
				rows[i] = appendRecord(nil, in[i], r)
			}
			o.Release()
		}
		at = at[n:]
	}
	return rows, errs, nil
}

// test asks a predicate about a record.
func (s *server) test(r tagged.Node) ([]byte, error) {
	h, ok := s.handles[r.Get("handle").Text]
	if !ok || h.predicate == nil {
		return nil, invalid("no predicate has the handle %q", r.Get("handle").Text)
	}
	in, err := recordOf(r.Get("record"))
	if err != nil {
		return nil, err
	}
	errs := make([]error, 1)
	list := batches(s.pool, []*record{in}, errs)
	if errs[0] != nil {
		return nil, errs[0]
	}
	b := list[0]
	defer b.Release()
	yes, _, err := h.predicate.Test(b, batch.Selection{}, batch.Selection{})
	if err != nil {
		return nil, err
	}
	for _, f := range b.Status.Errors() {
		return nil, f.Err
	}
	if len(yes) == 1 {
		return []byte(`{"value":true}`), nil
	}
	return []byte(`{"value":false}`), nil
}
