package mirror

import (
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// deal gives partitions to at most max tasks, one after the other. Source: MirrorSourceConnector.taskConfigs.
func deal(all []connectors.TopicPartition, max int) [][]connectors.TopicPartition {
	tasks := make([][]connectors.TopicPartition, min(max, len(all)))
	for i, tp := range all {
		t := i % len(tasks)
		tasks[t] = append(tasks[t], tp)
	}
	return tasks
}

// javaOrder sorts topics as Java's connector deals them out: in the order of the maps that describing them goes through.
// Before JDK 19 copies of maps of 3, 6, 12, 24… entries are larger than here, and iterate otherwise.
// Source: MirrorSourceConnector.findSourceTopicPartitions, KafkaAdminClient.describeTopics.
func javaOrder(topics []string) []string {
	slices.Sort(topics)
	order := permuted(topics, java.HashMapOrder(topics))
	for range 2 {
		order = permuted(order, java.HashMapOrderSized(order, java.TableSize(len(order))))
	}
	return order
}

func permuted(names []string, order []int32) []string {
	out := make([]string, len(order))
	for i, at := range order {
		out[i] = names[at]
	}
	return out
}

// encodePartitions writes task.assigned.partitions. Source: MirrorUtils.encodeTopicPartition.
func encodePartitions(list []connectors.TopicPartition) string {
	var b strings.Builder
	for i, tp := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(tp.Topic)
		b.WriteByte('-')
		b.WriteString(strconv.Itoa(int(tp.Partition)))
	}
	return b.String()
}

// decodePartitions reads it. Errors: *config.ConfigException for an entry that is not topic-partition.
func decodePartitions(list []string) ([]connectors.TopicPartition, error) {
	out := make([]connectors.TopicPartition, len(list))
	for i, text := range list {
		at := strings.LastIndexByte(text, '-')
		n, err := strconv.ParseInt(text[at+1:], 10, 32)
		if at < 0 || err != nil {
			return nil, config.InvalidValue(assignedKey, text, "a topic, a dash and the number of a partition are wanted")
		}
		out[i] = connectors.TopicPartition{Topic: text[:at], Partition: int32(n)}
	}
	return out, nil
}
