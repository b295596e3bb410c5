package cmd

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write outputs in docs/tools.md anew")

// What docs/tools.md shows is what the program prints.
func TestToolsPage_IsCurrent(t *testing.T) {
	const page, fence = "../docs/tools.md", "```console\n$ millrace "
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), fence)
	for i := 1; i < len(parts); i++ {
		args, rest, _ := strings.Cut(parts[i], "\n")
		shown, behind, found := strings.Cut("\n"+rest, "\n```\n")
		if !found {
			t.Fatalf("the block of %q has no end", args)
		}
		t.Chdir("testdata/tools")
		out := &buffer{}
		run(t.Context(), out, strings.Fields(args)...)
		t.Chdir(home)
		if got := "\n" + strings.TrimSuffix(out.String(), "\n"); got != shown && !*rewrite {
			t.Errorf("millrace %s prints%s", args, got)
		}
		parts[i] = args + "\n" + out.String() + "```\n" + behind
	}
	if *rewrite {
		if err := os.WriteFile(page, []byte(strings.Join(parts, fence)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
