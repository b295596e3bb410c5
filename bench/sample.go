package bench

import (
	"time"

	"github.com/millrace/millrace/bench/meter"
)

// Sample is what one run of a case in process took: a line of what bench/runner and bench/java answer.
type Sample struct {
	Case           string  `json:"case"`
	NsPerRecord    float64 `json:"ns_per_record"`      // processor time of the process
	WallNs         float64 `json:"wall_ns_per_record"` // by the clock
	Records        int     `json:"records"`            // of one pass
	BytesPerRecord float64 `json:"bytes_per_record"`   // of the record's value
	Allocations    uint64  `json:"allocations"`        // of memory, the fewest of several passes, each pass's all; ours alone
	Exact          bool    `json:"exact,omitempty"`    // every such pass allocates as much
	JDK            string  `json:"jdk,omitempty"`      // Java's alone
	Error          string  `json:"error,omitempty"`    // instead of all others
}

// Sampler measures cases in this process, for one who asks for one sample after the other. The zero value is ready.
type Sampler struct {
	Length time.Duration // processor time of a sample

	catalogue Catalogue
	warm      string // the case that ran last
	fewest    uint64 // allocations of one of its passes
}

// Sample runs a case once more. It is warmed up when another ran before it.
func (s *Sampler) Sample(name string) (Sample, error) {
	c, err := s.catalogue.Find(name)
	if err != nil {
		return Sample{}, err
	}
	if s.warm != name {
		if err := meter.Warm(c.Records, c.Pass); err != nil {
			return Sample{}, err
		}
		if s.fewest, err = meter.FewestAllocations(c.Pass); err != nil {
			return Sample{}, err
		}
		s.warm = name
	}
	cpu, wall, err := meter.Run(s.Length, c.Records, c.Pass)
	return Sample{Case: name, NsPerRecord: cpu, WallNs: wall, Records: c.Records, BytesPerRecord: c.BytesPerRecord, Allocations: s.fewest, Exact: !c.Background}, err
}

// Close ends what cases have used.
func (s *Sampler) Close() { s.catalogue.Close() }
