package bench

import (
	"strings"
	"testing"
)

func TestReport_TableHasBothSidesAndTheRatio(t *testing.T) {
	r := Report{Machine: "two cores", Kafka: "4.3.1", JDK: "17", Started: "2026-01-02", Results: []Measurement{
		{Case: "json/decode", Side: Java, NsPerRecord: 1234.4},
		{Case: "json/decode", Side: Millrace, NsPerRecord: 100, RecordsPerSec: 9_876_543},
		{Case: "only/ours", Side: Millrace, NsPerRecord: 7},
		{Case: IdleCase, Side: Millrace, StartSeconds: 0.2, IdleRSSBytes: 40e6, IdleAnonBytes: 20e6},
	}}
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, l := range strings.Split(b.String(), "\n") {
		rows = append(rows, strings.Join(strings.Fields(l), " "))
	}
	text := strings.Join(rows, "\n")
	for _, want := range []string{
		"\njson/decode 100 1,234 12.3 - - 9,876,543 - - - 0.000\n",
		"\nonly/ours 7.0 - - - - - - - - 0.000\n",
		"\nmillrace: REST answers after 0.20 s; idle 40.0 MB resident, 20.0 MB anonymous\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
}
