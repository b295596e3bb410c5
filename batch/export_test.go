package batch

// WithRows makes c claim n rows.
func WithRows(c *Column, n int) *Column { c.n = n; return c }

// TakeByValue is the plain twin of TakeColumn.
func (b *Batch) TakeByValue(c *Column, rows []int32) *Column { return b.takeByValue(c, rows) }
