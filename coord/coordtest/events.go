package coordtest

// event is something to do at a time; those of one time are done in the order in which they were added.
type event struct {
	at  int64 // ns since 1970
	seq uint64
	do  func()
}

func (e *event) before(o *event) bool { return e.at < o.at || e.at == o.at && e.seq < o.seq }

// events is a heap: no event is before the one at half its place. That of container/heap would allocate for each event.
type events []event

func (q *events) push(e event) {
	*q = append(*q, e)
	list := *q
	i := len(list) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !e.before(&list[up]) {
			break
		}
		list[i] = list[up]
		i = up
	}
	list[i] = e
}

// pop takes the first.
func (q *events) pop() event {
	list := *q
	first, last := list[0], list[len(list)-1]
	list[len(list)-1] = event{}
	list = list[:len(list)-1]
	*q = list
	if len(list) == 0 {
		return first
	}
	i := 0
	for {
		down := 2*i + 1
		if down >= len(list) {
			break
		}
		if right := down + 1; right < len(list) && list[right].before(&list[down]) {
			down = right
		}
		if !list[down].before(&last) {
			break
		}
		list[i] = list[down]
		i = down
	}
	list[i] = last
	return first
}
