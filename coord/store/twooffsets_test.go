package store

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
)

// stores returns which store each write of a line of twooffsets.txt goes to, repetitions left out.
func stores(line string) []string {
	var out []string
	for w := range strings.SplitSeq(strings.Trim(line, "[]"), ", ") {
		if store, _, ok := strings.Cut(w, " "); ok && (len(out) == 0 || out[len(out)-1] != store) {
			out = append(out, store)
		}
	}
	return out
}

func TestConnectorOffsets_ReadAndWriteInJavasOrder(t *testing.T) {
	text, err := os.ReadFile("testdata/twooffsets.txt")
	must(t, err)
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(string(text)), "\n"), func(l string) bool { return strings.HasPrefix(l, "#") })
	c := startBroker(t)
	var (
		mu     sync.Mutex
		topics []string
	)
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		mu.Lock()
		defer mu.Unlock()
		for _, rt := range req.(*kmsg.ProduceRequest).Topics {
			name := "own"
			if rt.TopicID == c.TopicInfo("offsets").TopicID {
				name = "worker"
			}
			// A request that comes again, as one to a topic that was just made may, is one write.
			if len(topics) == 0 || topics[len(topics)-1] != name {
				topics = append(topics, name)
			}
		}
		return nil, nil, false
	})
	take := func(n int) []string {
		eventually(t, "all is written", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(topics) >= n
		})
		mu.Lock()
		defer mu.Unlock()
		got := topics
		topics = nil
		return got
	}
	worker := openOffsets(t, workerProps(c, "offset.storage.partitions", "1"))
	for n := 0; n+3 <= len(lines); n += 3 {
		get := strings.Split(lines[n], "\t")
		s := own(t, c, worker, fmt.Sprint("own", n))
		partition := fmt.Sprintf(`{"case":%d}`, n)
		if get[1] != "null" {
			must(t, s.own.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, partition, get[1])}))
			take(1)
		}
		if get[2] != "null" {
			must(t, worker.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, partition, get[2])}))
			take(1)
		}
		want := get[3]
		if get[1] == "null" {
			want = get[2] // Java's own topic hides the worker's also where it has nothing
		}
		wantOffset(t, s, partition, strings.TrimPrefix(want, "null"))
		set := []connectors.PartitionOffset{pair(t, `{"r":1}`, `{"p":3}`)}
		for _, line := range lines[n+1 : n+3] {
			_, wrote, _ := strings.Cut(line, "\t")
			must(t, s.Set(t.Context(), "c", set))
			if want, got := stores(wrote), take(len(stores(wrote))); !slices.Equal(got, want) {
				t.Errorf("case %d: %q, want %q", n, got, want)
			}
			set = append(set, pair(t, `{"t":1}`, `null`))
		}
	}
}
