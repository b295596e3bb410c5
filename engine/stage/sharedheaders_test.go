package stage

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// topical writes headers as their topic asks for, and counts what it writes.
type topical struct {
	headers
	written int
}

func (c *topical) FromConnect(dst []byte, topic, key string, s *batch.Schema, v batch.Value) ([]byte, bool, error) {
	c.written++
	if topic == "refused" {
		return nil, false, codec.Data("bad topic")
	}
	out, null, err := c.headers.FromConnect(dst, topic, key, s, v)
	return append(out, topic...), null, err
}

// TestSource_SharedHeaders: headers that rows share are written as those that each row has for itself.
func TestSource_SharedHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, list := range [][]string{{"A"}, {"A", "null", "B"}, {"BAD"}, {"A", "BAD"}} {
			for _, sel := range []batch.Selection{nil, {1, 3}, {}} {
				for _, index := range [][]int32{nil, {0, 1, 0, 0}, {1, 1, 0, 2}} {
					for _, again := range []int{0, 2} {
						run := func(shared bool) (ok, failed []outcome, written int) {
							b := polled(t, batch.NewPool(mem.Checked(t)), []rec{{"k0", "v0", list}, {"y1", "v1", list}, {"k2", "v2", list}, {nil, "v3", list}})
							b.Sel = slices.Clone(sel)
							b.Topics = batch.Topics{Names: []string{"t", "u", "refused"}, Index: index}
							if shared {
								b.Headers = batch.Headers{Entries: b.Headers.Entries[:len(list)]}
							}
							c := &topical{headers: headers{again: again}}
							opt := sourceOptions(&script{}, &script{})
							opt.Header, opt.Operator = c, operator(5*time.Second)
							ok, failed, err := runPolled(t, opt, b)
							if err != nil {
								t.Fatal(err)
							}
							return ok, failed, c.written
						}
						wantOK, wantFailed, each := run(false)
						ok, failed, once := run(true)
						compare(t, "encoded", ok, wantOK)
						compare(t, "failed", failed, wantFailed)
						if index == nil && sel == nil && len(failed) == 1 && once*2 > each {
							t.Errorf("%d headers were written, %d where each row has its own", once, each)
						}
					}
				}
			}
		}
	})
}

// TestSource_SharedHeadersStayTheBatchs: what is written is the fork's alone.
func TestSource_SharedHeadersStayTheBatchs(t *testing.T) {
	b := polled(t, batch.NewPool(mem.Checked(t)), []rec{{"k0", "v0", []string{"A"}}, {"k1", "v1", nil}})
	b.Headers = batch.Headers{Entries: b.Headers.Entries}
	shared := b.Headers.Entries
	ok, failed, err := runPolled(t, sourceOptions(&script{}, &script{}), b)
	if err != nil || len(failed) != 0 {
		t.Fatal(failed, err)
	}
	compare(t, "encoded", ok, []outcome{{0, "k0=v0 h:a"}, {1, "k1=v1 h:a"}})
	if !shared[0].Decoded || shared[0].Raw != nil {
		t.Errorf("the header of the polled batch became %+v", shared[0])
	}
}
