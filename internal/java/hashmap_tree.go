package java

// treeMap replays java.util.HashMap put by put where a bucket gets crowded: there the iteration
// order follows the list inside a red-black tree, whose root always moves to the front.
// Source: HashMap.TreeNode.
type treeMap struct {
	table   []int32 // first node of each bucket, -1 if empty
	isTree  []bool
	nodes   []treeNode
	compare func(a, b int32) int
}

// treeNode is one key; links are indices into nodes, -1 for none.
type treeNode struct {
	hash                int32 // spread
	next, prev          int32
	parent, left, right int32
	red                 bool
}

func newTreeMap(hashes []int32, table int, compare func(a, b int32) int) *treeMap {
	m := &treeMap{nodes: make([]treeNode, len(hashes)), compare: compare}
	m.table, m.isTree = emptyTable(table)
	for i, h := range hashes {
		m.nodes[i] = treeNode{hash: int32(spread(h)), next: -1, prev: -1, parent: -1, left: -1, right: -1}
		m.put(int32(i))
		if i+1 > len(m.table)*3/4 {
			m.double()
		}
	}
	return m
}

func emptyTable(n int) ([]int32, []bool) {
	table := make([]int32, n)
	for i := range table {
		table[i] = -1
	}
	return table, make([]bool, n)
}

func (m *treeMap) order() []int32 {
	out := make([]int32, 0, len(m.nodes))
	for _, x := range m.table {
		for ; x >= 0; x = m.nodes[x].next {
			out = append(out, x)
		}
	}
	return out
}

func (m *treeMap) bucket(x int32) int32 { return m.nodes[x].hash & int32(len(m.table)-1) }

func (m *treeMap) put(x int32) {
	b := m.bucket(x)
	first := m.table[b]
	if first < 0 {
		m.table[b] = x
		return
	}
	if m.isTree[b] {
		root := first
		for m.nodes[root].parent >= 0 {
			root = m.nodes[root].parent
		}
		at, left := m.leaf(root, x)
		next := m.nodes[at].next
		m.nodes[at].next, m.nodes[x].prev, m.nodes[x].next = x, at, next
		if next >= 0 {
			m.nodes[next].prev = x
		}
		m.attach(at, x, left)
		m.rootToFront(b, m.balance(root, x))
		return
	}
	last, n := first, 1
	for m.nodes[last].next >= 0 {
		last = m.nodes[last].next
		n++
	}
	m.nodes[last].next = x
	if n >= treeBin {
		if len(m.table) < minTreeTable {
			m.double()
		} else {
			m.treeify(b)
		}
	}
}

// double splits every bucket in two, keeping the order inside.
func (m *treeMap) double() {
	n := len(m.table)
	if n >= maximumTable {
		return
	}
	old, wasTree := m.table, m.isTree
	m.table, m.isTree = emptyTable(2 * n)
	for b, first := range old {
		var head, tail = [2]int32{-1, -1}, [2]int32{-1, -1}
		var count [2]int
		for x := first; x >= 0; {
			next := m.nodes[x].next
			side := 0
			if m.nodes[x].hash&int32(n) != 0 {
				side = 1
			}
			m.nodes[x].prev, m.nodes[x].next = tail[side], -1
			if tail[side] < 0 {
				head[side] = x
			} else {
				m.nodes[tail[side]].next = x
			}
			tail[side] = x
			count[side]++
			x = next
		}
		for side := range 2 {
			to := int32(b + side*n)
			m.table[to] = head[side]
			if !wasTree[b] || count[side] <= 6 {
				continue
			}
			if count[1-side] == 0 {
				m.isTree[to] = true // all stayed together: the tree stays as it is
			} else {
				m.treeify(to)
			}
		}
	}
}

// treeify builds the tree of a bucket from its list.
func (m *treeMap) treeify(b int32) {
	m.isTree[b] = true
	root, prev := int32(-1), int32(-1)
	for x := m.table[b]; x >= 0; x = m.nodes[x].next {
		node := &m.nodes[x]
		node.parent, node.left, node.right, node.red = -1, -1, -1, false
		node.prev = prev
		prev = x
		if root < 0 {
			root = x
			continue
		}
		at, left := m.leaf(root, x)
		m.attach(at, x, left)
		root = m.balance(root, x)
	}
	m.rootToFront(b, root)
}

// leaf finds the node below which x belongs, and on which side.
func (m *treeMap) leaf(root, x int32) (at int32, left bool) {
	for p := root; p >= 0; {
		at = p
		switch ph, h := m.nodes[p].hash, m.nodes[x].hash; {
		case ph != h:
			left = ph > h
		case m.compare != nil:
			left = m.compare(x, p) <= 0
		default:
			left = x < p
		}
		if left {
			p = m.nodes[p].left
		} else {
			p = m.nodes[p].right
		}
	}
	return at, left
}

func (m *treeMap) attach(at, x int32, left bool) {
	m.nodes[x].parent = at
	if left {
		m.nodes[at].left = x
	} else {
		m.nodes[at].right = x
	}
}

func (m *treeMap) rootToFront(b, root int32) {
	first := m.table[b]
	if first == root {
		return
	}
	r := &m.nodes[root]
	if r.next >= 0 {
		m.nodes[r.next].prev = r.prev
	}
	if r.prev >= 0 {
		m.nodes[r.prev].next = r.next
	}
	m.nodes[first].prev = root
	r.next, r.prev = first, -1
	m.table[b] = root
}

// balance restores the red-black rules after x became a leaf and gives the root.
func (m *treeMap) balance(root, x int32) int32 {
	m.nodes[x].red = true
	for {
		p := m.nodes[x].parent
		if p < 0 {
			m.nodes[x].red = false
			return x
		}
		if !m.nodes[p].red {
			return root
		}
		g := m.nodes[p].parent
		if g < 0 {
			return root
		}
		pIsLeft := m.nodes[g].left == p
		uncle := m.nodes[g].left
		if pIsLeft {
			uncle = m.nodes[g].right
		}
		if uncle >= 0 && m.nodes[uncle].red {
			m.nodes[uncle].red, m.nodes[p].red, m.nodes[g].red = false, false, true
			x = g
			continue
		}
		if (m.nodes[p].left == x) != pIsLeft { // inner grandchild: turn it outwards
			root = m.rotate(root, p, pIsLeft)
			x, p = p, x
		}
		m.nodes[p].red, m.nodes[g].red = false, true
		root = m.rotate(root, g, !pIsLeft)
	}
}

// rotate turns p down to its left or right side and gives the root.
func (m *treeMap) rotate(root, p int32, toLeft bool) int32 {
	var up, inner int32
	if toLeft {
		up = m.nodes[p].right
		inner = m.nodes[up].left
		m.nodes[p].right, m.nodes[up].left = inner, p
	} else {
		up = m.nodes[p].left
		inner = m.nodes[up].right
		m.nodes[p].left, m.nodes[up].right = inner, p
	}
	if inner >= 0 {
		m.nodes[inner].parent = p
	}
	above := m.nodes[p].parent
	m.nodes[up].parent, m.nodes[p].parent = above, up
	switch {
	case above < 0:
		m.nodes[up].red = false
		return up
	case m.nodes[above].left == p:
		m.nodes[above].left = up
	default:
		m.nodes[above].right = up
	}
	return root
}
