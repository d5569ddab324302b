package picklevm_test

import (
	"encoding/binary"
	"math/rand/v2"
)

// A grammar writes streams in which most operands are there: expressions that leave one
// value each, in every spelling, with a slip now and then.
type grammar struct {
	generator
	memo  []uint32 // indexes that were stored to
	slips int      // one in that many expressions is followed by something that does not belong there
}

// generateGrammar makes a stream from a seed.
func generateGrammar(seed uint64) []byte {
	g := &grammar{generator: generator{rng: rand.New(rand.NewPCG(seed, 23))}}
	g.slips = []int{1 << 30, 1 << 30, 60, 15}[g.rng.IntN(4)]
	if g.rng.IntN(4) != 0 {
		g.out = append(g.out, 0x80, byte(g.rng.IntN(6)))
	}
	for range 1 + g.rng.IntN(6) {
		g.expr(0)
		if g.rng.IntN(3) == 0 {
			g.add("0")
		}
	}
	g.out = append(g.out, '.')
	if g.rng.IntN(12) == 0 {
		g.out[g.rng.IntN(len(g.out))] = byte(g.rng.IntN(256))
	}
	return g.out
}

// expr adds opcodes that leave one value.
func (g *grammar) expr(depth int) {
	if g.rng.IntN(g.slips) == 0 {
		g.opcode()
	}
	if depth > 4 {
		g.add(g.data())
		return
	}
	switch g.rng.IntN(20) {
	case 0, 1, 2:
		g.add(g.data())
	case 3, 4:
		g.collection(depth)
	case 5, 6:
		g.callable()
	case 7, 8:
		g.call(depth)
	case 9:
		g.instance(depth)
		g.build(depth)
	case 10:
		g.instance(depth)
		g.fill(depth)
	case 11:
		g.instance(depth)
	case 12:
		g.stored(depth)
	case 13:
		g.load(depth)
	case 14:
		g.persistent(depth)
	case 15:
		g.idle(depth)
	case 16:
		g.frame(depth)
	case 17:
		g.add("\x80", string([]byte{byte(g.rng.IntN(6))}))
		g.expr(depth)
	case 18:
		g.global(depth)
		g.build(depth)
	default:
		g.computed(depth)
	}
}

// some adds a few expressions.
func (g *grammar) some(depth, most int) {
	for range g.rng.IntN(most + 1) {
		g.expr(depth + 1)
	}
}

// collection adds a tuple, list, dict or set.
func (g *grammar) collection(depth int) {
	switch g.rng.IntN(9) {
	case 0:
		g.add("(")
		g.some(depth, 3)
		g.add(g.pick("t", "l", "\x91"))
	case 1:
		g.expr(depth + 1)
		g.add("\x85")
	case 2:
		g.expr(depth + 1)
		g.expr(depth + 1)
		g.add("\x86")
	case 3:
		g.add("(")
		for range g.rng.IntN(3) {
			g.key(depth)
			g.expr(depth + 1)
		}
		g.add("d")
	case 4:
		g.add("}(")
		for range g.rng.IntN(3) {
			g.key(depth)
			g.expr(depth + 1)
		}
		g.add("u")
	case 5:
		g.add("](")
		g.some(depth, 3)
		g.add("e")
	case 6:
		g.add("\x8f(")
		for range g.rng.IntN(3) {
			g.key(depth)
		}
		g.add("\x90")
	case 7:
		g.add("]")
		g.expr(depth + 1)
		g.add("a")
	default:
		g.add("}")
		g.key(depth)
		g.expr(depth + 1)
		g.add("s")
	}
}

// key adds a value that is used as a key, mostly one that can be.
func (g *grammar) key(depth int) {
	switch g.rng.IntN(8) {
	case 0:
		g.instance(depth + 1)
	case 1:
		g.instance(depth + 1)
		g.add("\x85")
	case 2:
		g.add("(")
		g.instance(depth + 1)
		g.add("\x91")
	case 3:
		g.callable()
	default:
		g.add(g.pick(g.str(), "K\x05", "I1\n", "N", ")"))
	}
}

// module is a module of the driver's stubs, those that have no __setstate__ among them.
func (g *grammar) module() string { return g.pick("plain", "plain", "os", "a", "b.c", "é", "x y") }

// callable adds an import.
func (g *grammar) callable() { g.global(4) }

// global adds an import in one of its spellings.
func (g *grammar) global(depth int) {
	module, name := g.module(), g.pick("f", "C", "text", "system", "a.b")
	switch g.rng.IntN(6) {
	case 0:
		g.add(g.word(module), g.word(name), "\x93")
	case 1:
		g.add(g.pick("\x82\x01", "\x83\x02\x00", "\x84\x03\x00\x00\x00"))
	case 2:
		if depth < 4 {
			g.load(depth)
			return
		}
		fallthrough
	default:
		g.add("c", module, "\n", name, "\n")
	}
}

// word adds a text by one of the opcodes for it.
func (g *grammar) word(s string) string {
	n := byte(len(s))
	switch g.rng.IntN(6) {
	case 0:
		return "X" + string([]byte{n, 0, 0, 0}) + s
	case 1:
		return "\x8d" + string([]byte{n, 0, 0, 0, 0, 0, 0, 0}) + s
	case 2:
		return "S'" + s + "'\n"
	case 3:
		return "U" + string([]byte{n}) + s
	case 4:
		return "V" + s + "\n"
	default:
		return "\x8c" + string([]byte{n}) + s
	}
}

