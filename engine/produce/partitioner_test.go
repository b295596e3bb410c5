package produce

import (
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch/mem"
)

// TestPartitioner_JavaVectors: keys go where Java's producer puts them.
func TestPartitioner_JavaVectors(t *testing.T) {
	data, err := os.ReadFile("testdata/partitions.txt")
	if err != nil {
		t.Fatal(err)
	}
	v, err := definition().Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	byDefault, err := partitionerOf(v)
	if err != nil {
		t.Fatal(err)
	}
	choose := byDefault.ForTopic("t").(kgo.TopicBackupPartitioner)
	n := 0
	for l := range strings.Lines(string(data)) {
		if strings.HasPrefix(l, "#") {
			continue
		}
		f := strings.Fields(l)
		key, err := hex.DecodeString(strings.Trim(f[0], "-"))
		if err != nil {
			t.Fatal(err)
		}
		if key == nil {
			key = []byte{}
		}
		for i, of := range []int{1, 3, 12, 100} {
			want, err := strconv.Atoi(f[1+i])
			if err != nil {
				t.Fatal(err)
			}
			r := &kgo.Record{Key: key, Partition: -1}
			if !choose.RequiresConsistency(r) {
				t.Fatalf("key %x may go anywhere", key)
			}
			if got := choose.PartitionByBackup(r, of, nil); got != want {
				t.Errorf("key %x of %d partitions: %d, Java has %d", key, of, got, want)
			}
			n++
		}
	}
	if n < 800 {
		t.Fatalf("%d vectors", n)
	}
}

// TestPartitioner_OwnPartitionWins, with a key or without, whatever the class.
func TestPartitioner_OwnPartitionWins(t *testing.T) {
	for _, class := range []string{"", roundRobin} {
		props := map[string]string{}
		if class != "" {
			props["partitioner.class"] = class
		}
		v, err := definition().Parse(props)
		if err != nil {
			t.Fatal(err)
		}
		part, err := partitionerOf(v)
		if err != nil {
			t.Fatal(err)
		}
		choose := part.ForTopic("t")
		for _, key := range [][]byte{nil, []byte("k")} {
			r := &kgo.Record{Key: key, Partition: 7}
			if !choose.RequiresConsistency(r) {
				t.Errorf("class %q: a row with a partition may go anywhere", class)
			}
			var got int
			if b, ok := choose.(kgo.TopicBackupPartitioner); ok {
				got = b.PartitionByBackup(r, 10, nil)
			} else {
				got = choose.Partition(r, 10)
			}
			if got != 7 {
				t.Errorf("class %q, key %q: partition %d", class, key, got)
			}
		}
	}
}

// TestPartitioner_RowsWithoutKey stay together for batch.size bytes and then move on.
func TestPartitioner_RowsWithoutKey(t *testing.T) {
	for _, c := range []struct {
		name      string
		props     map[string]string
		low, high int // partitions of 8 that 64 rows of 1 KiB reach
	}{
		{"default", nil, 2, 4},
		{"large batch.size", map[string]string{"batch.size": "1000000"}, 1, 1},
		{"round robin", map[string]string{"partitioner.class": roundRobin}, 8, 8},
		{"keys ignored", map[string]string{"partitioner.ignore.keys": "true", "batch.size": "1000000"}, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := cluster(t, kfake.SeedTopics(8, "t"))
			props := connectDefaults()
			for k, v := range c.props {
				props[k] = v
			}
			pool := mem.Checked(t)
			p := producer(t, cl, props)
			list := make([]row, 64)
			for i := range list {
				list[i] = auto("", strings.Repeat("x", 1000))
				if c.name == "keys ignored" {
					list[i].key = []byte(strconv.Itoa(i))
				}
			}
			a := newAcks(len(list))
			p.Send(t.Context(), []Rows{rows(pool, list)}, a)
			used := map[int32]bool{}
			for i, r := range a.wait(t) {
				if r.Err != nil {
					t.Fatalf("row %d: %v", i, r.Err)
				}
				used[r.Partition] = true
			}
			if len(used) < c.low || len(used) > c.high {
				t.Errorf("%d partitions, want %d to %d", len(used), c.low, c.high)
			}
		})
	}
}
