package picklenames

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rows returns the rows of all generated tables.
func rows(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{"joblib", "numpy", "others", "pandas", "scipy", "sklearn", "stdlib", "torch"} {
		text := file(name)
		if text == "" {
			t.Fatalf("the table %s is empty", name)
		}
		var paths []string
		for line := range strings.Lines(text) {
			path, kind, _ := strings.Cut(strings.TrimSpace(line), " ")
			if !slices.Contains([]string{"n", "nd", "s", "p", "c"}, kind) {
				t.Errorf("%s: %q has no known kind", name, line)
			}
			paths = append(paths, path)
			all[path] = kind
		}
		if !slices.IsSorted(paths) || len(slices.Compact(slices.Clone(paths))) != len(paths) {
			t.Errorf("the table %s is not sorted or repeats a path", name)
		}
	}
	return all
}

func TestTablesAreReached(t *testing.T) {
	unreached := 0
	for path := range rows(t) {
		module, name, _ := strings.Cut(path, ".")
		canonical := Canonical(module, name)
		if _, ok := Lookup(canonical); !ok {
			unreached++
			t.Logf("%s is looked up as %s, which is not listed", path, canonical)
		}
	}
	if unreached > 0 {
		t.Errorf("%d rows are never looked up", unreached)
	}
}

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
		if d, ok := Dangerous(path); ok {
			t.Errorf("%s is listed, but %s", path, d.Text)
		}
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
		"os": true, "numpy.linalg": true, "sklearn.foo": true, "torch": true, "six": true, "mypkg": false, "numpyx": false, "": false, "__main__": false,
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
