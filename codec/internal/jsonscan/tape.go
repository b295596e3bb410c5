package jsonscan

import "hash/maphash"

// Tape is a JSON text with an index of its arrays, objects and members: what Parse says of a text, in at most six times its bytes, where
// nodes take up to a hundred times as many. Scalars are read from the text when somebody asks for them. The zero Tape is ready for Read.
//
// Where a name is there twice, the object has the first one's place and the last one's value, and nothing else.
type Tape struct {
	Text []byte // of the latest Read, as UTF-8, with Slack behind N
	N    int

	marks  []mark
	names  []byte // names that the text does not have as they are, each with nameEnd behind it
	table  []uint32
	seed   maphash.Seed
	reader parser // of scalars
}

// mark is an array, an object or a member.
type mark struct {
	pos   uint32 // array, object: behind its bracket; member: where its name starts
	to    uint32 // array, object: the mark behind all in it; member: where its value starts
	count uint32 // array, object: elements or members; member: one more than the mark that has its value, 0 for one that does not count
}

// Ref is a value of a Tape.
type Ref struct {
	At   int // where it starts
	Mark int // its own for an array or object; for others the next one
}

const (
	decodedName = 1 << 31
	nameEnd     = 0xff    // no text has this byte
	tableMin    = 9       // objects of fewer members compare all names
	tapeKept    = 1 << 16 // marks; memory of more is not kept for the next text
)

// Read makes t the tape of text[:n], behind which Slack bytes are readable. ok is false where there is nothing but white space.
// text is borrowed until the next Read or Drop.
//
// Errors: *SyntaxError, where and as Parse returns them.
func (t *Tape) Read(text []byte, n int) (root Ref, ok bool, err error) {
	p := parser{b: text[:n], buf: t.reader.buf}
	t.marks, t.names = t.marks[:0], t.names[:0]
	if err := p.detect(); err != nil {
		return root, false, err
	}
	t.Text, t.N = text, len(p.b)
	if p.chars {
		p.b = append(p.b, make([]byte, Slack)...)
		t.Text, p.b = p.b, p.b[:t.N]
	}
	c, err := p.space()
	if err != nil || c < 0 {
		return root, false, err
	}
	if err := p.check(); err != nil {
		return root, false, err
	}
	if cap(t.marks) < p.marks {
		t.marks = make([]mark, 0, p.marks)
	}
	root.At = p.i
	p.tape = t
	_, err = p.value(0)
	p.tape = nil
	t.reader = p
	return root, true, err
}

// Drop lets go of the text, and of more memory than common texts need.
func (t *Tape) Drop() {
	t.Text, t.reader.b = nil, nil
	if cap(t.marks) > tapeKept || cap(t.names)+cap(t.reader.buf)+4*cap(t.table) > 16*tapeKept {
		*t = Tape{seed: t.seed}
	}
}
