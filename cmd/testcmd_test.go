package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTest_Pass(t *testing.T) {
	out := &buffer{}
	if code := run(t.Context(), out, "test", explained+"/cases/pass"); code != 0 || !strings.HasSuffix(out.String(), "7 of 7 cases pass\n") || !strings.Contains(out.String(), "ok    orders/orders.test.json masks\n") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestTest_Fail(t *testing.T) {
	out := &buffer{}
	if code := run(t.Context(), out, "test", explained+"/cases/fail"); code != exitUsage || !strings.HasSuffix(out.String(), "0 of 6 cases pass\n") || !strings.Contains(out.String(), "FAIL  values\n    record 1 (orders)\n    - topic = \"orders\"\n    + topic = \"orders-clean\"\n") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestTest_Rewrite(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(explained+"/cases/pass/orders")); err != nil {
		t.Fatal(err)
	}
	expected := filepath.Join(dir, "folder", "expected.jsonl")
	if err := os.Remove(expected); err != nil {
		t.Fatal(err)
	}
	out := &buffer{}
	if code := run(t.Context(), out, "test", dir); code != exitUsage {
		t.Errorf("a case that expects nothing: exit code %d\n%s", code, out)
	}
	if code := run(t.Context(), out, "test", dir, "--rewrite"); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if code := run(t.Context(), out, "test", dir); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	text, err := os.ReadFile(expected)
	if err != nil || !strings.HasPrefix(string(text), `{"topic":"orders-clean","key":"1","value":{"id":1,"card":"","total":10}}`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestTest_Errors(t *testing.T) {
	empty := t.TempDir()
	broken := t.TempDir()
	for name, text := range map[string]string{"connector.json": "{", "input.jsonl": "{}"} {
		if err := os.WriteFile(filepath.Join(broken, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ dir, says string }{{empty, "holds no cases"}, {filepath.Join(empty, "none"), "no such file"}, {broken, "the config fails: "}} {
		out := &buffer{}
		if code := run(t.Context(), out, "test", c.dir); code != exitUsage || !strings.Contains(out.String(), c.says) {
			t.Errorf("exit code %d, want %q in\n%s", code, c.says, out)
		}
	}
	out := &buffer{}
	if code := run(t.Context(), out, "test", explained+"/cases/pass/worker", "--worker", workerFile(t, goodWorker)); code != exitUsage || !strings.Contains(out.String(), "VALUE_CONVERTER") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
