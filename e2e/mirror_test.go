//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/e2e/harness"
)

// mirrorRows is how many records each source partition gets at a time.
const mirrorRows = 250

// mirrorAliases are what each side calls its source cluster and its target cluster; as long as each other, so that bytes compare.
var mirrorAliases = map[harness.Side][2]string{harness.Java: {"java", "toja"}, harness.Millrace: {"ours", "toou"}}

// mirrorSide is a cluster of one worker that copies the source's topics to the target, under names of its own.
type mirrorSide struct {
	harness.Side
	cluster        *harness.Cluster
	worker         *harness.Worker
	source, target string
	configs        map[string]harness.Properties
}

// mirrors are the clusters of both sides.
type mirrors struct {
	t        *testing.T
	source   string // bootstrap servers
	from, to *harness.Kafka
	prefix   string // of topics
	written  map[string]int
}

// TestMirror lets MirrorMaker 2's connectors of both sides copy the same topics with the same configs, and compares all that they
// write: copies, configs of topics, offsets, offset syncs, heartbeats. Then each side goes on from the other's offsets.
func TestMirror(t *testing.T) {
	const checks = "that mirrors write what the original's do"
	source := suite.SharedBroker(t, checks)
	target := suite.StartBroker(t, nil, checks)
	m := &mirrors{t: t, source: source.Bootstrap, from: harness.NewKafka(t, source.Bootstrap), to: harness.NewKafka(t, target.Bootstrap), prefix: harness.Unique(t, "mirror"), written: map[string]int{}}
	m.from.CreateTopic(m.prefix+".orders", 3, map[string]string{"retention.ms": "-1", "max.message.bytes": "2000000", "min.insync.replicas": "1"})
	m.from.CreateTopic(m.prefix+".events", 2, map[string]string{"cleanup.policy": "compact", "compression.type": "lz4"})
	m.from.CreateTopic(m.prefix+".empty", 1, nil)
	m.from.CreateTopic(m.prefix+".fourth", 1, nil) // of three topics the order depends on the JDK, see javaOrder
	m.from.CreateTopic(m.prefix+".left-out", 1, nil)
	m.produce(".orders", 3)
	m.produce(".events", 2)

	var sides []*mirrorSide
	for _, side := range []harness.Side{harness.Java, harness.Millrace} {
		s := newMirrorSide(t, side, m.prefix, source.Bootstrap, target.Bootstrap)
		s.worker = s.cluster.Add(side, harness.WorkerConfig{})
		s.worker.Start(t)
		sides = append(sides, s)
	}
	for _, s := range sides {
		s.worker.WaitReady(t)
		for name, config := range s.configs {
			s.worker.Create(t, name, config)
		}
		s.worker.WaitState(t, "copy", "RUNNING", 2)
		s.worker.WaitState(t, "beat", "RUNNING", 1)
	}
	java, ours := sides[0], sides[1]
	m.settled(t, java, ours)
	m.equal(t, java, ours)
	t.Run("configs of topics", func(t *testing.T) { m.equalConfigs(t, java, ours) })
	t.Run("task configs", func(t *testing.T) { equalTaskConfigs(t, java, ours) })
	t.Run("definitions", func(t *testing.T) { equalDefinitions(t, java, ours) })
	t.Run("refused offsets", func(t *testing.T) { equalRefusals(t, java, ours) })
	t.Run("heartbeats", func(t *testing.T) { m.equalHeartbeats(t, java, ours) })

	t.Run("new topics and partitions", func(t *testing.T) {
		m.from.CreateTopic(m.prefix+".later", 2, nil)
		m.produce(".later", 2)
		if _, err := m.from.Admin().UpdatePartitions(t.Context(), 3, m.prefix+".events"); err != nil {
			t.Fatal(err)
		}
		harness.Eventually(t, runMax, "the new partition takes records", func(ctx context.Context) (bool, error) {
			topics, err := m.from.Admin().ListTopics(ctx, m.prefix+".events")
			return err == nil && len(topics[m.prefix+".events"].Partitions.Numbers()) == 3, err
		})
		m.produce(".events", 3)
		m.settled(t, java, ours)
		m.equal(t, java, ours)
	})

	t.Run("each goes on after the other", func(t *testing.T) {
		for _, s := range sides {
			s.worker.Stop(t)
		}
		m.produce(".orders", 3)
		for i, s := range sides {
			s.worker = s.cluster.Add(sides[1-i].Side, harness.WorkerConfig{})
			s.worker.Start(t)
		}
		for _, s := range sides {
			s.worker.WaitReady(t)
			s.worker.WaitState(t, "copy", "RUNNING", 2)
		}
		m.settled(t, java, ours)
		m.equal(t, java, ours)
	})
}

