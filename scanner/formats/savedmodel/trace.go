package savedmodel

import (
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/tfops"
)

// An origin is where a value comes from.
type origin struct {
	texts    []string // constants it is made of
	caller   bool     // whoever calls the model
	asset    bool     // the path of an asset
	computed []string // operators whose results are not known
}

// A tracer follows a value back through nodes, functions and their callers.
type tracer struct {
	f       *file
	p       *program
	visited map[place]bool
	out     origin
	err     error
}

// A place is a node, or an argument, of a scope.
type place struct {
	s     *scope
	index int // of the node; of an argument its index below -1
}

// maxVisited is how many places a trace may visit.
const maxVisited = 10_000

// origin follows an input of a node.
func (f *file) origin(p *program, s *scope, n *node, input int) (origin, error) {
	t := tracer{f: f, p: p, visited: map[place]bool{}}
	t.input(s, n, input)
	return t.out, t.err
}

// visit reports whether a place is new.
func (t *tracer) visit(at place) bool {
	if t.err != nil || t.visited[at] {
		return false
	}
	if t.err = t.f.p.Budget.Step(1); t.err != nil {
		return false
	}
	if len(t.visited) >= maxVisited {
		t.unknown("more nodes than are followed")
		return false
	}
	t.visited[at] = true
	return true
}

// unknown notes a result that is not known.
func (t *tracer) unknown(what string) {
	if !slices.Contains(t.out.computed, what) && len(t.out.computed) < 8 {
		t.out.computed = append(t.out.computed, what)
	}
}

// producer is the node, or the argument, that an input names.
func producer(input string) string {
	name, _, _ := strings.Cut(input, ":")
	return name
}

// input follows an input of a node.
func (t *tracer) input(s *scope, n *node, index int) {
	if index >= len(n.inputs) {
		t.unknown("a missing input")
		return
	}
	name := producer(n.inputs[index])
	if i, ok := s.byName[name]; ok {
		t.node(s, i)
		return
	}
	if i := slices.Index(s.args, name); i >= 0 {
		t.arg(s, i)
		return
	}
	t.unknown("a missing node")
}

// passing are operators whose result is made of some of their inputs as they are; nil
// means of all of them.
var passing = map[string][]int{
	"Identity": {0}, "IdentityN": nil, "StopGradient": {0}, "Squeeze": {0}, "Reshape": {0}, "ExpandDims": {0}, "EnsureShape": {0},
	"Pack": nil, "Concat": nil, "ConcatV2": nil, "StringJoin": nil, "ShardedFilename": {0}, "ShardedFilespec": {0},
	"Select": {1, 2}, "SelectV2": {1, 2}, "Merge": nil, "Switch": {0}, "RefSwitch": {0}, "Enter": {0}, "Exit": {0}, "NextIteration": {0},
	"GuaranteeConst": {0}, "Slice": {0}, "StridedSlice": {0}, "GatherV2": {0}, "Gather": {0}, "Unpack": {0}, "Split": {1}, "SplitV": {0},
	"Fill": {1}, "BroadcastTo": {0}, "Tile": {0}, "PreventGradient": {0}, "Snapshot": {0}, "DeepCopy": {0},
}

// node follows what a node gives.
func (t *tracer) node(s *scope, i int) {
	if !t.visit(place{s, i}) {
		return
	}
	n := &s.nodes[i]
	inputs, passes := passing[n.op]
	switch {
	case s == t.p.top && t.p.assets[n.name]:
		t.out.asset = true
	case n.op == "Const" || n.op == "HostConst":
		t.constant(n)
	case n.op == "Placeholder" || n.op == "PlaceholderV2" || n.op == "_Arg":
		t.out.caller = true
	case n.op == "PlaceholderWithDefault":
		t.out.caller = true
		t.input(s, n, 0)
	case n.op == "ReadVariableOp":
		t.variable(s, n)
	case passes && inputs == nil:
		for i := range n.inputs {
			t.input(s, n, i)
		}
	case passes:
		for _, i := range inputs {
			t.input(s, n, i)
		}
	default:
		t.unknown("the result of " + n.op)
	}
}

