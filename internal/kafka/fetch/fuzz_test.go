package fetch

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// FuzzResponse: whatever a broker sends, the client gets what it would get without us.
func FuzzResponse(f *testing.F) {
	for _, run := range vectors(f) {
		f.Add(run, int64(10), uint8(12), false)
	}
	f.Add(slices.Concat(message(0, 1, "a"), wired{first: 10}.bytes(f), control(13, 77, false), wired{first: 14}.bytes(f)), int64(11), uint8(4), true)
	f.Fuzz(func(t *testing.T, records []byte, from int64, version uint8, whole bool) {
		v := int16(version % 19)
		from &= 0x7fffffff
		raw := answer(v, 1, records, nil)
		if whole {
			head := raw[:8]
			raw = slices.Concat(head, records) // the response itself is hostile
			binary.BigEndian.PutUint32(raw, uint32(len(raw)-4))
		}
		s := open1(t, raw, 1<<20)
		s.ask(v, 1, from)
		resp, _, err := s.read(v)
		if err != nil || whole || len(resp.Topics) != 1 {
			return
		}
		p := resp.Topics[0].Partitions[0]
		got, gotNext := process(&p, from)
		p.RecordBatches = records
		want, wantNext := process(&p, from)
		b := NewBuilder(options(s.pool))
		defer b.Close()
		lines, failed := expand(t, s.ip, b, got.Records)
		wanted := recordLines(want.Records)
		if failed != nil {
			if len(lines) > len(wanted) || !slices.Equal(lines, wanted[:len(lines)]) {
				t.Errorf("%v:\n%s\nwant\n%s", failed, strings.Join(lines, "\n"), strings.Join(wanted, "\n"))
			}
			return
		}
		if !slices.Equal(lines, wanted) || gotNext != wantNext {
			t.Errorf("next %d:\n%s\nwant next %d:\n%s", gotNext, strings.Join(lines, "\n"), wantNext, strings.Join(wanted, "\n"))
		}
	})
}