// call adds a call by one of the opcodes for it.
func (g *grammar) call(depth int) {
	switch g.rng.IntN(6) {
	case 0:
		g.add("(")
		g.some(depth, 2)
		g.add("i", g.module(), "\n", g.pick("f", "C"), "\n")
	case 1:
		g.add("(")
		g.callable()
		g.some(depth, 2)
		g.add("o")
	case 2: // a call of what may be an instance
		g.instance(depth + 1)
		g.add("(")
		g.some(depth, 2)
		g.add("tR")
	case 3: // arguments that only one unpickler takes
		g.callable()
		g.expr(depth + 1)
		g.add("R")
	default:
		g.callable()
		g.add("(")
		g.some(depth, 2)
		g.add("tR")
	}
}

// instance adds an instance of a stub.
func (g *grammar) instance(depth int) {
	g.callable()
	switch g.rng.IntN(6) {
	case 0:
		g.add(")}\x92")
	case 1:
		g.add("(")
		g.some(depth, 2)
		g.add("t\x81")
	case 2:
		g.add(")R")
	case 3:
		g.expr(depth + 1)
		g.add("\x81")
	case 4:
		g.add(")")
		g.expr(depth + 1)
		g.add("\x92")
	default:
		g.add(")\x81")
	}
}

// build adds a state of one of the kinds that unpicklers tell apart.
func (g *grammar) build(depth int) {
	for range 1 + g.rng.IntN(2) {
		switch g.rng.IntN(7) {
		case 0:
			g.expr(depth + 1)
		case 1:
			g.add(g.pick("N", ")", "]", "K\x00", "}"))
		case 2:
			g.instance(depth + 1)
		case 3:
			g.add("N")
			g.state(depth)
			g.add("\x86")
		case 4:
			g.state(depth)
			g.expr(depth + 1)
			g.add("\x86")
		default:
			g.state(depth)
		}
		g.add("b")
	}
}

// state adds a dict of attributes, some of which unpicklers call.
func (g *grammar) state(depth int) {
	g.add("}", g.word(g.pick("a", "b", "__setstate__", "append", "extend", "add")))
	if g.rng.IntN(2) == 0 {
		g.callable()
	} else {
		g.expr(depth + 1)
	}
	g.add("s")
}

// fill adds items to what is on the stack.
func (g *grammar) fill(depth int) {
	switch g.rng.IntN(5) {
	case 0:
		g.expr(depth + 1)
		g.add("a")
	case 1:
		g.key(depth)
		g.expr(depth + 1)
		g.add("s")
	case 2:
		g.add("(")
		g.key(depth)
		g.expr(depth + 1)
		g.add("u")
	default:
		g.add("(")
		g.some(depth, 3)
		g.add(g.pick("e", "\x90"))
	}
}

// stored adds an expression and stores it in the memo.
func (g *grammar) stored(depth int) {
	g.expr(depth + 1)
	i := []uint32{0, 1, 2, 5, 300, 70000}[g.rng.IntN(6)]
	switch g.rng.IntN(4) {
	case 0:
		g.add("\x94")
		i = uint32(g.distinct())
	case 1:
		g.out = binary.LittleEndian.AppendUint32(append(g.out, 'r'), i)
	case 2:
		i %= 256
		g.out = append(g.out, 'q', byte(i))
	default:
		i = uint32(g.rng.IntN(10))
		g.add("p", g.pick("", " ", "+", "0", "00"), string([]byte{byte('0' + i)}), "\n")
	}
	g.memo = append(g.memo, i)
}

// distinct is how many indexes were stored to.
func (g *grammar) distinct() int {
	seen := map[uint32]bool{}
	for _, i := range g.memo {
		seen[i] = true
	}
	return len(seen)
}

// load adds something from the memo, or an expression where there is nothing.
func (g *grammar) load(depth int) {
	if len(g.memo) == 0 {
		g.stored(depth)
		return
	}
	i := g.memo[g.rng.IntN(len(g.memo))]
	switch {
	case i < 10 && g.rng.IntN(3) == 0:
		g.add("g", g.pick("", "\t", "+", "0"), string([]byte{byte('0' + i)}), "\n")
	case i < 256 && g.rng.IntN(2) == 0:
		g.out = append(g.out, 'h', byte(i))
	default:
		g.out = binary.LittleEndian.AppendUint32(append(g.out, 'j'), i)
	}
}

// persistent adds an object behind a persistent id.
func (g *grammar) persistent(depth int) {
	if g.rng.IntN(2) == 0 {
		g.add("Pid\n")
		return
	}
	g.expr(depth + 1)
	g.add("Q")
}

// idle adds an expression with opcodes around it that change nothing.
func (g *grammar) idle(depth int) {
	g.add(g.pick("(0", "N0", "(NN1", ""))
	g.expr(depth + 1)
	g.add(g.pick("20", "(0", "K\x010", "\x98", "(NNt0", "(e", "(u", "(\x90"))
}

// frame adds an expression in a frame, whose length is mostly right.
func (g *grammar) frame(depth int) {
	before := g.out
	g.out = nil
	g.expr(depth + 1)
	inner := g.out
	n := len(inner)
	if g.rng.IntN(4) == 0 {
		n += g.rng.IntN(7) - 3
	}
	g.out = binary.LittleEndian.AppendUint64(append(before, 0x95), uint64(max(n, 0)))
	g.out = append(g.out, inner...)
}

// computed adds an import whose name is the result of a call.
func (g *grammar) computed(depth int) {
	g.add("cplain\ntext\n)R")
	if g.rng.IntN(2) == 0 {
		g.add(g.word("system"), "\x93")
		return
	}
	g.add("0", g.word("os"), "cplain\ntext\n)R\x93")
}