func newMirrorSide(t *testing.T, side harness.Side, prefix, from, to string) *mirrorSide {
	bytesOnly := "org.apache.kafka.connect.converters.ByteArrayConverter"
	alias := mirrorAliases[side]
	s := &mirrorSide{Side: side, source: alias[0], target: alias[1]}
	s.cluster = suite.NewCluster(t, to, harness.Properties{"key.converter": bytesOnly, "value.converter": bytesOnly, "header.converter": bytesOnly})
	both := harness.Properties{
		"source.cluster.alias": s.source, "target.cluster.alias": s.target,
		"source.cluster.bootstrap.servers": from, "target.cluster.bootstrap.servers": to,
	}
	s.configs = map[string]harness.Properties{
		"copy": both.With(harness.Properties{
			"connector.class": "org.apache.kafka.connect.mirror.MirrorSourceConnector", "tasks.max": "2",
			"topics": prefix + `\..*`, "topics.exclude": `.*\.left-out`,
			"replication.factor": "1", "offset-syncs.topic.replication.factor": "1", "refresh.topics.interval.seconds": "1",
			"source.consumer.fetch.max.wait.ms": "100", "heartbeats.replication.enabled": "false",
		}),
		"beat": both.With(harness.Properties{
			"connector.class": "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector", "tasks.max": "1", "heartbeats.topic.replication.factor": "1",
		}),
	}
	return s
}

// produce writes records of all shapes to the partitions of a topic.
func (m *mirrors) produce(topic string, partitions int32) {
	began := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	var list []harness.Record
	for p := range partitions {
		for i := range mirrorRows {
			r := harness.Record{Topic: m.prefix + topic, Partition: p, Timestamp: began.Add(time.Duration(i)*time.Second + time.Duration(p)*time.Millisecond), Key: fmt.Appendf(nil, "k%d", i), Value: fmt.Appendf(nil, "value %d of %d", i, p)}
			switch i % 7 {
			case 1:
				r.Key = nil
			case 2:
				r.Key = []byte{}
			case 3:
				r.Value = nil
			case 4:
				r.Value = []byte{}
			case 5:
				r.Headers = []harness.Header{{Key: "a", Value: []byte{0, 1, 2}}, {Key: "a", Value: nil}, {Key: "", Value: []byte("x")}}
			}
			if topic == ".events" && r.Key == nil {
				r.Key = []byte("compacted topics want keys")
			}
			list = append(list, r)
		}
		m.written[fmt.Sprintf("%s-%d", topic, p)] += mirrorRows
	}
	harness.NewKafka(m.t, m.source).Produce(list...) // a client that knows partitions that just came
}

