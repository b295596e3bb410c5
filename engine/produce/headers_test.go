package produce

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// TestSend_SharedHeaders sends batches whose rows all have the headers of their batch, alone and as parts whose rows take
// turns, with memory that is used again: every record has those of its own.
func TestSend_SharedHeaders(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	pool := mem.Checked(t)
	p := producer(t, c, connectDefaults("linger.ms", "0"))
	const sends, each = 20, 6
	part := func(n, k int) Rows {
		name := fmt.Sprintf("%d-%d", n, k)
		list := make([]row, each)
		for i := range list {
			list[i] = auto(name, name)
		}
		r := rows(pool, list)
		r.B.Headers = batch.Headers{Entries: []batch.Header{{Key: "of", Raw: []byte(name)}, {Key: "send", Raw: fmt.Append(nil, n)}}}
		return r
	}
	for n := range sends {
		a := newAcks(each)
		parts := []Rows{part(n, 0)}
		if n%2 > 0 { // rows of two parts in turns
			parts = append(parts, part(n, 1))
			for i := range each {
				parts[i%2].B.Sel = append(parts[i%2].B.Sel, int32(i))
			}
		}
		p.Send(t.Context(), parts, a)
		a.wait(t)
	}
	for _, r := range consume(t, c, "t", sends*each) {
		if len(r.Headers) != 2 || string(r.Headers[0].Value) != string(r.Value) || string(r.Headers[1].Value)+"-" != string(r.Value[:len(r.Value)-1]) {
			t.Fatalf("record %s has %+v", r.Value, r.Headers)
		}
	}
}
