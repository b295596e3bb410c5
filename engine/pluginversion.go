package engine

import (
	"fmt"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/settings"
)

// checkVersion refuses a plugin whose version is not in the range that a config asks for.
//
// Errors: VersionedPluginLoadingException; InvalidVersionSpecificationException for text that is no range.
// Source: DelegatingClassLoader.loadPlugin.
func checkVersion(class, have, want string) error {
	ranges, err := settings.VersionRequirement(want)
	if err != nil || ranges.Contains(version(have)) {
		return err
	}
	return &connectors.Error{Class: versionedPluginLoading, Text: fmt.Sprintf(
		"Plugin %s not found that matches the version range %s, available versions: [%s]", class, ranges, version(have))}
}

const (
	versionedPluginLoading = "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException"
	invalidVersion         = settings.InvalidVersion
)
