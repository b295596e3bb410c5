package distributed

import (
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/coord"
)

// foreignTo returns what tells the configs of connectors whose class this program lacks. It does not wait: a class
// that is named by a variable is not looked up and passes for known.
func foreignTo(w coord.Worker) func(map[string]string) bool {
	classes, seen := config.NewClasses[struct{}]("Connector", "Connector"), map[string]bool{}
	for _, p := range w.Plugins() {
		if (p.Type == "sink" || p.Type == "source") && !seen[p.Class] { // it may be there in several versions
			seen[p.Class] = true
			classes.Add(p.Class, nil, struct{}{})
		}
	}
	return func(props map[string]string) bool {
		class := props["connector.class"]
		if variable(map[string]string{"": class}) {
			return false
		}
		_, err := classes.Find(class)
		return err != nil
	}
}
