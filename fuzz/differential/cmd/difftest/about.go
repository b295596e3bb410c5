package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
)

// about asks the oracle which versions are behind its answers.
func about(oracle string) ([]byte, error) {
	cmd := exec.Command("sh", "-c", "exec "+oracle+" --about")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil || !bytes.HasPrefix(out, []byte("{")) {
		return nil, fmt.Errorf("%s --about answered %.200q: %w", oracle, out, err)
	}
	return out, nil
}
