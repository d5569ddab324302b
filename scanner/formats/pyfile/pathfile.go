package pyfile

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// A path configuration file has the ending of a model of PyTorch and lies among installed
// packages: Python adds its lines to the import path when it starts, and runs those that
// begin with "import" (https://docs.python.org/3/library/site.html).
const (
	pathSuffix   = ".pth"
	maxPathFile  = 64 << 10 // bytes
	maxPathWords = 4096     // bytes of a line that may be a path
)

// pathFile returns the lines of a list of paths that Python runs, with the rest blank,
// and says whether the artifact is such a list: all other lines are paths or comments.
func pathFile(a *scanner.Artifact) (code string, ok bool) {
	if path.Ext(strings.ToLower(a.Name())) != pathSuffix || a.Size == 0 || a.Size > maxPathFile {
		return "", false
	}
	raw := make([]byte, a.Size)
	if n, _ := a.ReadAt(raw, 0); int64(n) < a.Size || !utf8.Valid(raw) {
		return "", false
	}
	var b strings.Builder
	for line := range strings.Lines(string(raw)) {
		switch words := strings.TrimRight(line, "\r\n"); {
		case strings.HasPrefix(words, "import ") || strings.HasPrefix(words, "import\t"):
			b.WriteString(line)
			continue
		case strings.HasPrefix(words, "#") || strings.TrimSpace(words) == "":
		case !isPath(words) || !strings.ContainsAny(words, `/\.`) && !amongPackages(a):
			return "", false
		}
		b.WriteString(strings.Repeat(" ", len(line)-1) + "\n")
	}
	return b.String(), true
}

// runPathFile judges the lines that Python runs.
func runPathFile(p *scanner.Pass, code string) error {
	held := pysource.HeldPerByte * p.Size
	if err := p.Budget.Hold(held); err != nil {
		return err
	}
	defer p.Budget.Release(held)
	source, err := pysource.Read([]byte(code), p.Budget.Step)
	if err != nil {
		return err
	}
	f := newFile(p, source)
	f.hit(func(h *hit) bool {
		h.does = strings.Replace(h.does, imported, "Starting Python with this file among its packages", 1)
		return true
	})
	p.Analysed(0, p.Size)
	return nil
}

// isPath reports whether a line may be a path.
func isPath(line string) bool {
	return len(line) <= maxPathWords && !strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) })
}

// amongPackages reports whether a file lies in a folder of installed packages, by the
// folder's name.
func amongPackages(a *scanner.Artifact) bool {
	return slices.Contains([]string{"site-packages", "dist-packages"}, folderOf(a))
}

// isPackages reports whether names are those of a folder of installed packages, where a
// file with the ending of a model of PyTorch is a list of paths.
func isPackages(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return path.Ext(name) == ".dist-info" || path.Ext(name) == ".egg-info" || path.Ext(name) == ".egg-link"
	})
}
