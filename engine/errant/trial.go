package errant

// Trial returns an operator for work that is done before its turn and may be thrown away. It has o's settings and counts
// and reports nothing. What o would try again it gives up at once, and GaveUp tells: waiting, and counting that, is for
// whose turn it is.
func (o *Operator) Trial() *Operator {
	opt := o.opt
	opt.Metrics = nil
	t := NewOperator(opt)
	t.trial = true
	return t
}

// GaveUp reports whether something was not tried again since the last call. It is for the goroutine that uses the trial.
func (o *Operator) GaveUp() bool {
	gave := o.gaveUp
	o.gaveUp = false
	return gave
}
