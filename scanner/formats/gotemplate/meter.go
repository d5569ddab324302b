package gotemplate

import (
	"text/template/parse"

	"github.com/modelsieve/modelsieve/scanner"
)

const (
	maxRuns  = 1_000_000 // how often a part of a template may run
	someRuns = 1000      // how often it does for data, which is not known
	maxTwice = 20        // how often a text may double
)

// A meter works out how often parts of templates run, and how often texts double. Ollama
// renders a template to its end, however long that takes.
type meter struct {
	*reader
	runs   map[string]int // how often a template runs something; 0 while that is worked out
	counts map[string]int // whole numbers that variables are set to
	twice  int            // how often a text doubles, whatever it is
	wrong  *scanner.Error // what was found first
}

// check goes through the template from its beginning.
func (m *meter) check() error {
	m.counts = map[string]int{}
	for _, tree := range m.trees {
		walk(tree.Root, m.count)
	}
	m.template(mainName, 0)
	if m.wrong != nil {
		return m.wrong
	}
	return nil
}

// count notes the whole numbers that variables are set to; the largest of each counts.
func (m *meter) count(n parse.Node) {
	pipe, ok := n.(*parse.PipeNode)
	if !ok || len(pipe.Decl) != 1 {
		return
	}
	if number, ok := only(pipe).(*parse.NumberNode); ok && number.IsInt {
		name := pipe.Decl[0].Ident[0]
		m.counts[name] = max(m.counts[name], clamp(number.Int64))
	}
}

// only returns what a pipeline is where that is one value.
func only(pipe *parse.PipeNode) parse.Node {
	if len(pipe.Cmds) == 1 && len(pipe.Cmds[0].Args) == 1 {
		return pipe.Cmds[0].Args[0]
	}
	return nil
}

func clamp(n int64) int { return int(min(max(n, 0), maxRuns+1)) }

// fail notes what is wrong.
func (m *meter) fail(at parse.Pos, format string, args ...any) {
	if m.wrong == nil {
		m.wrong = scanner.Errorf(scanner.OverLimit, int64(at), format, args...)
	}
}

// template returns how often something runs when a template is called once.
func (m *meter) template(name string, at parse.Pos) int {
	runs, seen := m.runs[name]
	tree := m.trees[name]
	switch {
	case tree == nil:
		return 1
	case seen && runs == 0: // it is being worked out: it calls itself
		if m.wrong == nil && m.callsBack(name) > 1 {
			m.fail(at, "a template calls itself more than once: how often it runs is not known")
		}
		return 1
	case seen:
		return runs
	}
	m.runs[name] = 0
	runs = m.list(tree.Root, 1)
	m.runs[name] = runs
	return runs
}

// callsBack counts how often a template calls one that calls it again, or itself.
func (m *meter) callsBack(name string) int {
	leads := map[string]bool{name: true}
	for range m.trees { // each round finds those that are one call further away, at least
		for other := range m.trees {
			leads[other] = leads[other] || m.calls(other, leads) > 0
		}
	}
	return m.calls(name, leads)
}

// calls counts the calls of some templates in one.
func (m *meter) calls(from string, some map[string]bool) int {
	n := 0
	walk(m.trees[from].Root, func(node parse.Node) {
		if call, ok := node.(*parse.TemplateNode); ok && some[call.Name] {
			n++
		}
	})
	return n
}

// list returns how often something in a list runs when that runs a number of times.
func (m *meter) list(l *parse.ListNode, times int) int {
	sum := times
	if l == nil {
		return sum
	}
	for _, n := range l.Nodes {
		sum = min(sum+m.node(n, times), maxRuns+1)
		if sum > maxRuns {
			m.fail(n.Position(), "the template runs something more than %d times", maxRuns)
		}
	}
	return sum
}

// node returns how often something in a node runs.
func (m *meter) node(n parse.Node, times int) int {
	switch n := n.(type) {
	case *parse.ActionNode:
		m.doubles(n.Pipe, times)
	case *parse.TemplateNode:
		return m.multiply(times, m.template(n.Name, n.Pos))
	case *parse.IfNode:
		return m.list(n.List, times) + m.list(n.ElseList, times)
	case *parse.WithNode:
		return m.list(n.List, times) + m.list(n.ElseList, times)
	case *parse.RangeNode:
		rounds, certain := m.rounds(n.Pipe)
		if certain {
			return m.list(n.List, m.multiply(times, rounds)) + m.list(n.ElseList, times)
		}
		twice := m.twice
		sum := m.list(n.List, times) + m.list(n.ElseList, times)
		if m.twice > twice { // for each of the data
			m.double(n.Pos, someRuns)
		}
		return sum
	}
	return 0
}

func (m *meter) multiply(a, b int) int { return clamp(int64(a) * int64(b)) }

// rounds returns how often a loop goes round, where a constant says so.
func (m *meter) rounds(pipe *parse.PipeNode) (n int, certain bool) {
	switch n := only(pipe).(type) {
	case *parse.NumberNode:
		return clamp(n.Int64), n.IsInt
	case *parse.VariableNode:
		rounds, ok := m.counts[n.Ident[0]]
		return rounds, ok && len(n.Ident) == 1
	}
	return 0, false
}

// doubles notes a variable that is set to a text in which another stands twice.
func (m *meter) doubles(pipe *parse.PipeNode, times int) {
	if len(pipe.Decl) == 0 {
		return
	}
	seen, prints := map[string]int{}, false
	walk(pipe, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.VariableNode:
			if len(n.Ident) == 1 && n.Ident[0] != "$" {
				seen[n.Ident[0]]++
			}
		case *parse.IdentifierNode:
			prints = prints || n.Ident == "print" || n.Ident == "println" || n.Ident == "printf"
		}
	})
	for _, n := range seen {
		if n > 1 && prints {
			m.double(pipe.Pos, times)
		}
	}
}

// double notes that a text doubles a number of times.
func (m *meter) double(at parse.Pos, times int) {
	if m.twice = clamp(int64(m.twice) + int64(times)); m.twice > maxTwice {
		m.fail(at, "the template doubles a text more than %d times", maxTwice)
	}
}
