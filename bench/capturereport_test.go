package bench

import (
	"strings"
	"testing"
	"time"
)

func TestReport_CapturesStandBesideDebeziumAndTheClient(t *testing.T) {
	r := Report{Machine: "two cores", Kafka: "4.3.1", Started: "2026-01-02", Results: []Measurement{
		{Case: "cdc/stream", Side: Java, NsPerRecord: 45_000, RecordsPerSec: 15_000, PeakRSSBytes: 1_400e6},
		{Case: "cdc/stream", Side: Millrace, NsPerRecord: 3_000, RecordsPerSec: 120_000, PeakRSSBytes: 90e6, Lag: &Lag{P50: 2, P99: 5.5, Max: 30}},
		{Case: "cdc/stream", Side: Client, RecordsPerSec: 150_000},
	}}
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(b.String()), " ")
	if want := "cdc/stream 3,000 45,000 15.0 120,000 15,000 8.0 150,000 80% 90.0 1400.0 2.0 / 5.5 / 30 -"; !strings.Contains(text, want) {
		t.Errorf("the table lacks %q:\n%s", want, b.String())
	}
	if strings.Contains(text, "allocs/record") {
		t.Errorf("a table of records without any:\n%s", b.String())
	}
}

func TestDrain_RateIsFromTheFirstEventOn(t *testing.T) {
	var d Drain
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	d.Saw(0, time.Second, at)
	d.Saw(100, 2*time.Second, at.Add(time.Second))
	if rate, cpu := d.Rate(); rate != 0 || cpu != 0 {
		t.Errorf("of one count: %v events/s, %v ns", rate, cpu)
	}
	d.Saw(300, 3*time.Second, at.Add(3*time.Second))
	d.Saw(1100, 4*time.Second, at.Add(6*time.Second))
	if rate, cpu := d.Rate(); rate != 200 || cpu != 2e6 {
		t.Errorf("%v events/s, %v ns", rate, cpu)
	}
}

func TestLagOf(t *testing.T) {
	if LagOf(nil) != nil {
		t.Error("a lag of nothing")
	}
	var all []time.Duration
	for i := range 1000 {
		all = append(all, time.Duration(1000-i)*time.Millisecond)
	}
	if l := LagOf(all); *l != (Lag{P50: 501, P99: 991, Max: 1000}) {
		t.Errorf("%+v", *l)
	}
}
