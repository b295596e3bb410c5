package bench

import (
	"strings"
	"testing"
)

func TestWritePage_SaysByHowMuchAGoalIsMissed(t *testing.T) {
	runs := []*Report{
		{Machine: "two cores", Started: "then", Results: []Measurement{
			{Case: "json/decode/schemaless", Side: Millrace, NsPerRecord: 180, NsLow: 175, NsHigh: 190},
			{Case: "json/decode/schemaless", Side: Java, NsPerRecord: 900},
			{Case: "json/encode/schemaless", Side: Millrace, NsPerRecord: 140},
			{Case: "cdc/snapshot", Side: Millrace, NsPerRecord: 2000, RecordsPerSec: 270_000},
			{Case: "cdc/snapshot", Side: Java, NsPerRecord: 60_000, RecordsPerSec: 13_000},
		}},
		{Machine: "two cores", Started: "later", Results: []Measurement{
			{Case: IdleCase, Side: Millrace, StartSeconds: 0.1, IdleRSSBytes: 50e6},
			{Case: "scale/fields/10", Side: Millrace, NsPerRecord: 200, BytesPerRecord: 100},
			{Case: "scale/fields/200", Side: Millrace, NsPerRecord: 14_000, BytesPerRecord: 2000},
			{Case: "pressure/sink", Side: Millrace, LimitBytes: 256e6, PeakRSSBytes: 100e6, BackSeconds: 1},
		}},
	}
	var b strings.Builder
	if err := WritePage(&b, runs, map[string]string{"json/decode/schemaless": "The scan."}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| JSON decode to columns | 150 ns | 180 ns (175–190) | 900 ns | 6.5 | 5.0 | 1 | missed by 20 % |\n",
		"- JSON decode to columns: missed by 20 %, 30 ns over 150 ns. The scan.\n",
		"| JSON encode from columns | 150 ns | 140 ns | – | 6.3 | - | 1 | within |\n",
		"| PostgreSQL snapshot rows | 300,000/s | 270,000/s | 13,000/s | 20.0 | 20.8 | 1 | missed by 10 %, ratio reached |\n",
		"- PostgreSQL snapshot rows: missed by 10 %, ratio reached, 30,000/s short of 300,000/s.\n",
		"| resident memory, idle | 40 MB | 50 MB | – | 21.2 | - | 2 | missed by 25 % |\n",
		"| topic → bytes → null sink | 150 ns | – | – | 6.7 | - | – | not measured |\n",
		"3 of 6 measured goals are met; of the others 1 by their ratio.\n",
		"| 200 | 14,000 | 7.00 | - | - | - | 3.5, a cliff |\n",
		"| sink | 256.0 | - | 100.0 | - | 1.0 | 2 |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(b.String())
	}
}

func TestGoals_NameCasesThatAreMeasured(t *testing.T) {
	known, err := CaseNames()
	if err != nil {
		t.Fatal(err)
	}
	is := map[string]bool{}
	for _, name := range known {
		is[name] = true
	}
	for _, g := range Goals() {
		if whole := strings.HasPrefix(g.Case, "worker/") || isCapture(g.Case); !whole && !is[g.Case] {
			t.Errorf("%s: no case %q", g.Path, g.Case)
		}
	}
}
