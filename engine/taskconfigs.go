package engine

import (
	"fmt"
	"maps"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// tooManyTasks is the class of the error for more task configs than tasks.max.
const tooManyTasks = "org.apache.kafka.connect.runtime.TooManyTasksException"

// checkTasksMax refuses more tasks than tasks.max, or warns where tasks.max.enforce is false.
// Source: Worker.checkTasksMax, TooManyTasksException.
func (w *Worker) checkTasksMax(name string, n, limit int, enforce bool) error {
	if n <= limit {
		return nil
	}
	if !enforce {
		w.log.Warn("connector generated more tasks than tasks.max, which will not be allowed any more; its taskConfigs must respect the number it is given",
			"connector", name, "tasks", n, "tasks_max", limit)
		return nil
	}
	return &connectors.Error{Class: tooManyTasks, Text: fmt.Sprintf(
		"The connector %s has generated %d tasks, which is greater than %d, the maximum number of tasks it is configured to create. "+
			"This behaviour should be considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring the connector "+
			"with '%s' set to false; however, this option will be removed in a future release of Kafka Connect.",
		name, n, limit, "tasks.max.enforce")}
}

// completeTaskConfigs adds to the plugin's task configs what is stored with them. The result is new.
func completeTaskConfigs(configs []map[string]string, taskClass string, raw, resolved map[string]string) []map[string]string {
	out := make([]map[string]string, len(configs))
	for i, c := range configs {
		t := make(map[string]string, len(c)+2)
		maps.Copy(t, c)
		t["task.class"] = taskClass
		for _, k := range []string{"topics", "topics.regex"} {
			if v, ok := resolved[k]; ok {
				t[k] = v
			}
		}
		for k, v := range raw {
			if _, ok := t[k]; ok && config.HasVariable(v) {
				t[k] = v
			}
		}
		out[i] = t
	}
	return out
}
