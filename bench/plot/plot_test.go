package plot

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestWrite_IsXMLWithEveryPoint(t *testing.T) {
	var b strings.Builder
	err := Write(&b,
		Panel{"ns <a record>", []Point{{"64", 400, 390, 420}, {"1,024", 330, 330, 330}, {"16 & more", 350, 0, 0}}},
		Panel{"records/s", []Point{{"64", 2_400_000, 0, 0}, {"1,024", 3e6, 0, 0}, {"16 & more", 2_900_000, 0, 0}}})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	var texts []string
	d := xml.NewDecoder(strings.NewReader(b.String()))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			count[x.Name.Local]++
		case xml.CharData:
			if text := strings.TrimSpace(string(x)); text != "" {
				texts = append(texts, text)
			}
		}
	}
	if count["circle"] != 6 || count["polyline"] != 2 || count["g"] != 2 {
		t.Errorf("%v", count)
	}
	all := "|" + strings.Join(texts, "|") + "|"
	for _, want := range []string{"ns <a record>", "1,024", "16 & more", "400", "3 M"} {
		if !strings.Contains(all, "|"+want+"|") {
			t.Errorf("no text %q among %s", want, all)
		}
	}
}

func TestNiceStep(t *testing.T) {
	for _, c := range []struct{ high, want float64 }{{0, 1}, {1, 0.2}, {420, 100}, {330, 100}, {990, 200}, {3e6, 1e6}, {5, 1}, {5.1, 2}} {
		if got := niceStep(c.high); got != c.want {
			t.Errorf("%v: %v, want %v", c.high, got, c.want)
		}
	}
}
