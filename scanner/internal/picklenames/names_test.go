package picklenames

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// letters are what a row may say.
var letters = []string{"s", "p", "m", "c", leftOut}

// isLetters reports whether a word says what a name is inert for: n or nd with what is taken
// away, or one of letters.
func isLetters(word string) bool {
	rest, isClass := strings.CutPrefix(word, "n")
	rest = strings.TrimPrefix(rest, "d")
	for _, taken := range "IAGC" {
		rest = strings.TrimPrefix(rest, string(taken))
	}
	return isClass && rest == "" || slices.Contains(letters, word)
}

// rows returns the rows of all generated tables, and checks their form.
func rows(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name := range tables() {
		paragraphs := strings.Split(strings.TrimSuffix(string(file(name)), "\n"), "\n\n")
		if !strings.HasPrefix(paragraphs[0], "# "+name+" ") {
			t.Errorf("the table %s does not say what was looked at", name)
		}
		var modules []string
		for _, p := range paragraphs[1:] {
			lines := strings.Split(p, "\n ")
			if modules = append(modules, lines[0]); !slices.IsSorted(lines[1:]) {
				t.Errorf("the names of %s are not sorted", lines[0])
			}
			for _, line := range lines[1:] {
				addRow(t, all, name, lines[0]+"."+line)
			}
		}
		if !slices.IsSorted(modules) || len(slices.Compact(slices.Clone(modules))) != len(modules) {
			t.Errorf("the modules of %s are not sorted, or one is there twice", name)
		}
	}
	return all
}

// addRow checks a row of a table, and adds it to all.
func addRow(t *testing.T, all map[string]string, table, row string) {
	t.Helper()
	fields := strings.Fields(row)
	path := fields[0]
	switch {
	case len(fields) < 3 || len(fields) > 4 || fields[1] != "=" && !isLetters(fields[1]):
		t.Errorf("%s: %q is no row", table, row)
	case all[path] != "":
		t.Errorf("%s is listed twice", path)
	case fields[1] == leftOut:
		if !Vetted(path) {
			t.Errorf("%s is left out, and not known to be", path)
		}
	case fields[1] == "=":
		all[path] = "= " + fields[2]
	default:
		all[path] = fields[1]
	}
	if top, _, _ := strings.Cut(path, "."); top != table && (table != "stdlib" || !Stdlib(top)) {
		t.Errorf("%s is in the table %s, where nobody looks for it", path, table)
	}
}

func TestTablesAreReached(t *testing.T) {
	all := rows(t)
	if len(all) < 5000 {
		t.Errorf("there are only %d rows", len(all))
	}
	for path, kind := range all {
		at := strings.LastIndexByte(path, '.')
		want := path
		if to, ok := strings.CutPrefix(kind, "= "); ok {
			want = to
		}
		if got := Canonical(path[:at], path[at+1:]); got != want {
			t.Errorf("%s is looked up as %s, want %s", path, got, want)
		} else if _, ok := Lookup(got); !ok {
			t.Errorf("%s is not found", path)
		}
	}
}

// refused reports whether a name may be neither called nor kept, but for calls
// that were reviewed with their arguments. That a class is made without its __init__
// is inert for many that would be dangerous to call.
func refused(path string) bool {
	e, ok := Lookup(path)
	_, dangerous := Dangerous(path)
	_, byHand := reviewed[path]
	return dangerous || !ok || byHand || harmlessToKeep[path] || !e.Keep && !e.Call
}

// harmlessToKeep are names that only compute; what was published is a state that is
// set on them, which is reported as a write whatever the name.
var harmlessToKeep = map[string]bool{"numpy.size": true}

func TestNothingDangerousIsListed(t *testing.T) {
	for _, d := range dangers {
		if !slices.IsSorted(d.names) {
			t.Errorf("the names of what %s are not sorted", d.Text)
		}
		for _, name := range d.names {
			if strings.HasSuffix(name, ".*") {
				continue
			}
			if e, ok := Lookup(name); ok && (e.Call || e.Keep) {
				t.Errorf("%s is dangerous and listed", name)
			}
			if _, ok := Dangerous(name); !ok {
				t.Errorf("%s is not dangerous", name)
			}
		}
	}
	for path := range rows(t) {
		at := strings.LastIndexByte(path, '.')
		if d, ok := Dangerous(Canonical(path[:at], path[at+1:])); ok {
			t.Errorf("%s is listed, but %s", path, d.Text)
		}
	}
}

// TestPublishedGadgetsAreRefused takes what others found to run code, read, write or
// connect: testdata/published.txt, besides the catalogue that the pickle package scans.
func TestPublishedGadgetsAreRefused(t *testing.T) {
	for _, list := range []string{"testdata/published.txt", "../../formats/pickle/testdata/catalogue.txt"} {
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields(string(text)) {
			at := strings.LastIndexByte(name, '.')
			if path := Canonical(name[:at], name[at+1:]); !refused(path) {
				t.Errorf("%s is allowed", path)
			}
		}
	}
}

