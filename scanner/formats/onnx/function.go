package onnx

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// An opKey is what operators and functions are looked up by.
type opKey struct{ domain, op, overload string }

// normal is the key with the one name of the domain that has two.
func (k opKey) normal() opKey {
	if k.domain == "ai.onnx" {
		k.domain = ""
	}
	return k
}

func (k opKey) String() string {
	name := k.op
	if k.domain != "" {
		name = k.domain + "::" + name
	}
	if k.overload != "" {
		name += ":" + k.overload
	}
	return name
}

// A callSet is which operators a graph or a function has nodes of.
type callSet struct {
	at    int64
	nodes float64
	times map[opKey]float64
	order []opKey
}

func newCallSet() callSet { return callSet{times: map[opKey]float64{}} }

// add counts a node, and reports whether its operator is new.
func (c *callSet) add(k opKey) bool {
	c.nodes++
	c.times[k]++
	if c.times[k] > 1 {
		return false
	}
	c.order = append(c.order, k)
	return true
}

// entryBytes is what the memory of an operator is charged for, without its name.
const entryBytes = 160

// called remembers that the graph or the function has a node of an operator.
func (m *model) called(n *node) error {
	k := n.key.normal()
	if !m.calls.add(k) {
		return nil
	}
	if _, seen := m.all[k]; !seen {
		m.all[k] = n.at.At
	}
	return m.hold(2*entryBytes + len(k.domain) + len(k.op) + len(k.overload))
}

// function walks a FunctionProto.
func (m *model) function(f protowalk.Field) error {
	m.graphs++
	outer := m.calls
	m.calls = newCallSet()
	m.calls.at = f.At
	defer func() { m.calls = outer }()
	var k opKey
	err := m.w.Each(f.Span, func(g protowalk.Field) error {
		if g.Type != protowalk.Bytes {
			return nil
		}
		switch g.Number {
		case 1:
			return m.text(g, &k.op)
		case 7:
			return m.node(g)
		case 10:
			return m.text(g, &k.domain)
		case 11:
			return m.attribute(g)
		case 13:
			return m.text(g, &k.overload)
		}
		return m.other(g, 14)
	})
	calls := m.calls
	m.functions[k.normal()] = &calls
	m.names = append(m.names, k.normal())
	if err != nil {
		return err
	}
	return m.hold(entryBytes + len(k.domain) + len(k.op) + len(k.overload))
}

// A frame is a function whose calls are followed.
type frame struct {
	key  opKey
	set  *callSet
	next int
	size float64
}

// maxNodes is how many nodes a model may have when its functions are written out where
// they are called, as runtimes do. The largest models have some ten thousand.
const maxNodes = 1 << 27

// expand works out how many nodes the model has with its functions written out, and
// finds functions that call themselves.
func (m *model) expand() error {
	sizes := map[opKey]float64{}
	if err := m.hold(len(m.functions) * 2 * entryBytes); err != nil {
		return err
	}
	for _, k := range m.names {
		if err := m.follow(frame{key: k, set: m.functions[k]}, sizes); err != nil {
			return err
		}
	}
	return m.follow(frame{set: &m.calls}, sizes)
}

// follow works out the size of a function and of all that it calls.
func (m *model) follow(start frame, sizes map[opKey]float64) error {
	if _, known := sizes[start.key]; known {
		return nil
	}
	stack, open := []frame{start}, map[opKey]bool{start.key: true}
	for len(stack) > 0 {
		if err := m.p.Budget.Step(1); err != nil {
			return err
		}
		top := &stack[len(stack)-1]
		if top.next == len(top.set.order) {
			sizes[top.key] = top.size + top.set.nodes
			delete(open, top.key)
			stack = stack[:len(stack)-1]
			continue
		}
		k := top.set.order[top.next]
		callee := m.functions[k]
		size, known := sizes[k]
		switch {
		case callee == nil:
			top.next++
		case open[k]:
			m.recursive(stack, k)
			top.next++
		case !known:
			stack, open[k] = append(stack, frame{key: k, set: callee}), true
		default:
			top.size += top.set.times[k] * size
			top.next++
		}
		if top.size > maxNodes {
			return scanner.Errorf(scanner.OverLimit, top.set.at, "with its functions written out, the model has more than %d nodes", maxNodes)
		}
	}
	return nil
}

// recursive reports a function that calls itself.
func (m *model) recursive(stack []frame, k opKey) {
	var way []string
	for i := range stack {
		if stack[i].key == k || len(way) > 0 {
			way = append(way, stack[i].key.String())
		}
	}
	at := m.functions[k].at
	if len(way) > 8 {
		way = way[len(way)-8:]
	}
	m.odd(at, fmt.Sprintf("the function %s calls itself (%s), which overflows the stack of loaders", k, strings.Join(way, ", ")))
}
