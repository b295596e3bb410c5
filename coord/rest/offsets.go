package rest

import (
	"context"
	"math/big"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// offsets serves GET /connectors/{connector}/offsets. Source: ConnectorsResource.getOffsets.
func (a *api) offsets(ctx context.Context, c *call) (answer, error) {
	list, err := a.herder.Offsets(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	return answer{body: connectorOffsets{list}}, nil
}

// alterOffsets serves PATCH /connectors/{connector}/offsets. Source: ConnectorsResource.alterConnectorOffsets.
func (a *api) alterOffsets(ctx context.Context, c *call) (answer, error) {
	body, err := c.object("an object with offsets")
	if err != nil {
		return answer{}, err
	}
	list, err := parseOffsets(body)
	if err != nil {
		return answer{}, err
	}
	if len(list) == 0 {
		return answer{}, badRequest("Partitions / offsets need to be provided for an alter offsets request")
	}
	text, err := a.herder.AlterOffsets(ctx, c.name(), list)
	if err != nil {
		return answer{}, err
	}
	return answer{body: message{text}}, nil
}

// resetOffsets serves DELETE /connectors/{connector}/offsets.
func (a *api) resetOffsets(ctx context.Context, c *call) (answer, error) {
	text, err := a.herder.ResetOffsets(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	return answer{body: message{text}}, nil
}

// parseOffsets reads the list of a request. Of a partition that is there twice the later offset counts.
// Source: ConnectorOffsets, ConnectorOffset.
func parseOffsets(body *value) ([]coord.Offset, error) {
	var list []coord.Offset
	for i := range body.members {
		m := &body.members[i]
		switch {
		case m.name != "offsets":
			return nil, badRequest("Unrecognized field %q: the request body must be an object with offsets.", m.name)
		case m.value.kind == kindNull:
			list = nil
			continue
		case m.value.kind != kindList:
			return nil, badRequest("offsets must be a list, not %s.", m.value.kind)
		}
		list = nil
		at := map[string]int{} // of a partition in list
		for n := range m.value.items {
			o, err := parseOffset(&m.value.items[n])
			if err != nil {
				return nil, err
			}
			key := string(o.Partition.AppendKey(nil))
			if i, ok := at[key]; ok {
				list[i] = o
				continue
			}
			at[key] = len(list)
			list = append(list, o)
		}
	}
	return list, nil
}

func parseOffset(v *value) (coord.Offset, error) {
	var o coord.Offset
	if v.kind != kindObject {
		return o, badRequest("An element of offsets must be an object with partition and offset, not %s.", v.kind)
	}
	for i := range v.members {
		m := &v.members[i]
		if m.name != "partition" && m.name != "offset" {
			return o, badRequest("Unrecognized field %q: an element of offsets must be an object with partition and offset.", m.name)
		}
		if m.value.kind != kindObject && m.value.kind != kindNull {
			return o, badRequest("%s must be an object, not %s.", m.name, m.value.kind)
		}
		of, err := toValue(&m.value)
		if err != nil {
			return o, err
		}
		if m.name == "partition" {
			o.Partition = of
		} else {
			o.Offset = of
		}
	}
	return o, nil
}

// toValue makes a Value of JSON as Java's JsonConverter does without a schema: numbers are INT64 or
// FLOAT64.
func toValue(v *value) (batch.Value, error) {
	switch v.kind {
	case kindBoolean:
		return batch.BooleanValue(v.text == "true"), nil
	case kindText:
		return batch.StringValue(v.text), nil
	case kindNumber:
		return toNumber(v.text)
	case kindList:
		items := make([]batch.Value, len(v.items))
		for i := range v.items {
			var err error
			if items[i], err = toValue(&v.items[i]); err != nil {
				return batch.Null(), err
			}
		}
		return batch.ArrayValue(items), nil
	case kindObject:
		m := &batch.MapValue{}
		at := make(map[string]int, len(v.members)) // Put would look at all keys
		for i := range v.members {
			of, err := toValue(&v.members[i].value)
			if err != nil {
				return batch.Null(), err
			}
			if n, ok := at[v.members[i].name]; ok {
				m.Values[n] = of
				continue
			}
			at[v.members[i].name] = len(m.Keys)
			m.Keys = append(m.Keys, batch.StringValue(v.members[i].name))
			m.Values = append(m.Values, of)
		}
		return batch.MapValueOf(m), nil
	}
	return batch.Null(), nil
}

// toNumber reads a number. An integer beyond INT64 is a decimal, which the herder refuses by its name.
func toNumber(s string) (batch.Value, error) {
	if len(s) > numberMax {
		return batch.Null(), badRequest("offsets: a number has %d characters, more than %d.", len(s), numberMax)
	}
	if strings.ContainsAny(s, ".eE") {
		f, _ := strconv.ParseFloat(s, 64) // out of range is infinite, as in Java
		return batch.Float64Value(f), nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return batch.Int64Value(n), nil
	}
	n, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return batch.Null(), badRequest("offsets: %q is no number.", s)
	}
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: n}), nil
}

// connectorOffsets is the body of GET /connectors/{connector}/offsets. Source: ConnectorOffsets.
type connectorOffsets struct{ list []coord.Offset }

// MarshalJSON implements json.Marshaler.
func (o connectorOffsets) MarshalJSON() (b []byte, err error) {
	b = append(b, `{"offsets":[`...)
	for i, one := range o.list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"partition":`...)
		if b, err = connectors.AppendOffsetMap(b, one.Partition); err != nil {
			return nil, err
		}
		b = append(b, `,"offset":`...)
		if b, err = connectors.AppendOffsetMap(b, one.Offset); err != nil {
			return nil, err
		}
		b = append(b, '}')
	}
	return append(b, `]}`...), nil
}
