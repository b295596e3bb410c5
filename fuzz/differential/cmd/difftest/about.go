package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// about asks the oracle which versions are behind its answers.
func about(oracle string) ([]byte, error) {
	cmd := exec.CommandContext(context.Background(), "sh", "-c", "exec "+oracle+" --about")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil || !bytes.HasPrefix(out, []byte("{")) {
		return nil, fmt.Errorf("%s --about answered %.200q: %w", oracle, out, err)
	}
	return bytes.TrimSpace(out), nil
}

// shortestJDK is the first JDK whose Double.toString prints the shortest text that reads back.
const shortestJDK = 19

// oldJDK reports whether the oracle's JDK is older than that. Unreadable versions count as new: the stricter comparison.
func oldJDK(about []byte) bool {
	var versions struct{ JDK string }
	if json.Unmarshal(about, &versions) != nil {
		return false
	}
	major, _, _ := strings.Cut(versions.JDK, ".")
	n, err := strconv.Atoi(major)
	return err == nil && n < shortestJDK
}
