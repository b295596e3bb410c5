package settings

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
)

// TopicGroup is one group of topic creation settings. The default group takes what no other one does, and
// includes nothing by name. Source: TopicCreationGroup.
type TopicGroup struct {
	Name              string
	Include, Exclude  []*regex.Pattern
	Partitions        int32
	ReplicationFactor int16
	Configs           map[string]string
}

const topicCreation = "topic.creation."

// UsesTopicCreation reports whether a source config has any topic.creation key.
func UsesTopicCreation(props map[string]string) bool {
	for k := range props {
		if strings.HasPrefix(k, topicCreation) {
			return true
		}
	}
	return false
}

// ParseTopicGroups reads the topic creation groups of a source config, in order, the default group
// last. Source: SourceConnectorConfig, TopicCreationGroup.configuredGroups.
func ParseTopicGroups(props map[string]string) ([]TopicGroup, error) {
	d := config.NewDef()
	d.Embed(topicCreation+"default.", "default", 0, define(config.NewDef(), topicCreationDefaultKeys()))
	v, err := d.Parse(props)
	if err != nil {
		return nil, err
	}
	def := TopicGroup{
		Name: "default", Partitions: v.Int32(topicCreation + "default.partitions"),
		ReplicationFactor: v.Int16(topicCreation + "default.replication.factor"),
		Configs:           topicConfigs(props, "default"),
	}
	names, err := define(config.NewDef(), sourceKeys()[:1]).Parse(props)
	if err != nil {
		return nil, err
	}
	var groups []TopicGroup
	for _, name := range names.List(topicCreation + "groups") {
		if name == "default" || slices.ContainsFunc(groups, func(g TopicGroup) bool { return g.Name == name }) {
			continue
		}
		g, err := parseTopicGroup(props, name, def)
		if err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	return append(groups, def), nil
}

func parseTopicGroup(props map[string]string, name string, def TopicGroup) (TopicGroup, error) {
	prefix := topicCreation + name + "."
	d := config.NewDef()
	if err := d.TryEmbed(prefix, name, 0, define(config.NewDef(), topicCreationKeys(name, def.ReplicationFactor, def.Partitions))); err != nil {
		return TopicGroup{}, err
	}
	v, err := d.Parse(props)
	if err != nil {
		return TopicGroup{}, err
	}
	g := TopicGroup{Name: name, Partitions: v.Int32(prefix + "partitions"), ReplicationFactor: v.Int16(prefix + "replication.factor"),
		Configs: topicConfigs(props, name)}
	for _, p := range v.List(prefix + "include") {
		re, err := regex.Compile(p)
		if err != nil {
			return TopicGroup{}, config.InvalidValue(prefix+"include", p, err.Error())
		}
		g.Include = append(g.Include, re)
	}
	for _, p := range v.List(prefix + "exclude") {
		re, err := regex.Compile(p)
		if err != nil {
			return TopicGroup{}, config.InvalidValue(prefix+"exclude", p, err.Error())
		}
		g.Exclude = append(g.Exclude, re)
	}
	return g, nil
}

// topicConfigs returns the topic configs of a group: all of its keys but the four of the framework.
func topicConfigs(props map[string]string, group string) map[string]string {
	out := config.WithPrefix(props, topicCreation+group+".")
	for _, k := range []string{"include", "exclude", "replication.factor", "partitions"} {
		delete(out, k)
	}
	return out
}