// variable follows what is assigned to a variable, as exported models keep the paths of
// their assets in one. Where anything else uses it, or it has another name, its value is
// not known.
func (t *tracer) variable(s *scope, read *node) {
	if t.err = t.f.p.Budget.Step(int64(len(s.nodes))); t.err != nil || len(read.inputs) == 0 {
		return
	}
	handle := producer(read.inputs[0])
	i, ok := s.byName[handle]
	if !ok || s.nodes[i].op != "VarHandleOp" || t.p.variables[s.nodes[i].shared()] != 1 {
		t.unknown("the value of a variable")
		return
	}
	for i := range s.nodes {
		n := &s.nodes[i]
		switch {
		case !slices.ContainsFunc(n.inputs, func(in string) bool { return producer(in) == handle }):
		case n.op == "AssignVariableOp" && producer(n.inputs[0]) == handle:
			t.input(s, n, 1)
		case n.op != "ReadVariableOp" && n.op != "VarIsInitializedOp":
			t.unknown("the result of " + n.op)
		}
	}
}

// constant takes over the strings of a constant.
func (t *tracer) constant(n *node) {
	texts, whole, err := t.f.texts(n.value)
	if err != nil {
		t.err = err
	}
	if !whole {
		t.unknown("a constant with more strings than are looked at")
	}
	for _, s := range texts {
		if !slices.Contains(t.out.texts, s) && len(t.out.texts) < maxStrings {
			t.out.texts = append(t.out.texts, s)
		}
	}
}

// arg follows an argument of a function to all callers, and to the object that the
// loader binds to it.
func (t *tracer) arg(s *scope, i int) {
	if !t.visit(place{s, -2 - i}) {
		return
	}
	if bound := t.p.bound[s.name]; i >= len(s.args)-len(bound) {
		t.object(bound[i-(len(s.args)-len(bound))])
	} else if len(s.calls) == 0 {
		t.out.caller = true
	}
	for _, c := range s.calls {
		n := &c.from.nodes[c.node]
		skip, known := skipped[n.op]
		switch {
		case !known && n.op != s.name:
			t.unknown("the result of " + n.op)
		case skip+i < len(n.inputs):
			t.input(c.from, n, skip+i)
		default:
			t.unknown("the result of " + n.op)
		}
	}
}

// skipped are operators that call functions with their inputs, and how many inputs
// stand before those.
var skipped = map[string]int{
	"PartitionedCall": 0, "StatefulPartitionedCall": 0, "TPUPartitionedCall": 0, "BatchFunction": 0, "SymbolicGradient": 0,
	"If": 1, "StatelessIf": 1, "Case": 1, "StatelessCase": 1, "While": 0, "StatelessWhile": 0, "RemoteCall": 1, "XlaLaunch": 0,
}

// object follows an object of the object graph that the loader binds.
func (t *tracer) object(id uint64) {
	if id >= uint64(len(t.p.objects)) {
		t.unknown("a missing object")
		return
	}
	o := t.p.objects[id]
	switch {
	case o.kind == objectAsset:
		t.out.asset = true
	case o.kind == objectConstant:
		if i, ok := t.p.top.byName[o.operation]; ok {
			t.node(t.p.top, i)
			return
		}
		t.unknown("a missing node")
	default:
		t.unknown("an object")
	}
}

// link finds the callers of every function, and counts the handles of variables.
func (p *program) link() {
	for _, s := range p.scopes {
		for i := range s.nodes {
			n := &s.nodes[i]
			if n.op == "VarHandleOp" {
				p.variables[n.shared()]++
			}
			if callee := p.functions[n.op]; callee != nil {
				callee.calls = append(callee.calls, call{s, i})
			}
			for _, name := range n.calls {
				if callee := p.functions[name]; callee != nil {
					callee.calls = append(callee.calls, call{s, i})
				}
			}
		}
	}
}

// unknownOp reports whether neither TensorFlow nor the program has an operator.
func (p *program) unknownOp(name string) bool {
	_, known := tfops.Lookup(name)
	return !known && p.functions[name] == nil && name != ""
}
