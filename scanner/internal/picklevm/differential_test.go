package picklevm_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// streams returns how many streams the differential tests run, and from which
// seed: MODELSIEVE_STREAMS and MODELSIEVE_SEED for long campaigns.
func streams(t *testing.T) (count int, seed uint64) {
	t.Helper()
	count, seed = 4000, 1
	if s := os.Getenv("MODELSIEVE_STREAMS"); s != "" {
		count, _ = strconv.Atoi(s)
	}
	if s := os.Getenv("MODELSIEVE_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	return count, seed
}

// TestEverythingThatCPythonDoes runs generated streams on the C and the Python
// unpickler of real CPythons and on the machine: what the former look up and call, the
// latter must have told. MODELSIEVE_PYTHONS names more of them, joined like a PATH.
func TestEverythingThatCPythonDoes(t *testing.T) {
	var pythons []string
	if python, err := exec.LookPath("python3"); err == nil {
		pythons = append(pythons, python)
	}
	pythons = append(pythons, filepath.SplitList(os.Getenv("MODELSIEVE_PYTHONS"))...)
	if len(pythons) == 0 {
		t.Skip("SKIPPED: python3 is not installed, so the unpicklers cannot be compared with")
	}
	count, seed := streams(t)
	for i, python := range pythons {
		from := seed + uint64(i*count) // other streams for each
		t.Run(version(python), func(t *testing.T) {
			t.Logf("%s: %d streams from seed %d", python, count, from)
			compareAll(t, python, count, from)
		})
	}
}

// version names a Python.
func version(python string) string {
	out, err := exec.Command(python, "-c", "import platform; print(platform.python_version())").Output()
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(out))
}

// compareAll runs streams on a Python and on the machine.
func compareAll(t *testing.T, python string, count int, seed uint64) {
	accepted := 0
	drive(t, python, count, func(i int) []byte { return streamOf(seed + uint64(i)) }, func(i int, did map[string][]string) {
		if did["c"][len(did["c"])-1] == "stop" {
			accepted++
		}
		compare(t, seed+uint64(i), did)
	})
	t.Logf("the C unpickler accepted %d", accepted)
	if accepted < count/50 {
		t.Errorf("only %d of %d streams were accepted: the generator makes nothing but errors", accepted, count)
	}
}

