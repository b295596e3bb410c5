package columnar

import (
	"fmt"
	"testing"
)

// TestTopicNames_Number: each name has one place, few names or many.
func TestTopicNames_Number(t *testing.T) {
	for _, n := range []int32{1, 2, fewTopics, fewTopics + 1, fewTopics + 2, 100} {
		var names TopicNames
		for round := range 3 {
			for i := range n {
				if at := names.Number(fmt.Sprint("t", i)); at != i {
					t.Fatalf("%d names, round %d: t%d is %d", n, round, i, at)
				}
			}
		}
		if len(names.Names) != int(n) {
			t.Errorf("%v", names.Names)
		}
	}
}
