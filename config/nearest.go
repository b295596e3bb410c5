package config

import "strings"

// Nearest returns the candidate that name was most likely meant to be, or "" where none is near: case
// aside, at most a third of its characters may be changed, added, dropped or swapped with their
// neighbour. Of equally near ones the first is taken.
func Nearest(name string, candidates []string) string {
	best, bestAt := "", len(name)/3+1
	low := []rune(strings.ToLower(name))
	for _, c := range candidates {
		if d := distance(low, []rune(strings.ToLower(c)), bestAt); d < bestAt {
			best, bestAt = c, d
		}
	}
	return best
}

// distance is the optimal string alignment distance of a and b, or limit where it is not below that.
func distance(a, b []rune, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if least >= limit {
			return limit
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
