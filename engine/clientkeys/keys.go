package clientkeys

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/millrace/millrace/config"
)

//go:embed producer.jsonl
var producer string

//go:embed consumer.jsonl
var consumer string

//go:embed admin.jsonl
var admin string

// Keys is the settings of one kind of client, by name.
type Keys map[string]config.Key

// Producer returns the settings of producers. The caller owns the result.
func Producer() Keys { return read(producer) }

// Consumer returns the settings of consumers. The caller owns the result.
func Consumer() Keys { return read(consumer) }

// Admin returns the settings of admin clients. The caller owns the result.
func Admin() Keys { return read(admin) }

// line is one key as the files have it; what is left out is empty, null or NONE.
type line struct {
	Name, Type, Importance, Doc, Group, Width, Display string

	Default    *string
	Required   bool
	Order      int
	Dependents []string
}

// read parses a file that was built in; one that is broken is a fault of the build.
func read(file string) Keys {
	out := Keys{}
	for text := range strings.Lines(file) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			panic(fmt.Sprintf("clientkeys: %v in %s", err, text))
		}
		k := config.Key{
			Name: l.Name, Type: named(l.Type, config.Boolean, config.Password), Importance: named(l.Importance, config.High, config.Low),
			Doc: l.Doc, Group: l.Group, Order: l.Order, Width: named(l.Width, config.WidthNone, config.WidthLong),
			DisplayName: l.Display, Dependents: l.Dependents, Required: l.Required,
		}
		if k.DisplayName == "" {
			k.DisplayName = k.Name
		}
		if k.Group == "" && k.Order == 0 {
			k.Order = -1
		}
		if l.Default != nil {
			v, err := config.ParseText(k.Name, *l.Default, k.Type)
			if err != nil {
				panic(fmt.Sprintf("clientkeys: %v", err))
			}
			k.Default = v
		}
		out[k.Name] = k
	}
	return out
}

// named returns the value between first and last that has the name; first when there is none.
func named[T interface {
	~uint8
	String() string
}](name string, first, last T) T {
	for v := first; v <= last; v++ {
		if v.String() == name {
			return v
		}
	}
	return first
}