// drive has the driver run inputs and hands on what each unpickler did, input by input.
func drive(t *testing.T, python string, count int, input func(i int) []byte, result func(i int, did map[string][]string), args ...string) {
	t.Helper()
	cmd := exec.Command(python, append([]string{"testdata/driver.py"}, args...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer in.Close()
		for i := range count {
			fmt.Fprintln(in, hex.EncodeToString(input(i)))
		}
	}()
	lines := bufio.NewReaderSize(out, 1<<20)
	for i := range count {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatalf("input %d: the driver ended: %v", i, err)
		}
		var did map[string][]string
		if err := json.Unmarshal(line, &did); err != nil {
			t.Fatal(err)
		}
		result(i, did)
	}
	io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// compare checks that the machine told of every event, and accepts what a real
// unpickler accepts.
func compare(t *testing.T, seed uint64, did map[string][]string) {
	t.Helper()
	stream := streamOf(seed)
	r, err := told(stream, false)
	if slices.Contains(r.lines, "anomaly frame") {
		again, errAgain := told(stream, true)
		for e, n := range again.seen {
			r.seen[e] = max(r.seen[e], n)
		}
		if errAgain == nil {
			err = nil
		}
	}
	for name, events := range did {
		compareEvents(t, seed, name, stream, events, r.seen, err)
	}
}

// compareEvents checks that the machine told of the events of one unpickler. err is the
// machine's error.
func compareEvents(t *testing.T, seed uint64, name string, stream []byte, events []string, seen map[string]int, err error) {
	t.Helper()
	counts := map[string]int{}
	for _, e := range events {
		counts[e]++
	}
	computed := map[string]int{} // events of a kind whose name the machine does not know
	for e, n := range counts {
		kind, _, _ := strings.Cut(e, " ")
		if kind == "touch" {
			n = 1 // a key is hashed again where a dict is copied
		}
		short := n - seen[e]
		switch {
		case e == "stop" && err != nil:
			t.Errorf("seed %d: the %s unpickler accepts %q, the machine says: %v", seed, name, stream, err)
		case kind == "error" || e == "stop" || kind == "touch" && err != nil: // an error is a gap
		case short > 0 && computed[kind]+short <= seen[kind+" computed"]:
			computed[kind] += short
		case short > 0:
			t.Errorf("seed %d: the %s unpickler does %q %d times, the machine tells %d times, of %q", seed, name, e, n, seen[e], stream)
		}
	}
}

// told runs a stream on the machine.
func told(stream []byte, restart bool) (*eventCounter, error) {
	r := &eventCounter{seen: map[string]int{}}
	r.m = picklevm.New(picklevm.Config{Input: bytes.NewReader(stream), Size: int64(len(stream)), Restart: restart}, r)
	_, err := r.m.Load()
	return r, err
}

// An eventCounter counts what the machine tells, as the driver spells it.
type eventCounter struct {
	recorder
	seen map[string]int
}

// label names the global that a callable or an instance goes back to.
func (r *eventCounter) label(v picklevm.Value) string {
	for v.Kind() == picklevm.KindCall || v.Kind() == picklevm.KindInstance {
		v = r.m.Item(v, 0)
	}
	switch v.Kind() {
	case picklevm.KindGlobal:
	case picklevm.KindPersistent:
		return "persistent"
	default:
		return "?"
	}
	g := r.m.Global(v)
	if g.Computed && !strings.HasPrefix(g.Module, "copyreg.") {
		return "computed"
	}
	return spelt(g.Module) + ":" + spelt(g.Name)
}

// spelt undoes the decoding of UTF-8 as latin-1, as the driver does.
func spelt(name string) string {
	var raw []byte
	if !utf8.ValidString(name) { // of a Python 2 string, as it stands there
		var text []rune
		for i := range len(name) {
			text = append(text, rune(name[i]))
		}
		return string(text)
	}
	for _, r := range name {
		if r > 0xff {
			return name
		}
		raw = append(raw, byte(r))
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	return name
}

// touch counts that methods of a value run, or of what a tuple or frozenset holds.
func (r *eventCounter) touch(v picklevm.Value) {
	switch v.Kind() {
	case picklevm.KindCall, picklevm.KindInstance, picklevm.KindPersistent:
		r.seen["touch "+r.label(v)]++
	case picklevm.KindTuple, picklevm.KindFrozenSet:
		items, _, _ := r.m.Items(v)
		for _, item := range items {
			r.touch(item)
		}
	default: // data
	}
}

func (r *eventCounter) Import(v picklevm.Value, _ *picklevm.Global, _ int64) error {
	r.seen["import "+r.label(v)]++
	return nil
}
func (r *eventCounter) Call(c picklevm.Call) error {
	r.seen["call "+r.label(c.Callable)]++
	r.seen["new "+r.label(c.Callable)]++ // OBJ without arguments only runs __new__
	r.touch(c.Args)
	return nil
}
func (r *eventCounter) New(c picklevm.Call) error {
	r.seen["new "+r.label(c.Callable)]++
	r.touch(c.Args)
	r.touch(c.Kwargs)
	return nil
}
func (r *eventCounter) Build(target, state picklevm.Value, _ int64) (int64, error) {
	r.seen["build "+r.label(target)] += manyEvents // one for each attribute
	r.touch(state)
	r.touch(state) // a truth value, then an iteration
	return 0, nil
}
func (r *eventCounter) Mutate(target picklevm.Value, items []picklevm.Value, _ byte, _ int64) error {
	r.seen["mutate "+r.label(target)] += max(1, len(items))
	r.seen["touch "+r.label(target)]++
	for _, v := range items {
		r.touch(v)
	}
	return nil
}
func (r *eventCounter) Pair(_, key, value picklevm.Value, _ int64) {
	if name, ok := r.m.Str(key); ok && hooks[name] {
		r.seen["call "+r.label(value)] += manyEvents // whenever the unpickler calls the method
	}
}
func (r *eventCounter) Hash(v picklevm.Value, _ int64) error {
	r.touch(v)
	return nil
}
func (r *eventCounter) Persistent(_, id picklevm.Value, _ int64) error {
	r.seen["persistent"]++
	r.touch(id)
	return nil
}

// manyEvents stands for any number of events.
const manyEvents = 1 << 20

// hooks are the methods that unpicklers call on what they build.
var hooks = map[string]bool{"__setstate__": true, "append": true, "extend": true, "add": true}

// streamOf makes a stream from a seed.
func streamOf(seed uint64) []byte {
	if seed%3 == 0 {
		return generate(seed)
	}
	return generateGrammar(seed)
}

// generate makes a stream from a seed: mostly opcodes whose operands are there,
// with spellings that unpicklers read differently, and now and then a broken byte.
func generate(seed uint64) []byte {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 17))}
	if g.rng.IntN(2) == 0 {
		g.out = append(g.out, 0x80, byte(g.rng.IntN(6)))
	}
	for range 1 + g.rng.IntN(40) {
		g.opcode()
	}
	g.out = append(g.out, '.')
	if g.rng.IntN(8) == 0 {
		g.out[g.rng.IntN(len(g.out))] = byte(g.rng.IntN(256))
	}
	return g.out
}

