// Package docs holds the pages of this project. config.md and metrics.md are generated: go generate ./docs/... writes
// them anew, and a test of cmd fails when one is stale.
package docs

//go:generate go run ../cmd/millrace config --output config.md
//go:generate go run ../cmd/millrace metrics --output metrics.md
