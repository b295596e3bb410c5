package connectjson

import (
	"math/bits"

	"github.com/millrace/millrace/batch"
)

// prefix is the text of an envelope up to its payload, and the schema in it. Producers that use this
// converter write the same prefix in every record, so it is compared and not parsed.
type prefix struct {
	text   string
	schema *batch.Schema
	group  int32 // in the present input; valid where round is the present one
	round  uint64

	payload *pattern // of a relay: what payloads look like; nil before the first
	same    bool     // of a relay: the text is what the encoder writes
}

// prefixes are the prefixes that a decoder has met: a tree whose forks name the bit in which texts below
// differ, because the texts of a topic's schemas have most of their bytes in common.
type prefixes struct {
	size  int // most that are kept
	bytes int // of all texts
	last  *prefix
	known []*prefix
	forks []fork
	root  int32
}

// fork sends texts one of two ways by one of their bits. A text that ends before the byte has zeros there.
type fork struct {
	at   int32
	mask byte
	kids [2]int32 // index of a fork, or -1 less the index of a prefix
}

// Bounds of what is kept, in bytes of text.
const (
	prefixBytesMax   = 1 << 20
	prefixesBytesMax = 16 << 20
)

func newPrefixes(size int) prefixes { return prefixes{size: max(size, 1)} }

// find returns the known prefix that raw starts with, or nil.
func (p *prefixes) find(raw []byte) *prefix {
	if e := p.last; e != nil && e.starts(raw) {
		return e
	}
	if len(p.known) < 2 {
		return nil // the only one is the last one
	}
	if e := p.nearest(raw); e.starts(raw) {
		p.last = e
		return e
	}
	return nil
}

func (e *prefix) starts(raw []byte) bool {
	return len(raw) > len(e.text) && string(raw[:len(e.text)]) == e.text
}

// nearest returns the prefix that raw starts with, if it starts with any. There is one.
func (p *prefixes) nearest(raw []byte) *prefix {
	k := p.root
	for k >= 0 {
		f := &p.forks[k]
		k = f.kids[f.way(raw)]
	}
	return p.known[-1-k]
}

func (f *fork) way(text []byte) int {
	if int(f.at) < len(text) && text[f.at]&f.mask != 0 {
		return 1
	}
	return 0
}

// exact returns the prefix of that text, or nil.
func (p *prefixes) exact(text []byte) *prefix {
	if len(p.known) > 0 {
		if e := p.nearest(text); e.text == string(text) {
			return e
		}
	}
	return nil
}

// add keeps the prefix of an envelope whose schema is s.
func (p *prefixes) add(text []byte, s *batch.Schema) *prefix {
	if e := p.exact(text); e != nil {
		p.last = e
		return e
	}
	if len(p.known) >= p.size || p.bytes+len(text) > prefixesBytesMax {
		clear(p.known)
		*p = prefixes{size: p.size, known: p.known[:0], forks: p.forks[:0]}
	}
	p.bytes += len(text)
	e := &prefix{text: string(text), schema: s}
	p.insert(e)
	p.last = e
	return e
}

// insert puts e, which is not there yet, into the tree.
func (p *prefixes) insert(e *prefix) {
	text := []byte(e.text)
	leaf := int32(-1 - len(p.known))
	if len(p.known) == 0 {
		p.known, p.root = append(p.known, e), leaf
		return
	}
	near := p.nearest(text).text
	p.known = append(p.known, e)
	at := 0
	for at < len(near) && at < len(text) && near[at] == text[at] {
		at++
	}
	differ := byte(0)
	if at < len(near) {
		differ = near[at]
	}
	if at < len(text) {
		differ ^= text[at]
	}
	f := fork{at: int32(at), mask: 0x80 >> bits.LeadingZeros8(differ)}
	link := &p.root // where the fork belongs: above the first one that asks for a later bit
	for *link >= 0 {
		k := &p.forks[*link]
		if k.at > f.at || k.at == f.at && k.mask < f.mask {
			break
		}
		link = &k.kids[k.way(text)]
	}
	way := f.way(text)
	f.kids[way], f.kids[1-way] = leaf, *link
	*link = int32(len(p.forks)) // before the append, which may move the forks
	p.forks = append(p.forks, f)
}
