package pycode_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/pycode"
)

// A module is what testdata/driver.py prints of one.
type module struct {
	File, Release string
	Marshal       string // hexadecimal
	Args          *tree
	Functions     [][3]any
	Names         []string
	Imports       [][3]any // module, name, level
	Strings       []string // hexadecimal
	Dotted, May   []string // what must be listed, and what may be besides
}

// A tree is a constant.
type tree struct {
	Text, Bytes *string
	Int         *int64
	Tuple, Code []*tree
}

// value makes the constant, as what reads a pickle would.
func (c *tree) value(t *testing.T) pycode.Value {
	t.Helper()
	list := func(trees []*tree) (values []pycode.Value) {
		for _, c := range trees {
			values = append(values, c.value(t))
		}
		return values
	}
	switch {
	case c == nil:
		return nil
	case c.Text != nil:
		return unhex(t, *c.Text)
	case c.Bytes != nil:
		return []byte(unhex(t, *c.Bytes))
	case c.Int != nil:
		return *c.Int
	case c.Code != nil:
		code, err := pycode.NewCode(list(c.Code))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	return &pycode.Tuple{Items: list(c.Tuple)}
}

func unhex(t testing.TB, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// pythons are the interpreters to compare with: python3, and pyenv's.
func pythons(t *testing.T) []string {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(cmp.Or(os.Getenv("PYENV_ROOT"), os.ExpandEnv("$HOME/.pyenv")), "versions/3.*/bin/python"))
	if python, err := exec.LookPath("python3"); err == nil && len(found) == 0 {
		found = []string{python}
	}
	if more := os.Getenv("MODELSIEVE_PYCODE_PYTHON"); more != "" {
		found = append(found, more)
	}
	if len(found) == 0 {
		t.Skip("SKIPPED: there is no python3, so its dis module cannot be compared with")
	}
	return found
}

// drive runs the driver under every interpreter and hands its output to check.
func drive(t *testing.T, mode, count string, check func(t *testing.T, out []byte) int) {
	t.Helper()
	driver, err := filepath.Abs("testdata/driver.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, python := range pythons(t) {
		t.Run(python, func(t *testing.T) {
			t.Parallel()
			out, err := exec.Command(python, driver, mode, count).Output()
			if err != nil && len(out) == 0 {
				t.Fatal(err)
			}
			n := check(t, out)
			if n == 0 {
				t.Error("nothing was compared")
			}
			t.Logf("%d compared, %v", n, err) // damaged code may crash the interpreter
		})
	}
}

// TestWhatDisFinds compiles modules of the standard library and compares with dis.
// MODELSIEVE_MODULES is how many of each interpreter (12), MODELSIEVE_PYCODE_PYTHON
// one more interpreter.
func TestWhatDisFinds(t *testing.T) {
	drive(t, "modules", cmp.Or(os.Getenv("MODELSIEVE_MODULES"), "12"), compare)
}

// TestConstants reads every kind of constant in every version of marshal.
func TestConstants(t *testing.T) {
	drive(t, "values", "150", compare)
}

// TestDamaged changes bytes of a stream: where marshal still loads it, the listing
// has what the code has.
func TestDamaged(t *testing.T) {
	drive(t, "damaged", "1500", func(t *testing.T, out []byte) int {
		modules := parse(t, out)
		for _, m := range modules {
			listing, err := pycode.Read([]byte(unhex(t, m.Marshal)), pycode.Limits{})
			if err != nil {
				t.Errorf("%s: marshal loads it, but %v: %s", m.File, err, m.Marshal)
			}
			for _, name := range m.Names {
				if !slices.Contains(listing.Names, name) {
					t.Errorf("%s: name %q is not listed", m.File, name)
				}
			}
			for _, s := range m.Strings {
				if !slices.Contains(listing.Strings, unhex(t, s)) {
					t.Errorf("%s: string %q is not listed", m.File, unhex(t, s))
				}
			}
		}
		return len(modules)
	})
}

// TestSamples is TestWhatDisFinds for what each release made of testdata/sample.py,
// where no interpreter is needed.
func TestSamples(t *testing.T) {
	out, err := os.ReadFile("testdata/samples.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if n := compare(t, out); n != 9 {
		t.Errorf("%d releases compared, want 9", n)
	}
}

// parse parses what the driver printed.
func parse(t *testing.T, out []byte) (modules []module) {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var m module
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		modules = append(modules, m)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return modules
}

// compare checks the listings of all modules that the driver printed, and returns
// how many there were.
func compare(t *testing.T, out []byte) int {
	t.Helper()
	modules := parse(t, out)
	for _, m := range modules {
		listing, err := pycode.Read([]byte(unhex(t, m.Marshal)), pycode.Limits{})
		if err != nil {
			t.Errorf("%s %s: %v", m.Release, m.File, err)
		}
		m.check(t, "marshal", listing)
		if code, ok := m.Args.value(t).(*pycode.Code); ok {
			listing, err := pycode.List([]*pycode.Code{code}, pycode.Limits{})
			if err != nil {
				t.Errorf("%s %s: %v", m.Release, m.File, err)
			}
			m.check(t, "arguments", listing)
		}
	}
	return len(modules)
}

// check compares a listing with the driver's.
func (m *module) check(t *testing.T, source string, got *pycode.Listing) {
	t.Helper()
	if !got.Regular || !slices.Contains(got.Releases, m.Release) || got.Unknown != 0 || got.Unread != 0 || got.Omitted != 0 {
		t.Errorf("%s %s: %s: regular %v, releases %v, unknown %d, unread %d, omitted %d", m.Release, m.File, source, got.Regular, got.Releases, got.Unknown, got.Unread, got.Omitted)
	}
	var imports, functions, literals []string
	for _, im := range got.Imports {
		imports = append(imports, fmt.Sprint([3]any{im.Module, im.Name, im.Level}))
	}
	for _, f := range got.Functions {
		functions = append(functions, fmt.Sprint([3]any{f.Name, f.Qualified, f.Line}))
	}
	for _, s := range got.Strings {
		literals = append(literals, hex.EncodeToString([]byte(s)))
	}
	m.same(t, source+" imports", imports, texts(m.Imports))
	m.same(t, source+" functions", functions, texts(m.Functions))
	m.same(t, source+" names", got.Names, m.Names)
	m.same(t, source+" strings", literals, m.Strings)
	may := append(slices.Clone(m.Dotted), m.May...)
	for _, name := range got.Dotted {
		if !slices.Contains(may, name) {
			t.Errorf("%s %s: %s: dotted name %q is listed, which dis does not find", m.Release, m.File, source, name)
		}
	}
	for _, name := range m.Dotted {
		if !slices.Contains(got.Dotted, name) {
			t.Errorf("%s %s: %s: dotted name %q is not listed", m.Release, m.File, source, name)
		}
	}
}

// same compares two lists in any order.
func (m *module) same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s %s: %s:\ngot  %q\nwant %q", m.Release, m.File, what, got, want)
	}
}

// texts formats triples as the listing's are.
func texts(triples [][3]any) (out []string) {
	for _, triple := range triples {
		out = append(out, fmt.Sprint(triple))
	}
	return out
}
