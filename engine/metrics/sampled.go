package metrics

import "math"

// window is metrics.sample.window.ms and metrics.num.samples.
type window struct {
	ms int64
	n  int
}

// sampled is values recorded over the last windows. The zero value is empty.
//
// One set of samples serves all that is measured of a value (rate, average, extremes, frequencies):
// Java keeps a set for each, and records into all of them at once.
// Source: SampledStat, WindowedSum, Avg, Max, Min.
type sampled struct {
	current int
	samples []sample
}

type sample struct {
	start, last   int64 // ms
	count         int64
	sum, max, min float64
}

func (s *sample) reset(now int64) {
	*s = sample{start: now, last: now, max: math.Inf(-1), min: math.Inf(1)}
}

// record takes one value. Source: SampledStat.record.
func (s *sampled) record(w window, v float64, now int64) {
	if len(s.samples) == 0 {
		s.begin(w, now)
	}
	c := &s.samples[s.current]
	if now-c.start >= w.ms {
		c = s.advance(w, now)
	}
	c.sum += v
	c.max, c.min = max(c.max, v), min(c.min, v)
	c.count++
	c.last = now
}

func (s *sampled) begin(w window, now int64) {
	// One more than asked for: a sample that began before the monitored time still overlaps it.
	s.samples = make([]sample, 1, w.n+1)
	s.samples[0].reset(now)
}

func (s *sampled) advance(w window, now int64) *sample {
	s.current = (s.current + 1) % (w.n + 1)
	if s.current == len(s.samples) {
		s.samples = append(s.samples, sample{})
	}
	s.samples[s.current].reset(now)
	return &s.samples[s.current]
}

// purge empties samples whose last value is older than the monitored time.
func (s *sampled) purge(w window, now int64) {
	for i := range s.samples {
		if now-s.samples[i].last >= int64(w.n)*w.ms {
			s.samples[i].reset(now)
		}
	}
}

func (s *sampled) totals() (count int64, sum float64) {
	for i := range s.samples {
		count += s.samples[i].count
		sum += s.samples[i].sum
	}
	return count, sum
}

// rate is the sum of the values per second. Source: Rate.
func (s *sampled) rate(w window, now int64) float64 {
	s.purge(w, now)
	if len(s.samples) == 0 {
		s.begin(w, now)
	}
	oldest := s.samples[0].start
	for i := range s.samples {
		oldest = min(oldest, s.samples[i].start)
	}
	elapsed := now - oldest
	// A young window must not show a burst as a rate: all windows but the last count as whole.
	if w.ms > 0 {
		if full, least := elapsed/w.ms, int64(w.n-1); full < least {
			elapsed += (least - full) * w.ms
		}
	}
	_, sum := s.totals()
	return sum / (float64(max(elapsed, 1)) / 1000)
}

// avg is the mean, NaN without values.
func (s *sampled) avg(w window, now int64) float64 {
	s.purge(w, now)
	count, sum := s.totals()
	if count == 0 {
		return math.NaN()
	}
	return sum / float64(count)
}

// max is the largest value, NaN without values.
func (s *sampled) max(w window, now int64) float64 {
	s.purge(w, now)
	m := math.Inf(-1)
	for i := range s.samples {
		m = max(m, s.samples[i].max)
	}
	return orNaN(m)
}

// min is the smallest value, NaN without values.
func (s *sampled) min(w window, now int64) float64 {
	s.purge(w, now)
	m := math.Inf(1)
	for i := range s.samples {
		m = min(m, s.samples[i].min)
	}
	return orNaN(m)
}

// share is the share of ones among values that are one or zero, and of zeros; both 0 without values.
// Source: Frequencies.forBooleanValues.
func (s *sampled) share(w window, now int64) (ones, zeros float64) {
	s.purge(w, now)
	count, sum := s.totals()
	if count == 0 {
		return 0, 0
	}
	return sum / float64(count), (float64(count) - sum) / float64(count)
}

func orNaN(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}
