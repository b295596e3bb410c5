package jsonscan

import "github.com/millrace/millrace/internal/java"

// Kind is the type of a Node.
type Kind uint8

// The kinds. Missing is what reading blank text gives.
const (
	Missing Kind = iota
	Null
	Boolean
	Integer // no fraction and no exponent
	Decimal // with a fraction or an exponent
	String
	Array
	Object
)

// TypeName returns Jackson's name of the type. Source: JsonNodeType.
func (k Kind) TypeName() string {
	return [...]string{"MISSING", "NULL", "BOOLEAN", "NUMBER", "NUMBER", "STRING", "ARRAY", "OBJECT"}[k]
}

// Node is one JSON value. Source: com.fasterxml.jackson.databind.JsonNode.
type Node struct {
	Kind  Kind
	Bool  bool
	Int   int64         // Integer: the value, or its low 64 bits where Num is set
	Num   *java.Decimal // Decimal, and Integer beyond int64
	Text  string        // String
	Items []Node        // Array: elements; Object: values
	Names []string      // Object: names, distinct, in order of first appearance
}

// objectIndexMin is from how many members on an object looks names up in a map while it is read.
const objectIndexMin = 16

// Member returns the member of that name, or nil; also for values that are no objects.
func (n *Node) Member(name string) *Node {
	if n.Kind != Object {
		return nil
	}
	for i := range n.Names {
		if n.Names[i] == name {
			return &n.Items[i]
		}
	}
	return nil
}

// IsInt32 reports whether the value is an Integer of 32 bits: Jackson's IntNode.
func (n *Node) IsInt32() bool {
	return n.Kind == Integer && n.Num == nil && n.Int == int64(int32(n.Int))
}

// IntValue is JsonNode.intValue: the low 32 bits, a fraction dropped, 0 for what is no number.
func (n *Node) IntValue() int32 {
	if n.Kind == Decimal {
		return n.Num.Int()
	}
	return int32(n.LongValue())
}

// LongValue is JsonNode.longValue: the low 64 bits, a fraction dropped, 0 for what is no number.
func (n *Node) LongValue() int64 {
	switch n.Kind {
	case Integer:
		return n.Int
	case Decimal:
		return n.Num.Long()
	}
	return 0
}

// DoubleValue is JsonNode.doubleValue: the nearest double, 0 for what is no number.
func (n *Node) DoubleValue() float64 {
	switch n.Kind {
	case Integer:
		if n.Num != nil {
			return n.Num.Float64()
		}
		return float64(n.Int)
	case Decimal:
		return n.Num.Float64()
	}
	return 0
}

// FloatValue is JsonNode.floatValue: the nearest float, rounded once, 0 for what is no number.
func (n *Node) FloatValue() float32 {
	switch n.Kind {
	case Integer:
		if n.Num != nil {
			return n.Num.Float32()
		}
		return float32(n.Int)
	case Decimal:
		return n.Num.Float32()
	}
	return 0
}

// DecimalValue is JsonNode.decimalValue of a number.
func (n *Node) DecimalValue() java.Decimal {
	if n.Num != nil {
		return *n.Num
	}
	return java.NewDecimal(n.Int, 0)
}
