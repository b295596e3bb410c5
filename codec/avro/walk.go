package avro

// walk goes over a value of s as it was written.
func (x *rewriter) walk(s *Schema) {
	switch s.Type {
	case Int, Enum:
		x.int()
	case Long:
		x.long()
	case Float:
		x.take(4)
	case Double:
		x.take(8)
	case Boolean:
		x.take(1)
	case String, Bytes:
		x.take(x.long())
	case Fixed:
		x.take(int64(s.Size))
	case Null:
	default:
		if x.depth++; x.depth > walkDepthMax {
			x.fail()
		}
		x.walkInto(s)
		x.depth--
	}
}

// walkInto goes over a value that has others in it.
func (x *rewriter) walkInto(s *Schema) {
	if x.failed() {
		return
	}
	switch s.Type {
	case Array, Map:
		x.walkItems(s)
	case Union:
		n := x.int()
		if x.failed() || n < 0 || int(n) >= len(s.Types) {
			x.fail()
			return
		}
		x.walk(s.Types[n])
	case Record:
		for i := range s.Fields {
			if x.walk(s.Fields[i].Schema); x.failed() {
				return
			}
		}
	}
}

// walkItems goes over an array or a map. Blocks that say how long they are are skipped as a whole, but only skipped: who reads them reads
// each item. Source: BinaryDecoder.doSkipItems.
func (x *rewriter) walkItems(s *Schema) {
	least := x.least(s)
	for n := x.head(); n > 0; n = x.head() {
		if !x.mayHold(n, least) {
			x.fail()
			return
		}
		for ; n > 0 && !x.failed(); n-- {
			if s.Type == Map {
				x.take(x.long())
			}
			x.walk(s.Elem)
		}
	}
}

// head reads the head of the next block of items that are walked over one by one, 0 at the end.
func (x *rewriter) head() int64 {
	for x.skipping {
		before := x.at
		if x.long() >= 0 || x.failed() {
			x.at = min(before, x.at)
			break
		}
		x.take(x.long())
	}
	return x.block()
}

// least is how many bytes an item of s takes at least.
func (x *rewriter) least(s *Schema) int64 {
	least, ok := x.leasts[s]
	if !ok {
		least = leastBytes(s.Elem, map[*Schema]bool{})
		if s.Type == Map {
			least++
		}
		if x.leasts == nil || len(x.leasts) >= leastsKept {
			x.leasts = map[*Schema]int64{}
		}
		x.leasts[s] = least
	}
	return least
}

// leastsKept is of how many arrays and maps a rewriter knows how small their items are.
const leastsKept = 1000
