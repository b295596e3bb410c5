package restart

import "sync"

// nobody is the trial of a circuit without one.
const nobody = -1

// Circuit is open while the tasks of a connector fail and fail: then one task at a time may try, until it has
// recovered. Make one with NewCircuit. Safe for concurrent use.
//
// Invariant: trial is nobody while the circuit is closed.
type Circuit struct {
	limit int // failures in a row that open it

	mu      sync.Mutex
	row     int           // failures since a task last recovered
	trial   int           // the task that tries
	changed chan struct{} // closed, and replaced, when tasks that wait should look again
}

// NewCircuit returns a closed circuit that opens after so many failures in a row.
func NewCircuit(failures int) *Circuit {
	return &Circuit{limit: failures, trial: nobody, changed: make(chan struct{})}
}

// Failed counts the failure of a task, which lets others try, and reports whether the circuit is open.
func (c *Circuit) Failed(task int) (open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.row++
	c.leaveLocked(task)
	return c.row >= c.limit
}

// Recovered closes the circuit: a task runs well.
func (c *Circuit) Recovered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.row, c.trial = 0, nobody
	c.wakeLocked()
}

// Left lets others try: the task is gone.
func (c *Circuit) Left(task int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leaveLocked(task)
}

// Enter waits until a task may try and reports true, or false when stop is closed first.
func (c *Circuit) Enter(task int, stop <-chan struct{}) bool {
	for {
		c.mu.Lock()
		free := c.row < c.limit
		if !free && (c.trial == nobody || c.trial == task) {
			c.trial, free = task, true
		}
		changed := c.changed
		c.mu.Unlock()
		if free {
			return true
		}
		select {
		case <-changed:
		case <-stop:
			return false
		}
	}
}

func (c *Circuit) leaveLocked(task int) {
	if c.trial == task {
		c.trial = nobody
		c.wakeLocked()
	}
}

func (c *Circuit) wakeLocked() {
	close(c.changed)
	c.changed = make(chan struct{})
}
