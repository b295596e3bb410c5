package engine_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
)

func TestPluginConfig_AnswersAsTheOriginal(t *testing.T) {
	w := standalone(t)
	tested := 0
	for _, r := range readRecorded(t, "10-plugins") {
		path, ok := strings.CutPrefix(r.request, "GET /connector-plugins/")
		if !ok {
			continue // lists
		}
		path, query, _ := strings.Cut(path, "?")
		name, last, ok := strings.Cut(path, "/")
		if !ok || last != "config" || strings.Contains(name, "%") {
			continue // REST answers itself
		}
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if r.status == 200 && !strings.Contains(name, "FileStream") && !strings.HasSuffix(name, "Converter") && name != "Json" {
			continue // keys of transforms, predicates and mirrors are their packages' to compare
		}
		t.Run(r.name, func(t *testing.T) {
			keys, err := w.PluginConfig(name, values.Get("version"))
			if r.status != 200 {
				want := r.answer.(map[string]any)["message"]
				class := map[int]string{
					404: "org.apache.kafka.connect.errors.NotFoundException",
					400: "org.apache.kafka.connect.runtime.rest.errors.BadRequestException",
				}[r.status]
				var e *connectors.Error
				if !errors.As(err, &e) || e.Text != want || e.Class != class {
					t.Errorf("error is %#v, want %d %v", err, r.status, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			list := []any{}
			for i := range keys {
				list = append(list, keyJSON(&keys[i]))
			}
			diff(t, "", list, r.answer)
		})
		tested++
	}
	if tested < 12 {
		t.Errorf("%d cases were compared", tested)
	}
}
