package rest

import (
	"bytes"
	"encoding/json"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// The bodies of answers. Members stand in the order in which Java writes them; no body has a member that
// Java's has not: a Java worker's client refuses unknown ones.
type (
	errorMessage struct {
		Code    int    `json:"error_code"`
		Message string `json:"message"`
	}

	serverInfo struct {
		Version   string `json:"version"`
		Commit    string `json:"commit"`
		ClusterID string `json:"kafka_cluster_id"`
	}

	workerStatus struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}

	message struct {
		Message string `json:"message"`
	}

	taskID struct {
		Connector string `json:"connector"`
		Task      int    `json:"task"`
	}

	connectorInfo struct {
		Name   string            `json:"name"`
		Config map[string]string `json:"config"`
		Tasks  []taskID          `json:"tasks"`
		Type   connectors.Kind   `json:"type"`
	}

	taskInfo struct {
		ID     taskID            `json:"id"`
		Config map[string]string `json:"config"`
	}

	instanceState struct {
		State    connectors.State `json:"state"`
		WorkerID string           `json:"worker_id"`
		Trace    string           `json:"trace,omitempty"`
		Version  json.RawMessage  `json:"version,omitempty"`
	}

	taskState struct {
		ID int `json:"id"`
		instanceState
	}

	connectorState struct {
		Name      string          `json:"name"`
		Connector instanceState   `json:"connector"`
		Tasks     []taskState     `json:"tasks"`
		Type      connectors.Kind `json:"type"`
	}

	// expansion is one connector of GET /connectors?expand=.
	expansion struct {
		Status *connectorState `json:"status,omitempty"`
		Info   *connectorInfo  `json:"info,omitempty"`
	}

	topics struct {
		Topics []string `json:"topics"`
	}

	loggerLevel struct {
		Level        string `json:"level"`
		LastModified *int64 `json:"last_modified"`
	}

	pluginInfo struct {
		Class   string  `json:"class"`
		Type    string  `json:"type"`
		Version *string `json:"version,omitempty"`
	}

	configKey struct {
		Name          string   `json:"name"`
		Type          string   `json:"type"`
		Required      bool     `json:"required"`
		Default       *string  `json:"default_value"`
		Importance    string   `json:"importance"`
		Documentation string   `json:"documentation"`
		Group         *string  `json:"group"`
		Order         int      `json:"order_in_group"`
		Width         string   `json:"width"`
		DisplayName   string   `json:"display_name"`
		Dependents    []string `json:"dependents"`
	}

	configValue struct {
		Name        string   `json:"name"`
		Value       *string  `json:"value"`
		Recommended []string `json:"recommended_values"`
		Errors      []string `json:"errors"`
		Visible     bool     `json:"visible"`
	}

	configInfo struct {
		Definition *configKey   `json:"definition"`
		Value      *configValue `json:"value"`
	}

	configInfos struct {
		Name       string       `json:"name"`
		ErrorCount int          `json:"error_count"`
		Groups     []string     `json:"groups"`
		Configs    []configInfo `json:"configs"`
	}
)

// encode writes a body without a newline at its end, and without the escapes that only HTML needs.
func encode(body any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// undefinedVersion is what Java says for a plugin without a version; answers leave it out.
const undefinedVersion = "undefined"

func infoOf(i *coord.ConnectorInfo) *connectorInfo {
	info := &connectorInfo{Name: i.Name, Config: filled(i.Config), Tasks: make([]taskID, len(i.Tasks)), Type: i.Kind}
	for n, id := range i.Tasks {
		info.Tasks[n] = taskID(id)
	}
	return info
}

func tasksOf(infos []coord.TaskInfo) []taskInfo {
	tasks := make([]taskInfo, len(infos))
	for n, i := range infos {
		tasks[n] = taskInfo{taskID(i.ID), filled(i.Config)}
	}
	return tasks
}

func stateOf(s *coord.ConnectorStatus) *connectorState {
	state := &connectorState{Name: s.Name, Connector: instanceOf(s.Connector), Tasks: make([]taskState, len(s.Tasks)), Type: s.Kind}
	for n := range s.Tasks {
		state.Tasks[n] = taskStateOf(&s.Tasks[n])
	}
	return state
}

func taskStateOf(s *coord.TaskStatus) taskState {
	return taskState{s.ID, instanceOf(s.InstanceStatus)}
}

func instanceOf(s coord.InstanceStatus) instanceState {
	state := instanceState{State: s.State, WorkerID: s.WorkerID, Trace: s.Trace, Version: json.RawMessage("null")}
	if s.Version != nil {
		state.Version = nil
		if *s.Version != undefinedVersion {
			state.Version, _ = encode(*s.Version) // text has no failure
		}
	}
	return state
}

func pluginOf(p connectors.PluginInfo) pluginInfo {
	info := pluginInfo{Class: p.Class, Type: p.Type}
	if p.Version != "" && p.Version != undefinedVersion {
		info.Version = &p.Version
	}
	return info
}

// keyOf describes a config key. Source: AbstractHerder.convertConfigKey.
func keyOf(k *config.Key) configKey {
	c := configKey{
		Name: k.Name, Type: k.Type.String(), Required: k.Required, Importance: k.Importance.String(), Documentation: k.Doc,
		Order: k.Order, Width: k.Width.String(), DisplayName: k.DisplayName, Dependents: filledList(k.Dependents),
	}
	if k.HasDefault() {
		c.Default = optional(config.ConvertToString(k.Default))
	}
	if k.Group != "" {
		c.Group = &k.Group
	} else if k.Order == 0 {
		c.Order = -1
	}
	if c.DisplayName == "" {
		c.DisplayName = k.Name
	}
	return c
}

// valueOf describes a checked value. Source: AbstractHerder.convertConfigValue.
func valueOf(v *config.ConfigValue) configValue {
	return configValue{
		Name: v.Name, Value: optional(v.Text()), Recommended: filledList(v.RecommendedTexts()), Errors: filledList(v.Errors), Visible: v.Visible,
	}
}

func validationOf(v *connectors.Validation) configInfos {
	infos := configInfos{Name: v.Name, ErrorCount: v.ErrorCount, Groups: filledList(v.Groups), Configs: make([]configInfo, len(v.Configs))}
	for i, one := range v.Configs {
		if one.Definition != nil {
			k := keyOf(one.Definition)
			infos.Configs[i].Definition = &k
		}
		if one.Value != nil {
			value := valueOf(one.Value)
			infos.Configs[i].Value = &value
		}
	}
	return infos
}

func optional(s string, ok bool) *string {
	if !ok {
		return nil
	}
	return &s
}

// filled and filledList make what is nil an empty object and an empty list.
func filled(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func filledList(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}
