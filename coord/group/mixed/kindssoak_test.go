//go:build soak

package mixed

// kinds are all there are.
var kinds = []kind{{"eager", []string{"eager"}}, {"sessioned", []string{"compatible", "sessioned"}}}