// checkReexport checks that what a module hands on is refused, and what lies below it; it
// returns how many names that are.
func checkReexport(t *testing.T, module, attribute, target string, below []string) int {
	t.Helper()
	names := []string{attribute}
	for _, leaf := range below {
		names = append(names, attribute+"."+leaf)
	}
	for _, name := range names {
		if path := Canonical(module, name); !refused(path) {
			t.Errorf("%s %s, looked up as %s, is allowed; it is %s", module, name, path, target)
		}
	}
	return len(names)
}

// unzipped returns the text of a file that is compressed, so that a clone stays small.
func unzipped(t *testing.T, name string) string {
	t.Helper()
	packed, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReexportsAreRefused takes every name by which a vetted module hands on a
// dangerous one, or a module with dangerous names, as tools/vet saw them.
func TestReexportsAreRefused(t *testing.T) {
	text := unzipped(t, "testdata/reexports.txt.gz")
	below := map[string][]string{} // dangerous names by module
	for _, d := range dangers {
		for _, name := range d.names {
			at := strings.LastIndexByte(name, '.')
			if at < 0 {
				continue
			}
			below[name[:at]] = append(below[name[:at]], strings.Replace(name[at+1:], "*", "anything", 1))
		}
	}
	count := 0
	for line := range strings.Lines(text) {
		words := strings.Fields(line) // a module and its attributes, with what they are where that has another name
		for _, word := range words[1:] {
			attribute, target, named := strings.Cut(word, "=")
			if !named {
				target = attribute
			}
			count += checkReexport(t, words[0], attribute, target, below[target])
		}
	}
	t.Logf("%d spellings", count)
	if count < 1000 {
		t.Errorf("only %d spellings were tried", count)
	}
}

func TestAliases(t *testing.T) {
	tests := []struct{ module, name, want string }{
		{"posix", "system", "os.system"},
		{"nt", "system", "os.system"},
		{"torch", "serialization.os.system", "os.system"},
		{"random", "_os.system", "os.system"},
		{"numpy", "_builtins.eval", "builtins.eval"},
		{"collections", "__builtins__.eval", "builtins.eval"},
		{"_pickle", "loads", "pickle.loads"},
		{"os.path", "join", "posixpath.join"},
		{"pathlib._local", "PosixPath", "pathlib.PosixPath"},
		{"numpy.core.multiarray", "_reconstruct", "numpy._core.multiarray._reconstruct"},
		{"pandas.core.frame", "DataFrame", "pandas.DataFrame"},
		{"sklearn.tree.tree", "DecisionTreeClassifier", "sklearn.tree._classes.DecisionTreeClassifier"},
		{"scipy.sparse.csr", "csr_matrix", "scipy.sparse._csr.csr_matrix"},
		{"sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper", "joblib.numpy_pickle.NumpyArrayWrapper"},
		{"collections", "OrderedDict", "collections.OrderedDict"},
	}
	for _, tt := range tests {
		if got := Canonical(tt.module, tt.name); got != tt.want {
			t.Errorf("Canonical(%q, %q) = %q, want %q", tt.module, tt.name, got, tt.want)
		}
	}
}

func TestVetted(t *testing.T) {
	for module, want := range map[string]bool{
		"os": true, "numpy.linalg": true, "sklearn.foo": true, "torch": true, "stdlib": false, "stdlib_modules": false, "mypkg": false, "numpyx": false, "": false, "__main__": false,
	} {
		if got := Vetted(module); got != want {
			t.Errorf("Vetted(%q) = %v, want %v", module, got, want)
		}
	}
}

// TestFixImportAgreesWithCPython compares the maps with those of the Python at hand.
func TestFixImportAgreesWithCPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so its name maps cannot be compared with")
	}
	script := `import _compat_pickle as c, json
print(json.dumps([[*k, *v] for k, v in c.NAME_MAPPING.items()] + [[k, "x", v, "x"] for k, v in c.IMPORT_MAPPING.items()]))`
	out, err := exec.Command(python, "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	var pairs [][4]string
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&pairs); err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs {
		if module, name := FixImport(p[0], p[1]); module != p[2] || name != p[3] {
			t.Errorf("FixImport(%q, %q) = %q, %q, want %q, %q", p[0], p[1], module, name, p[2], p[3])
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	names := []string{"sklearn.svm._classes.SVC", "numpy.dtype", "os.system", "mypkg.Net", "torch.nn.modules.linear.Linear"}
	for i := 0; b.Loop(); i++ {
		name := names[i%len(names)]
		if _, ok := Dangerous(name); !ok {
			_, _ = Lookup(name)
		}
	}
}

func ExampleCanonical() {
	fmt.Println(Canonical("torch", "serialization.os.system"))
	// Output: os.system
}
