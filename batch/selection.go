package batch

// Selection is the ascending indices of live rows; nil means all rows. An empty, non-nil Selection
// means none. Borrowed from the batch that holds it.
type Selection []int32

// Count returns how many of n rows are selected.
func (s Selection) Count(n int) int {
	if s == nil {
		return n
	}
	return len(s)
}
