//go:build e2e && !soak

package mixed

// kinds are what there is time for in every run.
var kinds = []kind{{"sessioned", []string{"sessioned"}}}
