package picklevm

import (
	"bytes"
	"fmt"
)

// effect runs the opcodes by which a stream imports, calls and builds.
func (m *Machine) effect(op byte) error {
	if err := m.step(); err != nil {
		return err
	}
	switch op {
	case opGlobal:
		return m.global()
	case opStackGlobal:
		return m.stackGlobal()
	case opInst:
		return m.inst()
	case opExt1, opExt2, opExt4:
		return m.ext(op)
	case opReduce:
		return m.reduce()
	case opObj:
		return m.obj()
	case opNewObj, opNewObjEx:
		return m.newObj(op)
	case opBuild:
		return m.build()
	default:
		return m.persistent(op)
	}
}

// global runs GLOBAL.
func (m *Machine) global() error {
	v, err := m.names()
	if err != nil {
		return err
	}
	return m.push(v)
}

// names reads module and name from two lines and looks them up. Where the input ends
// before a newline, the C unpickler fails, and the one in Python looks up the names
// without the last byte and fails at the next opcode, as the machine does.
func (m *Machine) names() (Value, error) {
	module, ok, err := m.nameLine()
	if err != nil {
		return 0, err
	}
	name := ""
	if ok {
		if name, _, err = m.nameLine(); err != nil {
			return 0, err
		}
	}
	return m.lookup(module, name)
}

// nameLine reads a line, without its last byte where the input ends in it.
func (m *Machine) nameLine() (string, bool, error) {
	line, ok, err := m.in.line()
	if !ok && len(line) > 0 {
		line = line[:len(line)-1]
	}
	return string(line), ok, err
}

// lookup tells the observer of an import and returns its value.
func (m *Machine) lookup(module, name string) (Value, error) {
	if oddName(module) || oddName(name) {
		m.obs.Anomaly(AnomalyName, m.opAt, "an imported name is empty or holds blanks or control characters")
	}
	return m.importGlobal(Global{Module: module, Name: name})
}

// oddName reports whether no Python identifier path is spelt like this.
func oddName(s string) bool {
	return s == "" || bytes.ContainsFunc([]byte(s), func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// globalBytes is what a global is charged for: itself and what observers keep of it.
const globalBytes = 1 << 10

// importGlobal finds or makes the global and tells the observer of the import.
func (m *Machine) importGlobal(g Global) (Value, error) {
	key := globalKey{g.Module, g.Name, m.protocol}
	v, ok := m.globalIDs[key]
	if !ok {
		if err := m.hold(int64(len(g.Module)+len(g.Name)) + globalBytes); err != nil {
			return 0, err
		}
		g.Protocol, g.At = m.protocol, m.opAt
		v = makeValue(KindGlobal, uint64(len(m.globals)))
		m.globals = append(m.globals, &g)
		m.globalIDs[key] = v
	}
	return v, m.obs.Import(v, m.globals[v.payload()], m.opAt)
}

// stackGlobal runs STACK_GLOBAL.
func (m *Machine) stackGlobal() error {
	operands, err := m.popN(2)
	if err != nil {
		return err
	}
	module, okModule := m.Str(operands[0])
	name, okName := m.Str(operands[1])
	if okModule && okName {
		v, err := m.lookup(module, name)
		if err != nil {
			return err
		}
		return m.push(v)
	}
	if operands[0].IsPlain() && operands[0].Kind() != KindStr || operands[1].IsPlain() && operands[1].Kind() != KindStr {
		return m.malformed("a module or name that is no string")
	}
	v, err := m.importGlobal(Global{Module: module, Name: name, Computed: true})
	if err != nil {
		return err
	}
	return m.push(v)
}

// ext runs EXT1, EXT2 and EXT4: what a code means is known to the process only.
func (m *Machine) ext(op byte) error {
	width := 1
	switch op {
	case opExt2:
		width = 2
	case opExt4:
		width = 4
	}
	code, err := m.number(width)
	if err != nil {
		return err
	}
	if code == 0 || code > 1<<31-1 {
		return m.malformed("extension code %d", int32(code))
	}
	v, err := m.importGlobal(Global{Module: "copyreg._extension_registry", Name: extName(code), Computed: true})
	if err != nil {
		return err
	}
	return m.push(v)
}

// reduce runs REDUCE.
func (m *Machine) reduce() error {
	operands, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.call(operands[0], operands[1], opReduce)
}

// call applies a callable to arguments and pushes the result.
func (m *Machine) call(callable, args Value, op byte) error {
	if !MayBeCallable(callable) {
		return m.malformed("something that cannot be called is called")
	}
	switch k := args.Kind(); {
	case k == KindTuple || k == KindPlain:
	case k == KindNone || k == KindBool || k == KindInt || k == KindBigInt || k == KindFloat:
		return m.malformed("the arguments of a call are no sequence")
	default:
		m.obs.Anomaly(AnomalyOperand, m.opAt, "the arguments of a call are no tuple")
	}
	result, err := m.heap.make(KindCall, callable, args)
	if err != nil {
		return err
	}
	if err := m.push(result); err != nil {
		return err
	}
	return m.obs.Call(Call{Callable: callable, Args: args, Result: result, At: m.opAt, Opcode: op})
}

// inst runs INST.
func (m *Machine) inst() error {
	class, err := m.names()
	if err != nil {
		return err
	}
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.callItems(class, items, opInst)
}

// obj runs OBJ.
func (m *Machine) obj() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return m.malformed("no class on the mark")
	}
	return m.callItems(items[0], items[1:], opObj)
}

