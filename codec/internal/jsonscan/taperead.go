package jsonscan

// Kind returns the type of a value.
func (t *Tape) Kind(v Ref) Kind {
	switch t.Text[v.At] {
	case '"':
		return String
	case '{':
		return Object
	case '[':
		return Array
	case 't', 'f':
		return Boolean
	case 'n':
		return Null
	}
	for i := v.At; i < t.N; i++ {
		switch c := t.Text[i]; {
		case c >= '0' && c <= '9', c == '-':
		case c == '.', c|0x20 == 'e':
			return Decimal
		default:
			return Integer
		}
	}
	return Integer
}

// Scalar returns a value as a Node; arrays and objects without what is in them.
func (t *Tape) Scalar(v Ref) Node {
	n := Node{Kind: t.Kind(v)}
	switch n.Kind {
	case Boolean:
		n.Bool = t.Text[v.At] == 't'
	case Integer, Decimal:
		t.at(v.At)
		n, _ = t.reader.number(false) // Read found it well-formed
	case String:
		n.Text = string(t.String(v))
	}
	return n
}

// String returns the text of a String, borrowed until the next call of any method.
func (t *Tape) String(v Ref) []byte {
	t.at(v.At + 1)
	s, _ := t.reader.text(false) // Read found it well-formed
	return s
}

// at makes the reader go on at i.
func (t *Tape) at(i int) { t.reader.b, t.reader.i = t.Text[:t.N], i }

// Count returns how many elements an Array has, or members an Object.
func (t *Tape) Count(v Ref) int { return int(t.marks[v.Mark].count) }

// Elements goes through the elements of an Array.
type Elements struct {
	t *Tape
	r Ref
}

// Elements returns the elements of the Array v.
func (t *Tape) Elements(v Ref) Elements { return Elements{t, Ref{v.At + 1, v.Mark + 1}} }

// Next returns the next element; ok is false after the last one.
func (e *Elements) Next() (v Ref, ok bool) {
	t := e.t
	i := SkipSpace(t.Text, e.r.At, t.N)
	if t.Text[i] == ',' {
		i = SkipSpace(t.Text, i+1, t.N)
	}
	if t.Text[i] == ']' {
		return Ref{}, false
	}
	v = Ref{i, e.r.Mark}
	switch t.Text[i] {
	case '{', '[':
		m := &t.marks[v.Mark]
		e.r = Ref{int(m.pos), int(m.to)}
	case '"':
		e.r.At = t.stringEnd(i + 1)
	default:
		e.r.At = t.wordEnd(i)
	}
	return v, true
}

// wordEnd returns the position behind the number or word at i, in an array.
func (t *Tape) wordEnd(i int) int {
	for t.Text[i] > ',' && t.Text[i] != ']' || t.Text[i] == '+' {
		i++
	}
	return i
}

// stringEnd returns the position behind the string whose text starts at i.
func (t *Tape) stringEnd(i int) int {
	for {
		i = plainEnd(t.Text[:t.N], i)
		switch t.Text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
		i++
	}
}

// Members goes through the members of an Object whose names are distinct, in order of first appearance.
type Members struct {
	t       *Tape
	at, end int
}

// Members returns the members of the Object v.
func (t *Tape) Members(v Ref) Members { return Members{t, v.Mark + 1, int(t.marks[v.Mark].to)} }

// Next returns the next member; ok is false after the last one. The name is borrowed until the next Read or Drop.
func (m *Members) Next() (name []byte, v Ref, ok bool) {
	for m.at < m.end {
		k := &m.t.marks[m.at]
		m.at = m.t.after(m.at)
		if k.count != 0 {
			return m.t.name(k), m.t.valueOf(k), true
		}
	}
	return nil, Ref{}, false
}

// valueOf returns the value that a member has in the end.
func (t *Tape) valueOf(m *mark) Ref { return Ref{int(t.marks[m.count-1].to), int(m.count)} }

// Member returns the member of that name; ok is false without one, and for values that are no Object.
func (t *Tape) Member(v Ref, name string) (member Ref, ok bool) {
	if t.Text[v.At] != '{' {
		return Ref{}, false
	}
	all := t.Members(v)
	for {
		n, r, ok := all.Next()
		if !ok || string(n) == name {
			return r, ok
		}
	}
}

// Entry is a member that somebody remembers: the place of its mark.
type Entry uint32

// NextEntry is Next for callers that read members in another order.
func (m *Members) NextEntry() (e Entry, ok bool) {
	for m.at < m.end {
		k := m.at
		m.at = m.t.after(k)
		if m.t.marks[k].count != 0 {
			return Entry(k), true
		}
	}
	return 0, false
}

// NameOf returns the name of a member, borrowed until the next Read or Drop.
func (t *Tape) NameOf(e Entry) []byte { return t.name(&t.marks[e]) }

// ValueOf returns the value of a member.
func (t *Tape) ValueOf(e Entry) Ref { return t.valueOf(&t.marks[e]) }

// Node returns a value with all that is in it, in the memory of nodes.
func (t *Tape) Node(v Ref) Node {
	t.at(v.At)
	n, _ := t.reader.value(1) // Read found it well-formed
	return n
}
