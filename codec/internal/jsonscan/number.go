package jsonscan

import (
	"math/big"
	"strconv"

	"github.com/millrace/millrace/internal/java"
)

// exponentDigits is how many digits an exponent has at most that surely is one of a BigDecimal, whatever is before it.
const exponentDigits = 4

// number reads a number. Leading zeros are dropped; at the root white space or the end must follow.
// Source: UTF8StreamJsonParser._parseUnsignedNumber, _parseFloat, _verifyRootSpace.
func (p *parser) number(root bool) (Node, error) {
	start := p.i
	negative := p.b[p.i] == '-'
	if negative {
		p.i++
	}
	if !p.digit() {
		return Node{}, p.fail("expected a digit")
	}
	for p.b[p.i] == '0' && p.i+1 < len(p.b) && p.b[p.i+1] >= '0' && p.b[p.i+1] <= '9' {
		if p.noZeros {
			return Node{}, p.fail("leading zero in a number")
		}
		p.i++
	}
	first := p.i
	for p.digit() {
		p.i++
	}
	digits := p.i - first
	fraction, exponent := false, 0
	if p.i < len(p.b) && p.b[p.i] == '.' {
		fraction = true
		p.i++
		from := p.i
		for p.digit() {
			p.i++
		}
		if p.i == from {
			return Node{}, p.fail("decimal point not followed by a digit")
		}
		digits += p.i - from
	}
	if p.i < len(p.b) && p.b[p.i]|0x20 == 'e' {
		fraction = true
		p.i++
		if p.i < len(p.b) && (p.b[p.i] == '-' || p.b[p.i] == '+') {
			p.i++
		}
		from := p.i
		for p.digit() {
			p.i++
		}
		if p.i == from {
			return Node{}, p.fail("exponent not followed by a digit")
		}
		exponent = p.i - from
		digits += exponent
	}
	if root && p.i < len(p.b) && p.b[p.i] != ' ' && p.b[p.i] != '\t' && p.b[p.i] != '\n' && p.b[p.i] != '\r' {
		return Node{}, p.fail("expected white space after a number at the root")
	}
	if digits > numberDigits {
		p.i = start
		return Node{}, p.fail("number of more than 1000 digits")
	}
	if p.dry && (!fraction || exponent <= exponentDigits) || p.tape != nil {
		return Node{}, nil
	}
	text := string(p.b[first:p.i])
	if negative {
		text = "-" + text
	}
	if !fraction {
		return integer(text), nil
	}
	d, err := java.ParseDecimal(text)
	if err != nil {
		p.i = start
		return Node{}, p.fail("malformed number: " + err.Error())
	}
	return Node{Kind: Decimal, Num: &d}, nil
}

func (p *parser) digit() bool { return p.i < len(p.b) && p.b[p.i] >= '0' && p.b[p.i] <= '9' }

// integer makes a node of digits with an optional minus.
func integer(text string) Node {
	if v, err := strconv.ParseInt(text, 10, 64); err == nil {
		return Node{Kind: Integer, Int: v}
	}
	v, _ := new(big.Int).SetString(text, 10)
	d := java.NewDecimalBig(v, 0)
	return Node{Kind: Integer, Int: java.BigToLong(v), Num: &d}
}
