package coord

import "github.com/millrace/millrace/connectors"

// RestartPlan is what a RestartRequest comes to in a connector's present state.
// Source: RestartPlan, AbstractHerder.buildRestartPlan.
type RestartPlan struct {
	Connector bool             // restart the connector
	Tasks     []int            // and these tasks, by number
	Status    *ConnectorStatus // the state, in which these show as RESTARTING
}

// Plan says what to restart of a connector in a state, which it does not change.
func (r RestartRequest) Plan(now *ConnectorStatus) RestartPlan {
	status := *now
	status.Tasks = make([]TaskStatus, len(now.Tasks))
	p := RestartPlan{Connector: r.restarts(now.Connector.State), Status: &status}
	if p.Connector {
		status.Connector.State = connectors.Restarting
	}
	for i, t := range now.Tasks {
		if r.IncludeTasks && r.restarts(t.State) {
			p.Tasks = append(p.Tasks, t.ID)
			t.State = connectors.Restarting
		}
		status.Tasks[i] = t
	}
	return p
}

func (r RestartRequest) restarts(s connectors.State) bool {
	return !r.OnlyFailed || s == connectors.Failed
}
