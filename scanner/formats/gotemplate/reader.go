package gotemplate

import (
	"fmt"
	"slices"
	"text/template/parse"

	"github.com/modelsieve/modelsieve/scanner"
)

// reaching are the functions of sprig by which a template reaches out of its program.
var reaching = []string{"env", "expandenv", "getHostByName"}

// known are the functions that a template of Ollama can call: those of Go, and its own.
var known = []string{
	"and", "break", "call", "continue", "currentDate", "eq", "ge", "gt", "html", "index", "js", "json", "le", "len", "lt", "ne", "not", "or",
	"print", "printf", "println", "slice", "toTypeScriptType", "urlquery", "yesterdayDate",
}

// prompted are fields that Ollama hands a template.
var prompted = []string{"Prompt", "Messages", "Response", "System", "Tools", "Suffix", "Query", "Document", "Instruction"}

// A reader goes through the templates of a text.
type reader struct {
	p     *scanner.Pass
	trees map[string]*parse.Tree
}

// prompts reports whether a template takes something that Ollama hands it.
func (r *reader) prompts() bool {
	found := false
	for _, tree := range r.trees {
		walk(tree.Root, func(n parse.Node) {
			switch n := n.(type) {
			case *parse.FieldNode:
				found = found || slices.Contains(prompted, n.Ident[0])
			case *parse.VariableNode:
				found = found || len(n.Ident) > 1 && slices.Contains(prompted, n.Ident[1])
			}
		})
	}
	return found
}

// run reports on all templates.
func (r *reader) run() error {
	var unknown *parse.IdentifierNode
	for _, tree := range r.trees {
		walk(tree.Root, func(n parse.Node) {
			call, ok := n.(*parse.IdentifierNode)
			switch {
			case !ok || slices.Contains(known, call.Ident):
			case slices.Contains(reaching, call.Ident):
				r.reaches(call)
			case unknown == nil || call.Pos < unknown.Pos:
				unknown = call
			}
		})
	}
	cost := &meter{reader: r, runs: map[string]int{}}
	if err := cost.check(); err != nil {
		return err
	}
	if unknown != nil {
		return scanner.Errorf(scanner.Unsupported, int64(unknown.Pos), "the template calls %q, which Ollama does not know", scanner.Clean(unknown.Ident, 60))
	}
	return nil
}

// reaches reports a function that reaches out.
func (r *reader) reaches(call *parse.IdentifierNode) {
	does := map[string]string{"env": "reads an environment variable", "expandenv": "reads environment variables", "getHostByName": "asks the network for a name"}
	r.p.Report(ruleReach, scanner.Span{Offset: int64(call.Pos), Length: int64(len(call.Ident))}, scanner.Detail{
		Message: fmt.Sprintf("Rendering this template with LocalAI %s by %q.", does[call.Ident], call.Ident), Evidence: []string{call.Ident},
	})
}

// walk calls f for a node and all below it. How deep they are was bounded before.
func walk(n parse.Node, f func(parse.Node)) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		each(n.Nodes, f)
	case *parse.ActionNode:
		walk(n.Pipe, f)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		f(n)
		for _, c := range n.Cmds {
			each(c.Args, f)
		}
	case *parse.ChainNode:
		walk(n.Node, f)
	case *parse.TemplateNode:
		f(n)
		walk(n.Pipe, f)
	case *parse.IfNode:
		branch(&n.BranchNode, f)
	case *parse.WithNode:
		branch(&n.BranchNode, f)
	case *parse.RangeNode:
		branch(&n.BranchNode, f)
	case nil:
	default:
		f(n)
	}
}

func each(nodes []parse.Node, f func(parse.Node)) {
	for _, n := range nodes {
		walk(n, f)
	}
}

func branch(n *parse.BranchNode, f func(parse.Node)) {
	walk(n.Pipe, f)
	walk(n.List, f)
	walk(n.ElseList, f)
}
