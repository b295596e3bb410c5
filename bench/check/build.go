package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build builds bench/runner of the base commit and of this tree into a folder.
func build(ctx context.Context, folder, base string) (commit string, programs [2]string, err error) {
	root, err := output(ctx, ".", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return "", programs, err
	}
	if commit, err = baseCommit(ctx, root, base); err != nil {
		return "", programs, err
	}
	tree := filepath.Join(folder, "tree")
	if err := export(ctx, root, commit, tree); err != nil {
		return "", programs, err
	}
	programs = [2]string{filepath.Join(folder, "base"), filepath.Join(folder, "now")}
	if err := compile(ctx, root, programs[1]); err != nil {
		return "", programs, err
	}
	own := filepath.Join(folder, "own-bench")
	if err := os.Rename(filepath.Join(tree, "bench"), own); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", programs, err
	}
	if err := os.CopyFS(filepath.Join(tree, "bench"), sources{os.DirFS(filepath.Join(root, "bench"))}); err != nil {
		return "", programs, err
	}
	first := compile(ctx, tree, programs[0])
	if first == nil {
		return commit, programs, nil
	}
	if err := errors.Join(os.RemoveAll(filepath.Join(tree, "bench")), os.Rename(own, filepath.Join(tree, "bench"))); err != nil {
		return "", programs, err
	}
	if err := compile(ctx, tree, programs[0]); err != nil {
		return "", programs, fmt.Errorf("commit %s can be measured neither with the cases of this tree (%w) nor with its own (%w)", commit, first, err)
	}
	fmt.Fprintln(os.Stderr, "the base is measured with its own cases: those of this tree do not build against it")
	return commit, programs, nil
}

// baseCommit is the commit that a flag names, and without one what this tree came from.
func baseCommit(ctx context.Context, root, flag string) (string, error) {
	git := func(args ...string) (string, error) { return output(ctx, root, "git", args...) }
	if flag != "" {
		return git("rev-parse", "--verify", flag+"^{commit}")
	}
	head, err := git("rev-parse", "HEAD")
	if err != nil {
		return "", err
	}
	for _, main := range []string{"origin/main", "main"} {
		if left, err := git("merge-base", "HEAD", main); err == nil && left != head {
			return left, nil
		}
	}
	changed, err := git("status", "--porcelain", "--untracked-files=no", "--", "*.go", "go.mod")
	if err != nil || changed != "" {
		return head, err
	}
	return git("rev-parse", "HEAD^")
}

// export writes the files of a commit into a folder of their own: the working tree and its index are left alone.
func export(ctx context.Context, root, commit, tree string) error {
	if err := os.Mkdir(tree, 0o755); err != nil {
		return err
	}
	archive := filepath.Join(tree, "..", "tree.tar")
	if _, err := output(ctx, root, "git", "archive", "--format=tar", "-o", archive, commit); err != nil {
		return err
	}
	if _, err := output(ctx, tree, "tar", "-xf", archive); err != nil {
		return err
	}
	return os.Remove(archive)
}

// compile builds the runner of a tree. The path of the tree is kept out of it, so that both share what the compiler has made before.
func compile(ctx context.Context, tree, program string) error {
	_, err := output(ctx, tree, "go", "build", "-trimpath", "-buildvcs=false", "-pgo=off", "-o", program, "./bench/runner")
	return err
}

// output runs a program and returns what it wrote.
func output(ctx context.Context, dir, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return strings.TrimSpace(string(out)), nil
}
