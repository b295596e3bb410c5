package jsonscan

// Limits of Jackson's parser. Source: StreamReadConstraints.
const (
	DepthMax       = 1000
	numberDigits   = 1000
	nameBytesMax   = 50_000
	stringCharsMax = 20_000_000
)

// SyntaxError is text that is not JSON, or beyond a limit.
type SyntaxError struct {
	Pos  int // byte position in the text
	Text string
}

// Error returns what is wrong.
func (e *SyntaxError) Error() string { return e.Text }

// JavaClass returns the exception class of the original.
func (e *SyntaxError) JavaClass() string { return "com.fasterxml.jackson.core.JsonParseException" }

// checkFirst is from how many bytes on a text is checked before nodes are made of it, which take many times its memory.
const checkFirst = 16 << 10

// Parse reads the first JSON value of text, Missing if there is none but white space. What follows the
// value is not looked at, as Jackson does not; only a number or word must end before it.
//
// Errors: *SyntaxError. Source: ObjectMapper.readTree(byte[]).
func Parse(text []byte) (Node, error) { return (&parser{b: text}).whole() }

// ParseChars is Parse as Jackson reads characters: names may have lone surrogates.
func ParseChars(text []byte) (Node, error) { return (&parser{b: text, chars: true}).whole() }

// ParseStrict is Parse without Jackson's ALLOW_LEADING_ZEROS_FOR_NUMBERS.
func ParseStrict(text []byte) (Node, error) { return (&parser{b: text, noZeros: true}).whole() }

// whole reads the first value of the text.
func (p *parser) whole() (Node, error) {
	if err := p.detect(); err != nil {
		return Node{}, err
	}
	c, err := p.space()
	if err != nil {
		return Node{}, err
	}
	if c < 0 {
		return Node{Kind: Missing}, nil
	}
	if len(p.b) > checkFirst {
		if err := p.check(); err != nil {
			return Node{}, err
		}
	}
	return p.value(0)
}

// check reads the value at p.i, keeps nothing of it but how many marks a Tape takes for it, and goes back.
func (p *parser) check() error {
	start := p.i
	p.dry = true
	_, err := p.value(0)
	p.i, p.dry = start, false
	return err
}

// parser reads UTF-8 text.
type parser struct {
	b     []byte
	i     int
	dry   bool   // values are read and not kept
	marks int    // counted while dry
	tape  *Tape  // values are read into it, as the marks of arrays, objects and members; nil: into nodes
	chars bool   // the text was decoded from UTF-16 or UTF-32: Jackson reads characters, names leniently
	buf   []byte // scratch of decode
	low   rune   // result of namePair

	noZeros bool // numbers do not begin with zeros that say nothing
}

func (p *parser) fail(text string) error { return &SyntaxError{p.i, text} }

// space skips white space and returns the next byte without taking it, -1 at the end.
func (p *parser) space() (int, error) {
	for p.i < len(p.b) {
		switch c := p.b[p.i]; {
		case c == ' ', c == '\t', c == '\n', c == '\r':
			p.i++
		case c < ' ':
			return 0, p.fail("illegal control character between tokens")
		default:
			return int(c), nil
		}
	}
	return -1, nil
}

// value reads the value that starts at p.i.
func (p *parser) value(depth int) (Node, error) {
	switch c := p.b[p.i]; c {
	case '"':
		p.i++
		s, err := p.text(false)
		if err != nil || p.dry || p.tape != nil {
			return Node{}, err
		}
		return Node{Kind: String, Text: string(s)}, nil
	case '{':
		return p.object(depth + 1)
	case '[':
		return p.array(depth + 1)
	case 't':
		return Node{Kind: Boolean, Bool: true}, p.word("true")
	case 'f':
		return Node{Kind: Boolean}, p.word("false")
	case 'n':
		return Node{Kind: Null}, p.word("null")
	default:
		if c == '-' || c >= '0' && c <= '9' {
			return p.number(depth == 0)
		}
	}
	return Node{}, p.fail("unexpected character where a value was expected")
}

