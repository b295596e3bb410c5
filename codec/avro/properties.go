package avro

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
)

// properties adds what Avro itself has no word for, in the original's order.
func (w *schemaWriter) properties(out *Schema, s *batch.Schema) error {
	var err error
	add := func(name string, v Node) {
		if err == nil {
			err = out.add(name, v)
		}
	}
	if w.metaData {
		if s.HasDoc() {
			add(propDoc, textNode(s.Doc()))
		}
		if s.HasVersion() {
			add(propVersion, intNode(int64(s.Version())))
		}
		if s.Params() != nil {
			if p := w.paramsNode(s); len(p.Items) > 0 {
				add(propParameters, p)
			}
		}
		if _, own := s.Param(fieldDefault); s.HasDefault() && (w.discardTypeDoc || !own) {
			n, err := w.defaultNode(s, s.Default())
			if err != nil {
				return err
			}
			add(propDefault, n)
		}
		if s.HasName() {
			add(propName, textNode(s.Name()))
		}
		switch s.Kind() {
		case batch.KindInt8:
			add(propType, textNode("int8"))
		case batch.KindInt16:
			add(propType, textNode("int16"))
		}
	}
	switch {
	case isNamed(s, batch.DecimalName):
		add(propLogical, textNode(logicalDecimal))
		if err == nil {
			err = w.checkDecimal(out, s)
		}
	case isNamed(s, batch.TimeName):
		add(propLogical, textNode(logicalTime))
		err = orLogical(err, out, Int, "time-millis", "int")
	case isNamed(s, batch.TimestampName):
		add(propLogical, textNode(logicalTimestamp))
		err = orLogical(err, out, Long, "timestamp-millis", "long")
	case isNamed(s, batch.DateName):
		add(propLogical, textNode(logicalDate))
		err = orLogical(err, out, Int, "date", "int")
	}
	for _, p := range s.Params() {
		if strings.HasPrefix(p.Key, avroPrefix) {
			add(p.Key, textNode(p.Value))
		}
	}
	return err
}

// orLogical reports a logical type that is on another type than its own. Source: LogicalTypes.Date.validate.
func orLogical(err error, s *Schema, t Type, name, base string) error {
	if err == nil && s.Type != t {
		first := map[string]string{"date": "Date", "time-millis": "Time (millis)", "timestamp-millis": "Timestamp (millis)"}[name]
		return illegalArgument(first + " can only be used with an underlying " + base + " type")
	}
	return err
}

// checkDecimal refuses what Avro's own decimal type refuses; a scale that is negative or beyond the precision passes.
// Source: LogicalTypes.Decimal.validate.
func (w *schemaWriter) checkDecimal(out *Schema, s *batch.Schema) error {
	scale, precision, err := decimalParams(s)
	if err != nil || scale < 0 || scale > precision {
		return err
	}
	if out.Type != Fixed && out.Type != Bytes {
		return illegalArgument("Logical type decimal must be backed by fixed or bytes")
	}
	if precision <= 0 {
		return illegalArgument("Invalid decimal precision: " + strconv.Itoa(int(precision)) + " (must be positive)")
	}
	if out.Type == Fixed {
		if most := fixedDigits(out.Size); int64(precision) > most {
			return illegalArgument("fixed(" + strconv.Itoa(int(out.Size)) + ") cannot store " + strconv.Itoa(int(precision)) + " digits (max " + strconv.FormatInt(most, 10) + ")")
		}
	}
	return nil
}

// paramsNode returns parameters as JSON, without the mark of defaults of fields.
func (w *schemaWriter) paramsNode(s *batch.Schema) Node {
	out := Node{Kind: NodeObject}
	for _, p := range s.Params() {
		if w.discardTypeDoc || p.Key != fieldDefault {
			out.put(p.Key, textNode(p.Value))
		}
	}
	return out
}
