package bench

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/bench/records"
)

// floorStep is a copy of each record and a check of its UTF-8: what any reader has to do at least. Machines compare by it.
const floorStep = "floor"

// FloorCases returns that case of a plain data set, none of others.
func FloorCases(set records.Set) ([]Case, error) {
	if strings.Contains(set.Name, "/") {
		return nil, nil
	}
	c := &converterCases{set: set}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	dst := make([]byte, 1<<20)
	return []Case{{Name: caseName(floorStep, set), Records: set.Rows, BytesPerRecord: c.bytes, Pass: c.pass(func(i int) error {
		for _, v := range c.in[i].Views {
			row := c.in[i].Bufs[0][v.Pos : v.Pos+v.Len]
			copy(dst, row)
			if !utf8.Valid(row) {
				return fmt.Errorf("batch %d: a record is not UTF-8", i)
			}
		}
		return nil
	})}}, nil
}
