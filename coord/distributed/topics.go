package distributed

import (
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/store"
)

// topicAgain is how long a topic that was written is taken to be on its way back.
const topicAgain = 10 * time.Second

type topicKey struct{ connector, topic string }

// TopicUsed notes that a connector's task uses a topic. It does not wait, and costs little for a topic that
// is known, so that tasks may tell of every batch: then topics show again after a reset.
// Source: WorkerTask.recordActiveTopic.
func (h *Herder) TopicUsed(id connectors.TaskID, topic string) {
	if !h.o.Statuses.HasTopic(id.Connector, topic) {
		h.inbox.Post(func(m *machine) { m.topicUsed(id, topic) })
	}
}

func (m *machine) topicUsed(id connectors.TaskID, topic string) {
	key, now := topicKey{id.Connector, topic}, m.now()
	if m.instance(id) == nil || m.o.Statuses.HasTopic(id.Connector, topic) || now.Sub(m.topicPuts[key]) < topicAgain {
		return
	}
	m.topicPuts[key] = now
	m.o.Statuses.PutTopic(store.TopicUse{Topic: topic, Connector: id.Connector, Task: id.Task, Discovered: now.Truncate(time.Millisecond)})
}

// forgetTopics forgets a connector's topics. Source: AbstractHerder.resetConnectorActiveTopics.
func (m *machine) forgetTopics(name string) {
	for _, t := range m.o.Statuses.Topics(name) {
		m.o.Statuses.ForgetTopic(name, t.Topic)
		delete(m.topicPuts, topicKey{name, t.Topic})
	}
}
