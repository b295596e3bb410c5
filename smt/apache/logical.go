package apache

import "github.com/millrace/millrace/batch"

// The schemas of Date, Time and Timestamp, required and optional; each is shared.
var (
	dates      = logicalPair(batch.KindInt32, batch.DateName)
	times      = logicalPair(batch.KindInt32, batch.TimeName)
	timestamps = logicalPair(batch.KindInt64, batch.TimestampName)
)

func logicalPair(k batch.Kind, name string) [2]*batch.Schema {
	b := batch.NewSchema(k).Name(name).Version(1)
	required := b.Build()
	return [2]*batch.Schema{required, b.Optional(true).Build()}
}

func ofPair(pair [2]*batch.Schema, optional bool) *batch.Schema {
	if optional {
		return pair[1]
	}
	return pair[0]
}

func timestampSchema(optional bool) *batch.Schema { return ofPair(timestamps, optional) }
