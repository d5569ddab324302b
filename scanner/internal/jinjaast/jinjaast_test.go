package jinjaast_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
)

// TestRefuses holds where templates break the grammar, and why. The place is marked by ^.
func TestRefuses(t *testing.T) {
	for src, want := range map[string]string{
		"{% for a in b %}^":                                   `the template ends without endfor or else for "for" at offset 0`,
		"{% if a %}{% ^endfor %}":                             `the tag "endfor", which is unknown here`,
		"{% for a in b %}{% if a %}{% ^endfor %}{% endif %}":  `"endfor" where "if" is open since offset 16`,
		"{% if a %}{% else %}{% ^elif b %}{% endif %}":        `the tag "elif", which is unknown here`,
		"{% ^endif %}":                                        `the tag "endif", which is unknown here`,
		"{% ^nonsense x %}":                                   `the tag "nonsense", which is unknown here`,
		"{% ^'a' %}":                                          `"a" where the name of a tag belongs`,
		"{% for x, in ^y %}{% endfor %}":                      `"y" where "in" belongs`,
		"{% set a.b^.c = 1 %}":                                `"." where the end of the tag belongs`,
		"{% set ^true = 1 %}":                                 "something is assigned to what is no name",
		"{% set ^(a.b) = 1 %}":                                "something is assigned to what is no name",
		"{% macro m(a=1, b^) %}{% endmacro %}":                `")" where a value by default belongs`,
		"{% macro m() %}{% endmacro ^m %}":                    `"m" where the end of the tag belongs`,
		"{% call ^a|upper %}{% endcall %}":                    "what a call block has is no call",
		"{% block a-b %}":                                     `"-" where the end of the tag belongs`,
		"{% block a required %}x{% ^endblock %}":              "a required block holds something",
		"{% from 'a' import ^_b %}":                           "names that begin with an underscore",
		"{% trans %}{{ a^.b }}{% endtrans %}":                 `"." where the end of the tag belongs`,
		"{% trans a, ^a %}{% endtrans %}":                     `the variable "a" of a translation for the second time`,
		"{% trans %}a{% pluralize %}b{% ^endtrans %}":         "a plural without a variable",
		"{% trans %}{% ^if a %}{% endif %}{% endtrans %}":     `the tag "if" in a translation`,
		"{{ f^(a=1, b) }}":                                    "the arguments of a call stand in an order",
		"{{ x is a is ^b }}":                                  "",
		"{{ a +^}}":                                           `"}}" where an expression belongs`,
		"{{ a^] }}":                                           `"]" closes nothing`,
		"{{ (a^] }}":                                          `"]" where ")" belongs`,
		"{{ a ^$ }}":                                          "the character '$'",
		"{{ ^'a }}":                                           "a string that does not end",
		`{{ ^'\x4' }}`:                                        "an escape in a string that stands for nothing",
		"{# a^":                                               "the comment at offset 0 does not end",
		"{% raw %}a^":                                         "the raw block at offset 0 does not end",
		"{{ a^":                                               "the template ends inside a tag",
		"{{ " + strings.Repeat("(", 499) + "^" + "(1)":        "",
		"{{ ^1" + strings.Repeat("0", 4300) + " }}":           "an integer with too many digits",
		"{% with a = 1^, %}{% endwith %}":                     "",
		"{% print a,^ %}":                                     `"%}" where an expression belongs`,
		"{{ a[1,^] }}":                                        `"]" where an expression belongs`,
		"{{ a. ^1.5 }}":                                       `"1.5" where a name or an integer belongs`,
		"{{ a }}{{^}}":                                        `"}}" where an expression belongs`,
		"{% include a ^ignore %}":                             `"ignore" where the end of the tag belongs`,
		"{% generation %}{% if a %}{% ^endgeneration %}":      `"endgeneration" where "if" is open since offset 16`,
		"{% raw ^+%}{% endraw %}":                             "",
		"{% if a %}{% endif %}{% for a in b %}{% endfor %}{^": "",
	} {
		want, at := want, strings.IndexByte(src, '^')
		src := strings.Replace(src, "^", "", 1)
		_, err := jinjaast.Parse(src)
		syntax := new(jinjaast.Error)
		if !errors.As(err, &syntax) {
			if !strings.HasSuffix(src, "{") { // that is text
				t.Errorf("%.80q is taken", src)
			}
			continue
		}
		if want != "" && (at >= 0 && !near(src, at, syntax.At) || !strings.Contains(syntax.Text, want)) {
			t.Errorf("%.80q: %v, want %q at %d", src, err, want, at)
		}
	}
}

// near reports whether only white space lies between a mark and an offset.
func near(src string, mark, at int) bool {
	return at >= mark && at <= len(src) && strings.TrimSpace(src[mark:at]) == ""
}

// TestReadsWhatIsRefused holds that all that can be read of a broken template is.
func TestReadsWhatIsRefused(t *testing.T) {
	for src, want := range map[string]string{
		"{{ a.b }}{{ c[ }}{{ d.e }}":                    "b e",
		"{{ a.b ( }}{{ c.d }}":                          "b d",
		"{{ a.b $ c.d }}":                               "b d",
		"{% if a.b %}{% endfor %}{{ c.d }}":             "b d",
		"{% nonsense a.b, c.d %}{{ e.f }}":              "b d f",
		"{{ a.b + }}{{ c.d":                             "b d",
		"{{ [a.b, c.d }}{{ e.f }}":                      "b d f",
		"{{ f(a.b, {c.d: ) }}{{ e.f }}":                 "b d f",
		"{{ a.b if c.d else }}":                         "b d",
		"{{ 'a.b }}{{ c.d }}":                           "b d",
		"{# {{ a.b }}":                                  "b",
		"{% raw %}{{ a.b }}":                            "b",
		"{% for x in a.b if %}{{ c.d }}{% endif %}":     "b d",
		"{% macro m(x=a.b, y) %}{{ c.d }}":              "b d",
		"{% set x.y = a.b ) %}":                         "b y",
		"{{ a.b is c is d.e }}":                         "b e",
		"{% trans %}{% if a.b %}{{ c.d }}":              "b d",
		"{{ " + strings.Repeat("(", 2000) + "a.b":       "b",
		"{{ (a.b] }}{% block %}{{ c.d }}{% endblock %}": "b d",
	} {
		parsed, err := jinjaast.Parse(src)
		if err == nil {
			t.Errorf("%.80q is taken", src)
		}
		found := map[string]bool{}
		for _, s := range parsed.Statements {
			for _, n := range s.Exprs {
				jinjaast.Walk(n, func(n jinjaast.Node) {
					if attr, ok := n.(*jinjaast.Attr); ok {
						found[attr.Name] = true
					}
				})
			}
		}
		if got := strings.Join(slices.Sorted(maps.Keys(found)), " "); got != want {
			t.Errorf("%.80q: %s, want %s", src, got, want)
		}
	}
}

// TestLongChains holds that a chain as long as a template does not recurse.
func TestLongChains(t *testing.T) {
	for _, piece := range []string{".a", "|a", "()", "[0]", "~a"} {
		parsed, err := jinjaast.Parse("{{ a" + strings.Repeat(piece, 100_000) + " }}")
		if err != nil {
			t.Errorf("%s: %v", piece, err)
		}
		n := 0
		for _, s := range parsed.Statements {
			for _, e := range s.Exprs {
				jinjaast.Walk(e, func(jinjaast.Node) { n++ })
			}
		}
		if n < 100_000 {
			t.Errorf("%s: %d expressions", piece, n)
		}
	}
}
