package connectortest

import (
	"github.com/millrace/millrace/batch"
)

// valueText returns a row's value as batch.AppendLiteral writes it, with its type.
func valueText(r batch.Row) string {
	return string(batch.AppendLiteral(nil, r.ValueSchema(), r.Value()))
}

// said shows an error that may be missing.
func said(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}

// rowText returns all of a row that a source decides but its timestamp.
func rowText(r batch.Row) string {
	dst := append([]byte(r.Topic()), " | "...)
	dst = append(batch.AppendSchema(dst, r.KeySchema()), ' ')
	dst = append(batch.AppendLiteral(dst, r.KeySchema(), r.Key()), " | "...)
	dst = append(batch.AppendSchema(dst, r.ValueSchema()), ' ')
	return string(batch.AppendLiteral(dst, r.ValueSchema(), r.Value()))
}