// callItems calls with arguments that lie on the stack.
func (m *Machine) callItems(callable Value, items []Value, op byte) error {
	args, err := m.heap.make(KindTuple, items...)
	if err != nil {
		return err
	}
	m.storeAll(items)
	return m.call(callable, args, op)
}

// newObj runs NEWOBJ and NEWOBJ_EX.
func (m *Machine) newObj(op byte) error {
	n := 2
	if op == opNewObjEx {
		n = 3
	}
	operands, err := m.popN(n)
	if err != nil {
		return err
	}
	c := Call{Callable: operands[0], Args: operands[1], At: m.opAt, Opcode: op}
	if op == opNewObjEx {
		c.Kwargs = operands[2]
	}
	if !MayBeCallable(c.Callable) {
		return m.malformed("an instance of something that is no class")
	}
	if k := c.Args.Kind(); k != KindTuple && k != KindPlain {
		m.obs.Anomaly(AnomalyOperand, m.opAt, "the arguments of __new__ are no tuple")
	}
	if k := c.Kwargs.Kind(); c.Kwargs != 0 && k != KindDict && k != KindPlain {
		m.obs.Anomaly(AnomalyOperand, m.opAt, "the keyword arguments of __new__ are no dict")
	}
	if c.Result, err = m.heap.make(KindInstance, operands...); err != nil {
		return err
	}
	if err := m.push(c.Result); err != nil {
		return err
	}
	return m.obs.New(c)
}

// build runs BUILD.
func (m *Machine) build() error {
	state, err := m.pop()
	if err != nil {
		return err
	}
	target, err := m.top()
	if err != nil {
		return err
	}
	m.store(state)
	m.store(target)
	resume, err := m.obs.Build(target, state, m.opAt)
	if resume > m.in.offset() && err == nil {
		m.in.moveTo(resume)
		m.frameEnd = 0
	}
	return err
}

// persistent runs PERSID and BINPERSID.
func (m *Machine) persistent(op byte) error {
	var id Value
	var err error
	if op == opBinPersID {
		id, err = m.pop()
	} else {
		id = makeValue(KindStr, uint64(m.opAt))
		_, _, err = m.in.line()
	}
	if err != nil {
		return err
	}
	v, err := m.make(KindPersistent, id)
	if err != nil {
		return err
	}
	return m.obs.Persistent(v, id, m.opAt)
}

// memoize runs MEMOIZE and the PUT opcodes.
func (m *Machine) memoize(i uint64) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	if i >= hugeIndex && !m.memo.huge {
		m.memo.huge = true
		m.obs.Anomaly(AnomalyCost, m.opAt, fmt.Sprintf("the memo index %d, for which the C unpickler takes %d MB", i, 2*8*(i>>20)))
	}
	return m.memo.put(i, v)
}

// hugeIndex is a memo index that no writer reaches: the C unpickler's memo is an array
// of twice as many pointers (_pickle.c, _Unpickler_MemoPut).
const hugeIndex = 1 << 26

// put runs PUT, BINPUT and LONG_BINPUT.
func (m *Machine) put(op byte) error {
	i, err := m.index(op, opBinPut, opLongBinPut)
	if err != nil {
		return err
	}
	return m.memoize(i)
}

// get runs GET, BINGET and LONG_BINGET.
func (m *Machine) get(op byte) error {
	i, err := m.index(op, opBinGet, opLongBinGet)
	if err != nil {
		return err
	}
	v, ok := m.memo.get(i)
	m.shared = m.shared || m.memoized || !ok
	if !ok {
		return m.malformed("memo index %d is not set", i)
	}
	return m.push(v)
}

// index reads a memo index: one byte, four bytes or a line of text.
func (m *Machine) index(op, short, long byte) (uint64, error) {
	switch op {
	case short:
		return m.number(1)
	case long:
		return m.number(4)
	}
	line, ok, err := m.in.line()
	if err != nil {
		return 0, err
	}
	i, valid := parseIndex(line)
	if !ok || !valid {
		return 0, m.malformed("a memo index that is no number")
	}
	return i, nil
}
