package trial

import (
	"encoding/base64"
	"slices"
	"strconv"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// Op is the operation that every item of a trial asks for.
type Op string

// The operations. Those with a batch form can be asked one by one or together.
const (
	ToConnect         Op = "toConnect"         // Item.Bytes; batch form
	FromConnect       Op = "fromConnect"       // Item.Data; batch form
	ToConnectHeader   Op = "toConnectHeader"   // Item.Bytes
	FromConnectHeader Op = "fromConnectHeader" // Item.Data
	ParseValue        Op = "parseValue"        // Item.Text
	Apply             Op = "apply"             // Item.Record; batch form
	Test              Op = "test"              // Item.Record
)

// HasBatch reports whether the protocol has a batch form of the operation.
func (op Op) HasBatch() bool { return op == ToConnect || op == FromConnect || op == Apply }

// Plugin is one plugin to configure.
type Plugin struct {
	Kind      string // transform, predicate, converter, headerConverter
	Class     string
	Config    []protocol.Pair
	IsKey     bool
	Predicate int  // transforms: 1 + position of its predicate in the trial's plugins; 0: none
	Negate    bool // of the predicate
}

// Item is one case: the fields that the operation reads are set.
type Item struct {
	Bytes  []byte // nil: null
	Data   protocol.Typed
	Text   string
	Record *protocol.Record
}

// Trial is a set of plugins and the items to run through them.
//
// A converter operation uses the first plugin; apply chains all transforms in order; test uses the first plugin.
type Trial struct {
	Kind    string // what generated it: json, string, bytes, number, header, literal, avro, transform, chain, predicate, debezium, script
	Op      Op
	Batch   bool
	Topic   string
	Plugins []Plugin
	Items   []Item
}

// Clone returns a deep copy, but for the bytes and texts, which nobody changes in place.
func (t *Trial) Clone() *Trial {
	c := *t
	c.Plugins = slices.Clone(t.Plugins)
	for i := range c.Plugins {
		c.Plugins[i].Config = slices.Clone(c.Plugins[i].Config)
	}
	c.Items = slices.Clone(t.Items)
	for i := range c.Items {
		c.Items[i].Data = c.Items[i].Data.Clone()
		if r := c.Items[i].Record; r != nil {
			c.Items[i].Record = r.Clone()
		}
	}
	return &c
}

// Responses is the number of lines that answer the trial's requests.
func (t *Trial) Responses() int {
	n := 2 * len(t.Plugins)
	if t.Batch {
		return n + 1
	}
	return n + len(t.Items)
}

// AppendRequests appends the trial's request lines; ids count up from id. The handles carry the id, so that trials in flight do not meet.
func (t *Trial) AppendRequests(dst []byte, id int64) []byte {
	base := id
	for i := range t.Plugins {
		dst = t.appendConfigure(dst, id, base, i)
		id++
	}
	if t.Batch {
		dst = t.appendBatch(dst, id, base)
		id++
	} else {
		for i := range t.Items {
			dst = t.appendSingle(dst, id, base, &t.Items[i])
			id++
		}
	}
	for i := range t.Plugins {
		dst = appendHead(dst, id, "close")
		dst = append(appendHandle(append(dst, `,"handle":`...), base, i), "}\n"...)
		id++
	}
	return dst
}

func appendHead(dst []byte, id int64, op string) []byte {
	dst = strconv.AppendInt(append(dst, `{"id":`...), id, 10)
	return append(append(append(dst, `,"op":"`...), op...), '"')
}

func appendHandle(dst []byte, base int64, plugin int) []byte {
	dst = strconv.AppendInt(append(dst, `"t`...), base, 10)
	return append(strconv.AppendInt(append(dst, 'p'), int64(plugin), 10), '"')
}

func (t *Trial) appendConfigure(dst []byte, id, base int64, i int) []byte {
	p := &t.Plugins[i]
	dst = appendHead(dst, id, "configure")
	dst = appendHandle(append(dst, `,"handle":`...), base, i)
	dst = append(dst, ',')
	dst = appendPlugin(dst, p)
	if p.Predicate > 0 {
		dst = appendHandle(append(dst, `,"predicate":`...), base, p.Predicate-1)
		dst = strconv.AppendBool(append(dst, `,"negate":`...), p.Negate)
	}
	return append(dst, "}\n"...)
}

func appendPlugin(dst []byte, p *Plugin) []byte {
	dst = protocol.AppendString(append(dst, `"kind":`...), p.Kind)
	dst = protocol.AppendString(append(dst, `,"class":`...), p.Class)
	dst = protocol.AppendPairs(append(dst, `,"config":`...), p.Config)
	if p.IsKey {
		dst = append(dst, `,"isKey":true`...)
	}
	return dst
}

func (t *Trial) appendTarget(dst []byte, base int64) []byte {
	switch t.Op {
	case ParseValue:
		return dst
	case Apply:
		dst = append(dst, `,"handles":[`...)
		first := true
		for i := range t.Plugins {
			if t.Plugins[i].Kind != "transform" {
				continue
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = appendHandle(dst, base, i)
		}
		return append(dst, ']')
	case Test:
		return appendHandle(append(dst, `,"handle":`...), base, 0)
	}
	dst = appendHandle(append(dst, `,"handle":`...), base, 0)
	return protocol.AppendString(append(dst, `,"topic":`...), t.Topic)
}

func (t *Trial) appendSingle(dst []byte, id, base int64, it *Item) []byte {
	dst = t.appendTarget(appendHead(dst, id, string(t.Op)), base)
	switch t.Op {
	case ToConnectHeader, FromConnectHeader:
		dst = append(dst, `,"name":"h"`...)
	}
	dst = append(dst, ',')
	dst = t.appendItem(dst, it, true)
	return append(dst, "}\n"...)
}

func (t *Trial) appendBatch(dst []byte, id, base int64) []byte {
	dst = t.appendTarget(appendHead(dst, id, string(t.Op)+"Batch"), base)
	if t.Op == Apply {
		dst = append(dst, `,"records":[`...)
	} else {
		dst = append(dst, `,"items":[`...)
	}
	for i := range t.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if t.Op == FromConnect {
			dst = append(t.appendItem(append(dst, '{'), &t.Items[i], false), '}')
		} else {
			dst = t.appendItem(dst, &t.Items[i], false)
		}
	}
	return append(dst, "]}\n"...)
}

// appendItem appends what the operation reads, with its member name where named is true (typed data always names its two members).
func (t *Trial) appendItem(dst []byte, it *Item, named bool) []byte {
	name := func(n string) {
		if named {
			dst = append(append(append(dst, '"'), n...), `":`...)
		}
	}
	switch t.Op {
	case ToConnect, ToConnectHeader:
		name("bytes")
		return appendBytes(dst, it.Bytes)
	case ParseValue:
		name("text")
		return protocol.AppendString(dst, it.Text)
	case Apply, Test:
		name("record")
		return protocol.AppendRecord(dst, it.Record)
	}
	return protocol.AppendTyped(dst, it.Data)
}

func appendBytes(dst, b []byte) []byte {
	if b == nil {
		return append(dst, "null"...)
	}
	return append(base64.StdEncoding.AppendEncode(append(dst, '"'), b), '"')
}
