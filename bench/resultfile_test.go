package bench

import (
	"reflect"
	"strings"
	"testing"
)

func resultsOf(cases ...string) (all []Measurement) {
	for i, name := range cases {
		all = append(all, Measurement{Case: name, Side: Millrace, NsPerRecord: float64(i + 1)})
	}
	return all
}

func TestResults_ReadBack(t *testing.T) {
	runs := []*Report{
		{Machine: "m", Started: "a", Records: 7, Results: resultsOf("x", "y")},
		{Machine: "m", Started: "b", Results: []Measurement{{Case: "z", Side: Java, NsPerRecord: 1.5, PeakRSSBytes: 3, Lag: &Lag{P50: 2}}}},
	}
	var b strings.Builder
	if err := WriteResults(&b, runs); err != nil {
		t.Fatal(err)
	}
	back, err := ReadResults(strings.NewReader(b.String()))
	if err != nil || !reflect.DeepEqual(back, runs) {
		t.Fatalf("%v; read back from\n%s", err, b.String())
	}
}

func TestReadResults_RefusesOtherLines(t *testing.T) {
	for name, text := range map[string]string{
		"no run":    `{"case":"x","side":"java"}`,
		"no case":   `{"run":{}}` + "\n" + `{"side":"java"}`,
		"not JSON":  "case",
		"an object": "{}",
	} {
		if _, err := ReadResults(strings.NewReader(text)); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

func TestAddRun_TakesThePlaceOfOlderResults(t *testing.T) {
	runs := []*Report{{Started: "a", Results: resultsOf("x", "y")}, {Started: "b", Results: resultsOf("z")}}
	runs = AddRun(runs, &Report{Started: "c", Results: resultsOf("z", "y")})
	var got []string
	for _, r := range runs {
		line := r.Started
		for _, m := range r.Results {
			line += " " + m.Case
		}
		got = append(got, line)
	}
	if want := []string{"a x", "c z y"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if again := AddRun(runs, &Report{}); !reflect.DeepEqual(again, runs) {
		t.Error("a run without results changes the others")
	}
}

func TestAddRun_PartsOfARunStayTogether(t *testing.T) {
	runs := AddRun(nil, &Report{Started: "a", Load: "1", WorkerJDK: "17", Results: resultsOf("x")})
	runs = AddRun(runs, &Report{Started: "a", Load: "2", Results: resultsOf("y")})
	want := []*Report{{Started: "a", Load: "2", WorkerJDK: "17", Results: append(resultsOf("x"), resultsOf("y")...)}}
	if !reflect.DeepEqual(runs, want) {
		t.Errorf("%+v", runs)
	}
}
