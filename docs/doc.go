// Package docs holds the pages of this project. config.md is generated: go generate ./docs/... writes it anew,
// and a test of cmd fails when it is stale.
package docs

//go:generate go run ../cmd/millrace config --output config.md