// settled waits until both sides have copied everything, committed its offsets and told the offset syncs.
func (m *mirrors) settled(t *testing.T, sides ...*mirrorSide) {
	t.Helper()
	for _, s := range sides {
		harness.Eventually(t, runMax, fmt.Sprintf("%s's mirror is done", s.Side), func(context.Context) (bool, error) {
			offsets, syncs := s.offsets(m), s.syncs(m)
			for p, n := range m.written {
				last := fmt.Sprintf(`{"offset":%d}`, n-1)
				at := strings.LastIndexByte(p, '-')
				key := fmt.Sprintf(`["copy",{"cluster":"ALIAS","partition":%s,"topic":"%s"}]`, p[at+1:], m.prefix+p[:at])
				if offsets[key] != last {
					return false, fmt.Errorf("offset of %s is %q, not %s; there are %v", key, offsets[key], last, offsets)
				}
				if list := syncs[m.prefix+p]; len(list) == 0 || list[len(list)-1] != [2]int64{int64(n - 1), int64(n - 1)} {
					return false, fmt.Errorf("offset syncs of %s are %v", p, list)
				}
			}
			return true, nil
		})
	}
}

// offsets returns the last value of each key of the worker's offset topic, the alias replaced.
func (s *mirrorSide) offsets(m *mirrors) map[string]string {
	out := map[string]string{}
	for _, partition := range m.to.Consume(s.cluster.Property("offset.storage.topic")) {
		for _, r := range partition {
			out[strings.ReplaceAll(string(r.Key), s.source, "ALIAS")] = string(r.Value)
		}
	}
	return out
}

// syncs returns the offset syncs by topic-partition: offsets at the source and at the target.
func (s *mirrorSide) syncs(m *mirrors) map[string][][2]int64 {
	out := map[string][][2]int64{}
	for _, r := range m.from.Consume("mm2-offset-syncs." + s.target + ".internal")[0] {
		n := binary.BigEndian.Uint16(r.Key)
		if len(r.Key) != int(n)+6 || len(r.Value) != 16 {
			out["broken"] = append(out["broken"], [2]int64{r.Offset, r.Offset})
			continue
		}
		name := fmt.Sprintf("%s-%d", r.Key[2:2+n], binary.BigEndian.Uint32(r.Key[2+n:]))
		out[name] = append(out[name], [2]int64{int64(binary.BigEndian.Uint64(r.Value)), int64(binary.BigEndian.Uint64(r.Value[8:]))})
	}
	return out
}

// equal compares copies, offsets and offset syncs.
func (m *mirrors) equal(t *testing.T, java, ours *mirrorSide) {
	t.Helper()
	for _, topic := range []string{".orders", ".events", ".later", ".empty"} {
		if !m.has(t, topic) {
			continue
		}
		want, have := m.to.Consume(java.source+"."+m.prefix+topic), m.to.Consume(ours.source+"."+m.prefix+topic)
		from := m.from.Consume(m.prefix + topic)
		if len(want) != len(have) || len(from) != len(have) {
			t.Fatalf("%s: %d partitions, the original has %d, the source %d", topic, len(have), len(want), len(from))
		}
		for p := range want {
			if len(want[p]) != len(have[p]) || len(from[p]) != len(have[p]) {
				t.Errorf("%s-%d: %d records, the original has %d, the source %d", topic, p, len(have[p]), len(want[p]), len(from[p]))
				continue
			}
			for i := range want[p] {
				d := differ(want[p][i], have[p][i])
				if !have[p][i].Timestamp.Equal(want[p][i].Timestamp) {
					d = fmt.Sprintf("timestamp %v, the original's is %v", have[p][i].Timestamp, want[p][i].Timestamp)
				}
				if d != "" {
					t.Errorf("%s-%d, record %d: %s", topic, p, i, d)
					break
				}
			}
		}
	}
	want, have := java.offsets(m), ours.offsets(m)
	for key, v := range want {
		if have[key] != v && !strings.Contains(key, "beat") {
			t.Errorf("offset of %s is %q, the original's is %q", key, have[key], v)
		}
	}
	for _, key := range sortedKeys(have) {
		if _, ok := want[key]; !ok && !strings.Contains(key, "beat") {
			t.Errorf("offset of %s, which the original has not", key)
		}
	}
	w, h := java.syncs(m), ours.syncs(m)
	if len(w) != len(h) || h["broken"] != nil {
		t.Errorf("offset syncs of %q, the original has %q", sortedKeys(h), sortedKeys(w))
	}
	for _, s := range []map[string][][2]int64{w, h} {
		for name, list := range s {
			before := int64(-1)
			for _, sync := range list { // how many there are depends on how fast they are written
				if sync[0] != sync[1] || sync[0] <= before {
					t.Errorf("offset syncs of %s: %v", name, list)
					break
				}
				before = sync[0]
			}
		}
	}
}

