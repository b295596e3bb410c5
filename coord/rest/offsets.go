package rest

import (
	"context"
	"encoding/json"

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
		of, err := toOffsetMap(&m.value)
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

// toOffsetMap reads an object as Java's JsonConverter does without a schema: numbers are INT64 or FLOAT64,
// an integer beyond INT64 is one that the herder refuses by its name.
func toOffsetMap(v *value) (connectors.OffsetMap, error) {
	text, err := appendJSON(nil, v)
	if err != nil {
		return connectors.OffsetMap{}, err
	}
	of, err := connectors.ParseOffsetMap(text)
	if err != nil {
		return connectors.OffsetMap{}, badRequest("offsets: %v", err)
	}
	return of, nil
}

// appendJSON writes a value as it was read.
func appendJSON(dst []byte, v *value) ([]byte, error) {
	switch v.kind {
	case kindNull:
		return append(dst, "null"...), nil
	case kindNumber:
		if len(v.text) > numberMax {
			return nil, badRequest("offsets: a number has %d characters, more than %d.", len(v.text), numberMax)
		}
		return append(dst, v.text...), nil
	case kindBoolean:
		return append(dst, v.text...), nil
	case kindText:
		return appendText(dst, v.text)
	case kindList:
		dst = append(dst, '[')
		for i := range v.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = appendJSON(dst, &v.items[i]); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	}
	dst = append(dst, '{')
	for i := range v.members {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendText(dst, v.members[i].name); err != nil {
			return nil, err
		}
		if dst, err = appendJSON(append(dst, ':'), &v.members[i].value); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func appendText(dst []byte, s string) ([]byte, error) {
	text, err := json.Marshal(s)
	return append(dst, text...), err
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
