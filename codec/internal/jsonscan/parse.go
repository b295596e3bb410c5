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
func Parse(text []byte) (Node, error) {
	p := parser{b: text}
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
	if start := p.i; len(p.b) > checkFirst {
		p.dry = true
		if _, err := p.value(0); err != nil {
			return Node{}, err
		}
		p.i, p.dry = start, false
	}
	return p.value(0)
}

// parser reads UTF-8 text.
type parser struct {
	b     []byte
	i     int
	dry   bool   // arrays and objects are read and not kept
	chars bool   // the text was decoded from UTF-16 or UTF-32: Jackson reads characters, names leniently
	buf   []byte // scratch of decode
	low   rune   // result of namePair
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
		return Node{Kind: String, Text: s}, err
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

func (p *parser) array(depth int) (Node, error) {
	n := Node{Kind: Array}
	if depth > DepthMax {
		return n, p.fail("more than 1000 levels")
	}
	p.i++
	for first := true; ; first = false {
		c, err := p.space()
		if err != nil {
			return n, err
		}
		if c == ']' {
			p.i++
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
		if !p.dry {
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
	p.i++
	for first := true; ; first = false {
		c, err := p.space()
		if err != nil {
			return n, err
		}
		if c == '}' {
			p.i++
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
		name, err := p.text(true)
		if err != nil {
			return n, err
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
		v, err := p.value(depth)
		if err != nil {
			return n, err
		}
		if p.dry {
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
