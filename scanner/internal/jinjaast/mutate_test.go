package jinjaast_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// templates returns the templates of testdata, and of a folder that
// MODELSIEVE_TEMPLATES names.
func templates(tb testing.TB) []string {
	files, _ := filepath.Glob("testdata/*.jinja")
	families, _ := filepath.Glob("testdata/families/*.jinja")
	files = append(files, families...)
	if dir := os.Getenv("MODELSIEVE_TEMPLATES"); dir != "" {
		more, _ := filepath.Glob(filepath.Join(dir, "*.jinja"))
		files = append(files, more...)
	}
	var all []string
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, string(raw))
	}
	return all
}

// mutate changes a template in a few places, mostly by what other templates hold.
func mutate(r *rand.Rand, src string, others []string) string {
	pieces := []string{
		"{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "|", "~", ".", "[", "]", "(", ")", "'", `"`, `\`, "if", " else ", " not in ", " is ", "for ", "set ",
		"**", "//", "raw", "endraw", "{% raw %}", "{% endraw %}", ",", ":", "=", "1_0", "0x1f", "1.5e3", " ", "é", "x", "*", "{", "}",
	}
	for range 1 + r.IntN(3) {
		at := r.IntN(len(src) + 1)
		switch r.IntN(8) {
		case 3, 4, 5:
			src = rearrange(r, src)
		case 6, 7:
			src = exchange(r, src)
		case 0:
			src = src[:at] + pieces[r.IntN(len(pieces))] + src[at:]
		case 1:
			src = src[:at] + src[min(len(src), at+1+r.IntN(6)):]
		case 2:
			other := others[r.IntN(len(others))]
			from := r.IntN(len(other))
			src = src[:at] + other[from:min(len(other), from+1+r.IntN(30))] + src[at:]
		}
		if r.IntN(20) == 0 {
			src = src[:min(at, len(src))]
		}
	}
	return strings.ToValidUTF8(src, "?")
}

var (
	statement = regexp.MustCompile(`(?s)\{%.*?%\}`)
	piece     = regexp.MustCompile(`\w+|[^\w\s]`)
)

// rearrange leaves out a statement, doubles it, or moves it, so that blocks are nested in
// another way.
func rearrange(r *rand.Rand, src string) string {
	all := statement.FindAllStringIndex(src, -1)
	if len(all) == 0 {
		return src
	}
	from, to := all[r.IntN(len(all))], all[r.IntN(len(all))]
	text := src[from[0]:from[1]]
	switch {
	case r.IntN(3) == 0:
		return src[:to[0]] + text + src[to[0]:]
	case r.IntN(2) == 0 || from[0] >= to[0]:
		return src[:from[0]] + src[from[1]:]
	}
	return src[:from[0]] + src[from[1]:to[1]] + text + src[to[1]:]
}

// exchange puts one word or sign in the place of another.
func exchange(r *rand.Rand, src string) string {
	all := piece.FindAllStringIndex(src, -1)
	if len(all) == 0 {
		return src
	}
	at, by := all[r.IntN(len(all))], all[r.IntN(len(all))]
	return src[:at[0]] + src[by[0]:by[1]] + src[at[1]:]
}
