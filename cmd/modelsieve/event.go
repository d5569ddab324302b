package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// An event is what GitHub says started a workflow.
type event struct {
	name    string
	sha     string // GITHUB_SHA
	payload map[string]any
}

// text returns a text in the payload, or "".
func (e *event) text(keys ...string) string {
	at := any(e.payload)
	for _, key := range keys {
		object, _ := at.(map[string]any)
		at = object[key]
	}
	text, _ := at.(string)
	return text
}

// proposes reports whether the event is about changes that are not accepted yet.
func (e *event) proposes() bool {
	return e.name == "pull_request" || e.name == "pull_request_target" || e.name == "merge_group"
}

// base returns the commit that the event's changes are based on, or "" where it
// says none or the checkout does not have it. A pull request is checked out as a merge
// that GitHub made: its first parent is the base as it was then.
func (e *event) base(ctx context.Context, repo repository) string {
	var rev string
	switch e.name {
	case "pull_request", "pull_request_target":
		rev = e.text("pull_request", "base", "sha")
		if head, err := repo.commit(ctx, "HEAD"); err == nil && head == e.sha && e.name == "pull_request" {
			if _, err := repo.commit(ctx, "HEAD^2"); err == nil {
				rev = head + "^1"
			}
		}
	case "merge_group":
		rev = e.text("merge_group", "base_sha")
	case "push":
		rev = e.text("before")
	}
	if rev == "" || strings.Trim(rev, "0") == "" {
		return ""
	}
	commit, err := repo.commit(ctx, rev)
	if err != nil {
		return ""
	}
	return commit
}

// revisions returns the flags that say since when files count as changed and which
// commit the policy comes from.
func (a *action) revisions(ctx context.Context, dir string) ([]string, error) {
	github, err := a.actions.Context()
	if err != nil {
		return nil, fmt.Errorf("reading what GitHub says of this run: %w", err)
	}
	a.repo = repository{scanner.FindRoot(dir, a.env.getenv)}
	a.event = event{name: github.EventName, sha: github.SHA, payload: github.Event}
	base := a.event.base(ctx, a.repo)
	if base != "" {
		if a.changed, err = a.repo.changed(ctx, base); err != nil {
			return nil, err
		}
	}
	since, err := a.changedSince(base)
	if err != nil {
		return nil, err
	}
	policy, err := a.policyFrom(dir, base)
	return append(since, policy...), err
}

const deeperClone = "set fetch-depth: 2 (a pull request) or 0 at actions/checkout"

// changedSince returns the flag for the input changed-only. Where the base commit is
// not known everything is scanned.
func (a *action) changedSince(base string) ([]string, error) {
	switch mode := a.actions.GetInput("changed-only"); mode {
	case "false":
		return nil, nil
	case "true":
	case "auto", "":
		if !a.event.proposes() {
			return nil, nil
		}
	default:
		return nil, fmt.Errorf("changed-only: %q: want auto, true or false", mode)
	}
	if base == "" {
		a.actions.Warningf("modelsieve: the commit that this change is based on is not in the checkout, so everything is scanned: %s", deeperClone)
		return nil, nil
	}
	return []string{"--changed-since=" + base}, nil
}

// policyFrom returns the flag for the input policy-from. A policy that a proposed
// change brings along must not decide about that change.
func (a *action) policyFrom(dir, base string) ([]string, error) {
	from := a.actions.GetInput("policy-from")
	switch {
	case from == "worktree" || (from == "auto" || from == "") && !a.event.proposes():
		return nil, nil
	case from != "auto" && from != "":
		return []string{"--policy-from=" + from}, nil
	case base != "":
		return []string{"--policy-from=" + base}, nil
	}
	config := filepath.Join(a.repo.root, configName)
	if name := a.actions.GetInput("config"); name != "" {
		config = pathIn(dir, name)
	}
	if _, err := os.Lstat(config); err == nil {
		return nil, fmt.Errorf("%s has to be read from the commit that this change is based on, which is not in the checkout: %s, or set policy-from",
			scanner.CleanPath(filepath.Base(config)), deeperClone)
	}
	return nil, nil
}
