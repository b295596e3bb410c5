package shrink

import (
	"slices"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// shorterJSON simplifies a text that is JSON as a tree: parts instead of wholes, and members left out.
func shorterJSON(b []byte, yield func([]byte) bool) bool {
	n, err := protocol.Parse(b)
	if err != nil {
		return true
	}
	return shorterNode(&n, func(c *protocol.Node) bool { return yield(protocol.AppendNode(nil, c)) })
}

func shorterNode(n *protocol.Node, yield func(*protocol.Node) bool) bool {
	children := make([]*protocol.Node, 0, len(n.Items)+len(n.Members))
	for i := range n.Items {
		children = append(children, &n.Items[i])
	}
	for i := range n.Members {
		children = append(children, &n.Members[i].Value)
	}
	for _, c := range children {
		if !yield(c) {
			return false
		}
	}
	for i := range children {
		c := *n
		if n.Kind == protocol.ArrayNode {
			c.Items = slices.Delete(slices.Clone(n.Items), i, i+1)
		} else {
			c.Members = slices.Delete(slices.Clone(n.Members), i, i+1)
		}
		if !yield(&c) {
			return false
		}
	}
	for i, child := range children {
		ok := shorterNode(child, func(smaller *protocol.Node) bool {
			c := *n
			if n.Kind == protocol.ArrayNode {
				c.Items = slices.Clone(n.Items)
				c.Items[i] = *smaller
			} else {
				c.Members = slices.Clone(n.Members)
				c.Members[i].Value = *smaller
			}
			return yield(&c)
		})
		if !ok {
			return false
		}
	}
	return true
}
