package pgoutput

// Cell is where one value of a tuple lies in the buffer of messages.
type Cell struct {
	Pos uint32
	Len int32 // bytes; or Null, or Unchanged
}

// Lengths of cells without a value.
const (
	Null      int32 = -1
	Unchanged int32 = -2 // a TOASTed value that an update left alone is not sent
)

// Relation is a table as the stream describes it.
type Relation struct {
	ID       uint32 // oid
	Schema   string
	Name     string
	Identity byte // replica identity: d, n, f or i
	Columns  []Column
	Skip     bool // set by the owner: its rows are left out
	Rows     Rows
}

// Column is one column of a relation.
type Column struct {
	Name     string
	Key      bool // part of the replica identity
	Type     uint32
	Modifier int32
}

// None marks a missing tuple.
const None int32 = -1

// Rows are the changes of one relation since the last Reset.
//
// Shape: row i is a change of kind Ops[i] at event Event[i]; Old[i] and New[i] are numbers of tuples, or None. Tuple t
// has a cell for each column of the relation: Cells[t*n:(t+1)*n].
type Rows struct {
	Ops   []byte // I, U, D, T
	Old   []int32
	New   []int32
	Full  []bool // the old tuple has all columns, not only those of the replica identity
	Event []int32
	Cells []Cell

	Width  int // columns
	tuples int32
}

// Len returns how many changes there are.
func (r *Rows) Len() int { return len(r.Ops) }

// Tuple returns the cells of a tuple.
func (r *Rows) Tuple(t int32) []Cell {
	return r.Cells[int(t)*r.Width : (int(t)+1)*r.Width]
}

func (r *Rows) add(op byte, old, new int32, full bool, event int32) {
	r.Ops = append(r.Ops, op)
	r.Old = append(r.Old, old)
	r.New = append(r.New, new)
	r.Full = append(r.Full, full)
	r.Event = append(r.Event, event)
}

func (r *Rows) reset() {
	r.Ops, r.Old, r.New, r.Full = r.Ops[:0], r.Old[:0], r.New[:0], r.Full[:0]
	r.Event, r.Cells, r.tuples = r.Event[:0], r.Cells[:0], 0
}

// keep fills cells of a new tuple that were not sent from the old one.
func (r *Rows) keep(old, new int32) {
	from, to := r.Tuple(old), r.Tuple(new)
	for i := range to {
		if to[i].Len == Unchanged && from[i].Len >= 0 {
			to[i] = from[i]
		}
	}
}
