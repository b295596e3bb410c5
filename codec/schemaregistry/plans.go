package schemaregistry

import "time"

// Plans is what a decoder has made to read the records of ids: at most PlansMax, beyond that it forgets them all. Those of the
// common frames are found without a hash of their id, because a batch of many ids asks for each. One goroutine at a time.
type Plans[P any] struct {
	make   func(topic string, id ID) (*Reading, P, error)
	made   map[ReadKey]madePlan[P]
	recent [recentPlans]recentPlan[P]
}

type madePlan[P any] struct {
	of   *Reading
	plan P
}

type recentPlan[P any] struct {
	madePlan[P]
	topic  string
	number int32
}

// recentPlans is a power of two.
const recentPlans = 256

// NewPlans returns one that has none. make returns the plan for the records of a topic that carry an id, and the Reading that it was
// made of. Errors: as the original throws them.
func NewPlans[P any](make func(topic string, id ID) (*Reading, P, error)) *Plans[P] {
	return &Plans[P]{make: make, made: map[ReadKey]madePlan[P]{}}
}

// Of returns the plan for the records of a topic that carry id, made where there is none whose Reading still holds. Errors: those of
// making it.
func (p *Plans[P]) Of(topic string, id ID) (P, error) {
	if plan, ok := p.find(topic, id); ok {
		return plan, nil
	}
	of, plan, err := p.make(topic, id)
	if err == nil {
		p.keep(topic, id, of, plan)
	}
	return plan, err
}

// find returns the plan for the records of a topic that carry id, unless there is none whose Reading still holds.
func (p *Plans[P]) find(topic string, id ID) (plan P, ok bool) {
	common := id.common()
	at := &p.recent[uint32(id.Number)%recentPlans]
	if common && at.of != nil && at.number == id.Number && at.topic == topic && at.of.holds() {
		return at.plan, true
	}
	m, ok := p.made[ReadKey{topic, id}]
	if !ok || !m.of.holds() {
		return plan, false
	}
	if common {
		*at = recentPlan[P]{m, topic, id.Number}
	}
	return m.plan, true
}

// keep keeps the plan for the records of a topic that carry id, made of a Reading.
func (p *Plans[P]) keep(topic string, id ID, of *Reading, plan P) {
	if len(p.made) >= PlansMax {
		clear(p.made)
		clear(p.recent[:])
	}
	p.made[ReadKey{topic, id}] = madePlan[P]{of, plan}
	if id.common() {
		p.recent[uint32(id.Number)%recentPlans] = recentPlan[P]{madePlan[P]{of, plan}, topic, id.Number}
	}
}

// common reports whether the number says all: which schema and, for Protobuf, the first message.
func (id *ID) common() bool {
	return id.HasNumber && !id.HasGUID && (id.indexes == "" || id.indexes == firstMessage)
}

// holds reports whether d still holds. Most hold for ever.
func (d *Reading) holds() bool { return d.until.IsZero() || d.Fresh(time.Now()) }