// open makes the mark of an array or object that starts at p.i, and returns its place.
func (p *parser) open() int {
	switch {
	case p.dry:
		p.marks++
	case p.tape != nil:
		p.tape.marks = append(p.tape.marks, mark{})
		return len(p.tape.marks) - 1
	}
	return 0
}

// close completes the mark of an array or object of count elements or members that ends before p.i.
func (p *parser) close(own, count int) {
	if p.dry || p.tape == nil {
		return
	}
	t := p.tape
	if t.Text[p.i-1] == '}' && count > 1 {
		count -= t.repeated(own, count)
	}
	t.marks[own] = mark{pos: uint32(p.i), to: uint32(len(t.marks)), count: uint32(count)}
}

func (p *parser) array(depth int) (Node, error) {
	n := Node{Kind: Array}
	if depth > DepthMax {
		return n, p.fail("more than 1000 levels")
	}
	own := p.open()
	p.i++
	count := 0
	for first := true; ; first = false {
		c, err := p.space()
		if err != nil {
			return n, err
		}
		if c == ']' {
			p.i++
			p.close(own, count)
			return n, nil
		}
		if !first {
			if c != ',' {
				return n, p.fail("expected a comma between array elements")
			}
			p.i++
			if c, err = p.space(); err != nil {
				return n, err
			}
		}
		if c < 0 {
			return n, p.fail("unexpected end inside an array")
		}
		e, err := p.value(depth)
		if err != nil {
			return n, err
		}
		count++
		if !p.dry && p.tape == nil {
			n.Items = append(n.Items, e)
		}
	}
}

func (p *parser) object(depth int) (Node, error) {
	n := Node{Kind: Object}
	if depth > DepthMax {
		return n, p.fail("more than 1000 levels")
	}
	var index map[string]int
	own := p.open()
	p.i++
	count := 0
	for first := true; ; first = false {
		c, err := p.space()
		if err != nil {
			return n, err
		}
		if c == '}' {
			p.i++
			p.close(own, count)
			return n, nil
		}
		if !first {
			if c != ',' {
				return n, p.fail("expected a comma between object members")
			}
			p.i++
			if c, err = p.space(); err != nil {
				return n, err
			}
		}
		if c != '"' {
			return n, p.fail("expected a name in double quotes")
		}
		p.i++
		start := p.i
		text, err := p.text(true)
		if err != nil {
			return n, err
		}
		name := ""
		switch {
		case p.dry:
			p.marks++
		case p.tape != nil:
			p.tape.addName(start, p.i-1, text)
		default:
			name = string(text)
		}
		if c, err = p.space(); err != nil {
			return n, err
		}
		if c != ':' {
			return n, p.fail("expected a colon after a name")
		}
		p.i++
		if c, err = p.space(); err != nil {
			return n, err
		}
		if c < 0 {
			return n, p.fail("unexpected end inside an object")
		}
		if p.tape != nil {
			p.tape.marks[len(p.tape.marks)-1].to = uint32(p.i)
		}
		v, err := p.value(depth)
		if err != nil {
			return n, err
		}
		count++
		if p.dry || p.tape != nil {
			continue
		}
		if at := find(&n, name, index); at >= 0 {
			n.Items[at] = v // LinkedHashMap.put: the first place, the last value
			continue
		}
		n.Names, n.Items = append(n.Names, name), append(n.Items, v)
		if index != nil {
			index[name] = len(n.Names) - 1
		} else if len(n.Names) == objectIndexMin {
			index = make(map[string]int, 2*objectIndexMin)
			for i, s := range n.Names {
				index[s] = i
			}
		}
	}
}

// find returns the place of a name, -1 if it is new.
func find(n *Node, name string, index map[string]int) int {
	if index != nil {
		if at, ok := index[name]; ok {
			return at
		}
		return -1
	}
	for i := range n.Names {
		if n.Names[i] == name {
			return i
		}
	}
	return -1
}