type generator struct {
	rng *rand.Rand
	out []byte
}

func (g *generator) pick(choices ...string) string { return choices[g.rng.IntN(len(choices))] }
func (g *generator) add(parts ...string)           { g.out = append(g.out, strings.Join(parts, "")...) }

// name is a module or an attribute.
func (g *generator) name() string {
	return g.pick("os", "sys", "a", "b.c", "collections", "__builtin__", "é", "x y", "r\r")
}

// str is a string by one of the opcodes for it.
func (g *generator) str() string {
	s := g.pick("os", "system", "a", "b.c", "\xc3\xa9")
	switch g.rng.IntN(6) {
	case 0:
		return "\x8c" + string([]byte{byte(len(s))}) + s
	case 1:
		return "X" + string([]byte{byte(len(s)), 0, 0, 0}) + s
	case 2:
		return "U" + string([]byte{byte(len(s))}) + s
	case 3:
		return "S'" + g.pick("os", `\x6fs`, `\157s`, "s\\ystem") + "'\n"
	case 4:
		return "V" + g.pick("os", `\u006fs`, `\U0000006fs`) + "\n"
	default:
		return "T" + string([]byte{byte(len(s)), 0, 0, 0}) + s
	}
}

// data is a number or something like it.
func (g *generator) data() string {
	return g.pick("N", "\x88", "K\x05", "M\x01\x02", "J\xff\xff\xff\xff", "I7\n", "I0x10\n", "I01\n", "I5\x00junk\n", "I010\n", "I 1\n", "I1_0\n",
		"L12L\n", "L0x1L\n", "F1.5\n", "F 1.5 \n", "F1_0\n", "F1e400\n", "Finf\n", "G?\xf0\x00\x00\x00\x00\x00\x00", "\x8a\x01\x05", "\x8b\x01\x00\x00\x00\x05", "\x8a\x00",
		"C\x01a", "B\x01\x00\x00\x00a", "\x96\x01\x00\x00\x00\x00\x00\x00\x00a", ")", "]", "}", "\x8f", g.str())
}

// opcode adds an opcode or a few that belong together.
func (g *generator) opcode() {
	switch g.rng.IntN(24) {
	case 0, 1:
		g.add("c", g.name(), "\n", g.name(), "\n")
	case 2:
		g.add(g.str(), g.str(), "\x93")
	case 3:
		g.add("c", g.name(), "\n", g.name(), "\n", g.pick(")", "(K\x01t", "]", "U\x01a", "}"), "R")
	case 4:
		g.add("(", g.pick("", g.data()), "i", g.name(), "\n", g.name(), "\n")
	case 5:
		g.add("(c", g.name(), "\n", g.name(), "\n", g.pick("", g.data()), "o")
	case 6:
		g.add("c", g.name(), "\n", g.name(), "\n", g.pick(")", "]", "(K\x01t"), g.pick("\x81", "}\x92"))
	case 7:
		g.add(g.data(), g.pick("b", "0", "2", "R", "\x81", "a", "\x98", "Q"))
	case 8:
		g.add(g.pick("p0\n", "q\x00", "r\x05\x00\x00\x00", "\x94", "p 1_0\n", "q\x01", "p007\n"))
	case 9:
		g.add(g.pick("g0\n", "h\x00", "j\x05\x00\x00\x00", "h\x01", "g+10\n", "g7\n"))
	case 10:
		g.add("(", g.data(), g.data(), g.pick("t", "l", "d", "\x91", "1", "e", "u", "\x90"))
	case 11:
		g.add(g.data(), g.data(), g.pick("s", "\x86", "a"))
	case 12:
		g.add(g.pick("\x85", "\x86", "\x87", "0", "2", "1", "("))
	case 13:
		g.add("Pid\n")
	case 14:
		g.add("\x80", string([]byte{byte(g.rng.IntN(7))}))
	case 15:
		g.add(g.pick("a", "e", "s", "u", "b", "\x90", "R", "\x81", "o", "t", "l", "d"))
	case 16:
		g.add("}", g.data(), g.data(), "sb")
	case 17:
		n := byte(g.rng.IntN(12))
		g.add("\x95", string([]byte{n, 0, 0, 0, 0, 0, 0, 0}))
	case 18:
		g.add(g.pick("\x82\x01", "\x83\x01\x00", "\x97", "cos"))
	default:
		g.add(g.data())
	}
}