func (m *mirrors) has(t *testing.T, topic string) bool {
	topics, err := m.from.Admin().ListTopics(t.Context(), m.prefix+topic)
	return err == nil && topics.Has(m.prefix+topic)
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// equalConfigs compares configs that topics on the target have of their own.
func (m *mirrors) equalConfigs(t *testing.T, java, ours *mirrorSide) {
	of := func(topic string) string {
		all, err := m.to.Admin().DescribeTopicConfigs(t.Context(), topic)
		if err != nil || len(all) != 1 || all[0].Err != nil {
			t.Fatal(topic, all, err)
		}
		var list []string
		for _, c := range all[0].Configs {
			if c.Source == kmsg.ConfigSourceDynamicTopicConfig {
				list = append(list, c.Key+"="+c.MaybeValue())
			}
		}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	for _, topic := range []string{".orders", ".events", ".empty"} {
		want, have := of(java.source+"."+m.prefix+topic), of(ours.source+"."+m.prefix+topic)
		t.Logf("%s: %s", topic, have)
		if want != have {
			t.Errorf("%s: configs %s, the original's are %s", topic, have, want)
		}
	}
	if topics, err := m.to.Admin().ListTopics(t.Context()); err != nil || topics.Has(ours.source+"."+m.prefix+".left-out") {
		t.Error("an excluded topic was copied", err)
	}
}

// equalTaskConfigs compares what tasks got.
func equalTaskConfigs(t *testing.T, java, ours *mirrorSide) {
	of := func(s *mirrorSide) string {
		_, answer := s.worker.Do(t, "GET", "/connectors/copy/tasks", "")
		return strings.NewReplacer(s.source, "ALIAS", s.target, "TARGET").Replace(inOrder(t, answer))
	}
	if want, have := of(java), of(ours); want != have {
		t.Errorf("task configs\n%s\nthe original's\n%s", have, want)
	}
}

// inOrder returns JSON with its members in order.
func inOrder(t *testing.T, text []byte) string {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// equalDefinitions compares what is said of config keys.
func equalDefinitions(t *testing.T, java, ours *mirrorSide) {
	of := func(s *mirrorSide, class string) map[string]string {
		_, answer := s.worker.Do(t, "GET", "/connector-plugins/"+class+"/config", "")
		var list []map[string]any
		if err := json.Unmarshal(answer, &list); err != nil {
			t.Fatalf("%s: %v", answer, err)
		}
		out := map[string]string{}
		for _, k := range list {
			text, _ := json.Marshal(k)
			out[k["name"].(string)] = string(text)
		}
		return out
	}
	for _, class := range []string{"MirrorSourceConnector", "MirrorHeartbeatConnector"} {
		want, have := of(java, class), of(ours, class)
		delete(want, "connector.plugin.version") // whose default is the version for other classes of the original, and for all of ours
		for _, k := range sortedKeys(want) {
			if want[k] != have[k] {
				t.Errorf("%s: key %s\n%s\nthe original's\n%s", class, k, have[k], want[k])
			}
		}
	}
}

// equalRefusals compares the answers to offsets that are none.
func equalRefusals(t *testing.T, java, ours *mirrorSide) {
	for _, s := range []*mirrorSide{java, ours} {
		for _, name := range []string{"copy", "beat"} {
			s.worker.Do(t, "PUT", "/connectors/"+name+"/stop", "")
			s.worker.WaitState(t, name, "STOPPED", 0)
		}
	}
	for _, c := range [][3]string{
		{"copy", `{"cluster":"a","topic":"t"}`, `{"offset":1}`},
		{"copy", `{"topic":"t","partition":0}`, `{"offset":1}`},
		{"copy", `{"cluster":1,"topic":"t","partition":0}`, `{"offset":1}`},
		{"copy", `{"cluster":"a","topic":"t","partition":"0"}`, `{"offset":1}`},
		{"copy", `{"cluster":"a","topic":"t","partition":-1}`, `{"offset":1}`},
		{"copy", `{"cluster":"a","topic":"t","partition":3000000000}`, `{"offset":1}`},
		{"copy", `{"cluster":"a","topic":"t","partition":0}`, `{"offset":-1}`},
		{"copy", `{"cluster":"a","topic":"t","partition":0}`, `{"offset":1.5}`},
		{"copy", `{"cluster":"a","topic":"t","partition":0}`, `{"position":1}`},
		{"beat", `{"sourceClusterAlias":"a"}`, `{"offset":0}`},
		{"beat", `{"sourceClusterAlias":"a","targetClusterAlias":"b"}`, `{"offset":1}`},
		{"copy", `{"cluster":"a","topic":"t","partition":0}`, `{"offset":17}`},
		{"copy", `{"cluster":"a","topic":"t","partition":0}`, `null`},
	} {
		body := fmt.Sprintf(`{"offsets":[{"partition":%s,"offset":%s}]}`, c[1], c[2])
		status, want := java.worker.Do(t, "PATCH", "/connectors/"+c[0]+"/offsets", body)
		got, have := ours.worker.Do(t, "PATCH", "/connectors/"+c[0]+"/offsets", body)
		if status != got || !bytes.Equal(want, have) {
			t.Errorf("%s\nanswer %d %s\nthe original's %d %s", body, got, have, status, want)
		}
	}
	for _, s := range []*mirrorSide{java, ours} {
		for name, tasks := range map[string]int{"copy": 2, "beat": 1} {
			s.worker.Do(t, "PUT", "/connectors/"+name+"/resume", "")
			s.worker.WaitState(t, name, "RUNNING", tasks)
		}
	}
}

// equalHeartbeats compares one heartbeat of each side, and what is stored of it.
func (m *mirrors) equalHeartbeats(t *testing.T, java, ours *mirrorSide) {
	of := func(s *mirrorSide) (key string, value []byte) {
		harness.Eventually(t, runMax, fmt.Sprintf("%s's heartbeat", s.Side), func(context.Context) (bool, error) {
			for _, r := range m.to.Consume("heartbeats")[0] {
				if bytes.Contains(r.Key, []byte(s.source)) {
					key, value = strings.NewReplacer(s.source, "....", s.target, ",,,,").Replace(string(r.Key)), r.Value
					if n := int64(binary.BigEndian.Uint64(value[2:])); n != r.Timestamp.UnixMilli() {
						return false, fmt.Errorf("time %d in the value, %d of the record", n, r.Timestamp.UnixMilli())
					}
					return true, nil
				}
			}
			return false, nil
		})
		return key, value
	}
	wantKey, want := of(java)
	haveKey, have := of(ours)
	if wantKey != haveKey || len(want) != len(have) || !bytes.Equal(want[:2], have[:2]) {
		t.Errorf("key %q, value %x, the original has %q, %x", haveKey, have, wantKey, want)
	}
	stored := func(s *mirrorSide) (text string) {
		harness.Eventually(t, runMax, fmt.Sprintf("%s's heartbeats are committed", s.Side), func(context.Context) (bool, error) {
			for key, v := range s.offsets(m) {
				if strings.Contains(key, "beat") {
					text = strings.ReplaceAll(key, s.target, "TARGET") + v
				}
			}
			return text != "", nil
		})
		return text
	}
	if want, have := stored(java), stored(ours); want != have {
		t.Errorf("stored %s, the original stores %s", have, want)
	}
}
