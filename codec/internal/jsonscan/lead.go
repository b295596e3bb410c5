package jsonscan

import "encoding/binary"

// Lead is the text between two values of an object, as it was seen before: a comma (for the first member the brace, kept as a comma), the
// member's name, a colon, with the white space around them. It is compared as two words that overlap where it is longer than eight bytes;
// only beyond sixteen bytes the text itself is compared.
type Lead struct {
	Low, LowMask   uint64
	High, HighMask uint64
	HighAt         int
	Size           int
	Text           string
}

// LeadMax is the length of the longest text that a Lead may have, so that both words are readable within the Slack behind a row.
const LeadMax = 56

// BraceForComma is the first of a Match where a brace is expected in place of the comma.
const BraceForComma = ',' ^ '{'

// NewLead returns the lead of a text of 1 to LeadMax bytes, which starts with a brace or a comma.
func NewLead(text []byte) Lead {
	l := Lead{Size: len(text), Text: string(text)}
	if text[0] == '{' {
		l.Text = "," + string(text[1:])
	}
	var w [8]byte
	copy(w[:], l.Text)
	l.Low = binary.LittleEndian.Uint64(w[:])
	l.LowMask = ^uint64(0)
	if l.Size < 8 {
		l.LowMask = 1<<(8*l.Size) - 1
		return l
	}
	l.HighAt = l.Size - 8
	copy(w[:], l.Text[l.HighAt:])
	l.High, l.HighMask = binary.LittleEndian.Uint64(w[:]), ^uint64(0)
	if l.Size == 8 {
		l.High, l.HighMask = 0, 0 // the same word, whose first byte may differ
	}
	return l
}

// Match reports whether the lead stands at b[i]; first is BraceForComma where a brace is expected, else 0.
func (l *Lead) Match(b []byte, i, n int, first uint64) bool {
	d := (binary.LittleEndian.Uint64(b[i:]) ^ l.Low ^ first) & l.LowMask
	d |= (binary.LittleEndian.Uint64(b[i+l.HighAt:]) ^ l.High) & l.HighMask
	return d == 0 && i+l.Size <= n && (l.Size <= 16 || string(b[i+8:i+l.HighAt]) == l.Text[8:l.HighAt])
}
