package mirror

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// Every partition goes to one task, in turn, and its text reads back.
func TestDeal(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		all := make([]connectors.TopicPartition, 1+random.IntN(60))
		for i := range all {
			all[i] = connectors.TopicPartition{Topic: strings.Repeat("t-", random.IntN(4)) + "x", Partition: int32(random.IntN(100))}
		}
		most := 1 + random.IntN(20)
		tasks := deal(all, most)
		if len(tasks) != min(most, len(all)) {
			t.Fatalf("%d tasks for %d partitions, at most %d", len(tasks), len(all), most)
		}
		for i, list := range tasks {
			for k, tp := range list {
				if all[i+k*len(tasks)] != tp {
					t.Fatalf("task %d of %d: partition %d is %v", i, len(tasks), k, tp)
				}
			}
			back, err := decodePartitions(strings.Split(encodePartitions(list), ","))
			if err != nil || !slices.Equal(back, list) {
				t.Fatalf("%v reads back as %v, %v", list, back, err)
			}
		}
		if n := len(slices.Concat(tasks...)); n != len(all) {
			t.Fatalf("%d of %d partitions", n, len(all))
		}
	}
}

func TestDecodePartitions_Refuses(t *testing.T) {
	for _, text := range []string{"", "topic", "topic-", "topic-x", "topic-99999999999"} {
		if _, err := decodePartitions([]string{text}); err == nil || !strings.Contains(err.Error(), assignedKey) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
