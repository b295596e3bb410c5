package generate

import (
	"encoding/binary"
	"encoding/json"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// avroType is an Avro schema: its JSON, and how a value of it is drawn.
type avroType struct {
	json any
	put  func(b []byte) []byte
	skip func(c *claims) // walks over one, whatever the bytes
}

func (s source) avroRead() *trial.Trial      { return s.avroReadBy(s.avroConfig) }
func (s source) newerAvroRead() *trial.Trial { return s.avroReadBy(s.newerAvroConfig) }

// avroReadBy draws a writer's schema, and records of it, some of them damaged.
func (s source) avroReadBy(config func(path string) trial.Plugin) *trial.Trial {
	g := avroGenerator{source: s}
	t := g.draw(0)
	text, err := json.Marshal(t.json)
	if err != nil {
		panic(err)
	}
	p := config(codectest.SchemaPath(string(text)))
	head := binary.BigEndian.AppendUint32([]byte{0}, uint32(codectest.SchemaNumber(string(text))))
	raw := t.json == "bytes"
	return s.trial(trial.ToConnect, p, func() trial.Item {
		switch {
		case s.oneIn(40):
			return trial.Item{}
		case s.oneIn(60):
			return trial.Item{Bytes: []byte(s.bytes())}
		}
		b := t.put(head[:5:5])
		if !raw && s.oneIn(12) {
			if d := s.damage(b[5:]); !claimsMuch(t, d) {
				b = append(b[:5:5], d...)
			}
		}
		return trial.Item{Bytes: b}
	})
}

// claims walks over a damaged record and looks for lengths and counts that the original would make room for, however few bytes follow.
type claims struct {
	b     []byte
	ended bool // what follows is no record, and nobody reads on
	much  bool
}

// claimMax is what a record may claim.
const claimMax = 1 << 16

func claimsMuch(t avroType, record []byte) bool {
	c := claims{b: record}
	t.skip(&c)
	return c.much
}

func (c *claims) long() int64 {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.ended = true
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *claims) take(n int64) {
	c.claim(n)
	if c.ended || n < 0 || n > int64(len(c.b)) {
		c.ended = true
		return
	}
	c.b = c.b[n:]
}

// claim notes a number of bytes or items that is to follow.
func (c *claims) claim(n int64) {
	if !c.ended && n > claimMax {
		c.ended, c.much = true, true
	}
}

// blocks walks over the items of an array or a map.
func (c *claims) blocks(item func(*claims)) {
	for n := c.long(); n != 0 && !c.ended; n = c.long() {
		if n < 0 {
			n = -n
			c.long()
		}
		c.claim(max(n, -n)) // the least number has no opposite
		for ; n > 0 && !c.ended; n-- {
			item(c)
		}
	}
}
