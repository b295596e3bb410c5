package jsonschema

import "github.com/millrace/millrace/codec/internal/jsonscan"

// costMax bounds how many schemas a validator may have to look at for one value: references make few bytes very many.
const costMax = 1_000_000

// costs counts the objects and arrays that a walk through a text meets that follows every reference, saturated at costMax.
type costs struct {
	*loader
	of   map[*jsonscan.Node]int
	open map[*jsonscan.Node]bool
}

// cost is that of n in doc. What refers to what is being counted costs nothing more: it is the next value's, or no schema.
func (c *costs) cost(doc *document, n *jsonscan.Node, depth int) int {
	if known, ok := c.of[n]; ok {
		return known
	}
	if c.open[n] || depth > costMax || n.Kind != jsonscan.Object && n.Kind != jsonscan.Array {
		return 0
	}
	c.open[n] = true
	total := 1
	for i := range n.Items {
		member := &n.Items[i]
		at := doc
		if n.Kind == jsonscan.Object {
			switch name := n.Names[i]; {
			case name == "definitions" || name == "$defs": // only what is referred to is looked at
				continue
			case name == "$ref" && member.Kind == jsonscan.String:
				if to, target := c.find(doc, member.Text); target != nil {
					at, member = to, target
				}
			}
		}
		if total += c.cost(at, member, depth+1); total > costMax {
			total = costMax
			break
		}
	}
	delete(c.open, n)
	c.of[n] = total
	return total
}
