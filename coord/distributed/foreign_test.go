package distributed

import (
	"testing"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// pluginList is a worker of which only the plugins are asked.
type pluginList struct {
	coord.Worker
	list []connectors.PluginInfo
}

func (p pluginList) Plugins() []connectors.PluginInfo { return p.list }

func TestForeignTo_ClassesThatAreNotHere(t *testing.T) {
	foreign := foreignTo(pluginList{list: []connectors.PluginInfo{
		{Class: "org.acme.LinesSourceConnector", Type: "source", Version: "1"},
		{Class: "org.acme.LinesSourceConnector", Type: "source", Version: "2"},
		{Class: "org.acme.LinesSinkConnector", Type: "sink"},
		{Class: "org.acme.MaskTransformation", Type: "transformation"},
	}})
	for class, want := range map[string]bool{
		"org.acme.LinesSourceConnector": false, "LinesSourceConnector": false, "LinesSource": false, "LinesSink": false,
		"org.acme.OtherSourceConnector": true, "org.acme.MaskTransformation": true, "Lines": true, "${file:/a:class}": false,
	} {
		if got := foreign(map[string]string{"connector.class": class}); got != want {
			t.Errorf("%s: %t", class, got)
		}
	}
}
