package pysource_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

func read(t *testing.T, src string) *pysource.Source {
	t.Helper()
	s, err := pysource.Read([]byte(src), func(int64) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// described are the calls of a source, one a line: when it runs, what, with which text.
func described(s *pysource.Source) string {
	var lines []string
	for _, c := range s.Calls {
		when := "later"
		switch {
		case c.Import:
			when = "import"
		case c.Main:
			when = "main"
		}
		if c.Nested {
			when += " nested"
		}
		line := fmt.Sprintf("%s %s", when, strings.Join(c.Paths, "|"))
		if c.In != "" {
			line += " in " + c.In
		}
		for _, a := range c.Args {
			line += fmt.Sprintf(" %s%q", a.Name, append(slices.Clone(a.Strings), a.Paths...))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

var calls = []struct{ name, src, want string }{
	{"module", "import os\nos.system('id')", `import os.system ["id"]`},
	{"alias", "import os as o, sys\nf = o.system\nf('id')", `import os.system ["id"]`},
	{"from", "from os import system as s\ns('id')", `import os.system ["id"]`},
	{"star", "from os import *\nsystem('id')", `import os.system|system ["id"]`},
	{"sub-module", "import os.path\nos.system('id')", `import os.system ["id"]`},
	{"relative", "from .util import run\nfrom . import b\nrun()\nb.x()", "import .util.run\nimport .b.x"},
	{"builtin", "eval('1')", `import builtins.eval ["1"]`},
	{"builtin-spellings", "import builtins\nbuiltins.eval\n__builtins__.exec('1')\n__builtins__['eval']('2')", "import builtins.exec [\"1\"]\nimport builtins.eval [\"2\"]"},
	{"shadowed-on-one-way", "if x:\n  eval = 1\neval('1')", `import builtins.eval ["1"]`},
	{"shadowed", "def eval(x): pass\neval('1')", `import  ["1"]`},
	{"shadowed-too-late", "eval('1')\ndef eval(x): pass", `import builtins.eval ["1"]`},
	{"import-function", "__import__('o'+'s').system('id')", "import os.system [\"id\"]\nimport builtins.__import__ [\"os\"]"},
	{"importlib", "import importlib as i\nm = i.import_module('os')\nm.popen('id')", "import importlib.import_module [\"os\"]\nimport os.popen [\"id\"]"},
	{"getattr", "import os\ngetattr(os, 'sys' 'tem')('id')", "import os.system [\"id\"]\nimport builtins.getattr [\"os\"] [\"system\"]"},
	{"getattribute", "import os\nos.__getattribute__('sys' + 'tem')('id')", "import os.system [\"id\"]\nimport os.__getattribute__ [\"system\"]"},
	{"call-of-a-call", "import os\nos.system.__call__.__call__('id')", "import os.system [\"id\"]"},
	{"getattr-computed", "import os\ngetattr(os, x)('id')", "import os.? [\"id\"]\nimport builtins.getattr [\"os\"] [\"x\"]"},
	{"dict-of-module", "import os\nos.__dict__['system']('id')\nvars(os)['popen']('id')", "import os.system [\"id\"]\nimport os.popen [\"id\"]\nimport builtins.vars [\"os\"]"},
	{"sys-modules", "import sys\nsys.modules['os'].system('id')", `import os.system ["id"]`},
	{"globals", "import os\nglobals()['os'].system('id')", "import os.system [\"id\"]\nimport builtins.globals"},
	{"containers", "import os\n[os.system][0]('a')\n{'k': os.popen}['k']('b')\na, b = 1, os.execv\nb('c')", "import os.system [\"a\"]\nimport os.popen [\"b\"]\nimport os.execv [\"c\"]"},
	{"lambda", "import os\n(lambda f: f('id'))(os.system)", "import  [\"os.system\"]\nimport os.system in <lambda> [\"id\"]"},
	{"partial", "import os, functools\nfunctools.partial(os.system, 'id')()", "import os.system\nimport functools.partial [\"os.system\"] [\"id\"]"},
	{"methodcaller", "import os, operator\noperator.methodcaller('system', 'id')(os)", "import os.system [\"os\"]\nimport operator.methodcaller [\"system\"] [\"id\"]"},
	{"map", "import os\nlist(map(os.system, ['id']))", "import builtins.list []\nimport builtins.map [\"os.system\"] []"},
	{"result", "import socket\ns = socket.socket()\ns.connect(1)", "import socket.socket\nimport socket.socket().connect []"},
	{"function", "import os\ndef f():\n  os.system('id')", `later os.system in f ["id"]`},
	{"called-function", "import os\ndef f(c):\n  os.system(c)\nf('id')", "import os.system in f [\"id\"]\nimport  [\"id\"]"},
	{"called-before-it-is-known", "def g(): f()\ndef f(): exec('1')\ng()", "import  in g\nimport builtins.exec in f [\"1\"]\nimport "},
	{"class-body", "import os\nclass A:\n  os.system('id')\n  def m(self):\n    os.popen('x')", "import os.system in A [\"id\"]\nlater os.popen in A.m [\"x\"]"},
	{"constructor", "import os\nclass A:\n  def __init__(self):\n    self.run()\n  def run(self):\n    os.system('id')\nA()", "import  in A.__init__\nimport os.system in A.run [\"id\"]\nimport "},
	{"inherited", "import os\nclass B:\n  def go(self): os.system('id')\nclass A(B): pass\nA().go()", "import os.system in B.go [\"id\"]\nimport \nimport "},
	{"special-method", "import os\nclass A:\n  def __del__(self): os.system('id')\nA()", "import os.system in A.__del__ [\"id\"]\nimport "},
	{"init-subclass", "import os\nclass A:\n  def __init_subclass__(cls): os.system('id')\nclass B(A): pass", `import os.system in A.__init_subclass__ ["id"]`},
	{"metaclass", "import os\nclass M(type):\n  def __new__(m, *a): os.system('id')\nclass B(metaclass=M): pass", `import os.system in M.__new__ ["id"]`},
	{"property", "import os\nclass A:\n  @property\n  def x(self): os.system('id')\nA().x", "import builtins.property in A []\nimport os.system in A.x [\"id\"]\nimport "},
	{"decorator", "import os\n@os.system\nclass A: pass", `import os.system []`},
	{"lambda-decorator", "import os\n@lambda f: 1\ndef g(): pass\n@(lambda f: os.system('id'))\nclass A: pass", "import  []\nimport  []\nimport os.system in <lambda> [\"id\"]"},
	{"own-decorator", "import os\ndef d(f):\n  os.system('id')\n  return f\n@d\ndef g(): pass", "import os.system in d [\"id\"]\nimport  []"},
	{"default", "import os\ndef f(x=os.system('id')): pass", `import os.system ["id"]`},
	{"annotation", "import os\ndef f(x: os.system('id')): pass", `import os.system ["id"]`},
	{"module-getattr", "import os\ndef __getattr__(n): os.system('id')", `import os.system in __getattr__ ["id"]`},
	{"thread", "import os, threading\ndef f(): os.system('id')\nthreading.Thread(target=f).start()", "import os.system in f [\"id\"]\nimport threading.Thread().start\nimport threading.Thread target[]"},
	{"main", "import os\nif __name__ == '__main__':\n  os.system('id')\nelse:\n  os.popen('x')", "main os.system [\"id\"]\nimport os.popen [\"x\"]"},
	{"not-main", "import os\nif __name__ != '__main__':\n  os.system('id')", `import os.system ["id"]`},
	{"comprehension", "import os\n[os.system(c) for c in ['a', 'b']]", `import os.system ["a" "b"]`},
	{"f-string", "import os\nn = 'id'\nos.system(f'{n} -u {\"x\"!s:>{1}}')\nf'{os.popen(\"y\")}'", "import os.system []\nimport os.popen [\"y\"]"},
	{"f-string-folded", "n = 'sys'\nimport os\ngetattr(os, f'{n}tem')('id')", "import os.system [\"id\"]\nimport builtins.getattr [\"os\"] [\"system\"]"},
	{"walrus", "import os\n(f := os.system)('id')", `import os.system ["id"]`},
	{"chr", "x = ''.join(chr(c) for c in [111, 115])\n__import__(x)", "import  []\nimport builtins.chr []\nimport builtins.__import__ [\"os\"]"},
	{"xor", "x = bytes([c ^ 1 for c in b'nr']).decode()\n__import__(x)", "import \nimport builtins.bytes []\nimport builtins.__import__ [\"os\"]"},
	{"reversed", "__import__('so'[::-1])", `import builtins.__import__ ["os"]`},
	{"escapes", `__import__("\x6f\163") ; __import__("\N{LATIN SMALL LETTER O}\u0073")`, "import builtins.__import__ [\"os\"]\nimport builtins.__import__ [\"os\"]"},
	{"executed", "exec('import os; os.system(\"id\")')", "import builtins.exec [\"import os; os.system(\\\"id\\\")\"]\nimport nested os.system [\"id\"]"},
	{"evaluated", "eval('__import__(\"os\")').system('id')", "import os.system [\"id\"]\nimport builtins.eval [\"__import__(\\\"os\\\")\"]\nimport nested builtins.__import__ [\"os\"]"},
	{"decoded", "import base64\nexec(compile(base64.b64decode('aW1wb3J0IG9zOyBvcy5zeXN0ZW0oJ2lkJyk='), 'x', 'exec'))",
		"import builtins.exec [\"import os; os.system('id')\"]\nimport nested os.system [\"id\"]\n" +
			"import builtins.compile [\"import os; os.system('id')\"] [\"x\"] [\"exec\"]\nimport base64.b64decode [\"aW1wb3J0IG9zOyBvcy5zeXN0ZW0oJ2lkJyk=\"]"},
	{"wide-letters", "import ｏｓ\nｏｓ.𝘀𝘆𝘀𝘁𝗲𝗺('id')", `import os.system ["id"]`},
	{"continued", "import \\\n  os\nos \\\n .system(\n 'id' # )\n)", `import os.system ["id"]`},
	{"match", "import os\nmatch os.popen('a'):\n  case {'x': [1, *y]} if os.system('b'): os.execv('c')\nmatch = 1\nmatch(2)", "import os.popen [\"a\"]\nimport os.system [\"b\"]\nimport os.execv [\"c\"]\nimport  []"},
	{"starred-key", "import os\nx[*not os.system('a'), *b if c else os.popen('d')]", "import os.system [\"a\"]\nimport os.popen [\"d\"]"},
	{"await-constant", "import os\nasync def f():\n  await None\n  os.system('id')", `later os.system in f ["id"]`},
	{"python-2", "import os\nprint 'x', os.system('id')\nexec 'os.popen(1)'", "import builtins.print []\nimport os.system [\"id\"]\nimport builtins.exec [\"os.popen(1)\"]\nimport nested os.popen []"},
	{"global", "import os\ndef f():\n  global g\n  g = os.system\nf()\ng('id')", "import \nimport os.system [\"id\"]"},
	{"tab-and-form-feed", "if 1:\n\timport os\n        \n\f\n\tos.system('id')\r\nos.popen('x')\r", "import os.system [\"id\"]\nimport os.popen [\"x\"]"},
	{"torchscript", "class N(Module):\n  __parameters__ = [\"w\", ]\n  w : Tensor\n  def forward(self: __torch__.N,\n    x: Tensor) -> Tensor:\n    _0 = ops.aten.save(x, \"\\150\")\n    return torch.add(x, CONSTANTS.c0, alpha=1)",
		"later ops.aten.save in N.forward [] [\"h\"]\nlater torch.add in N.forward [] [\"CONSTANTS.c0\"] alpha[]"},
}

func TestCalls(t *testing.T) {
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, c.src)
			if len(s.Problems) > 0 {
				t.Errorf("problems: %v", s.Problems)
			}
			if got := described(s); got != c.want {
				t.Errorf("source:\n%s\ngot:\n%s\nwant:\n%s", c.src, got, c.want)
			}
		})
	}
}

func TestCompressedCodeIsRead(t *testing.T) {
	s := read(t, "import zlib\nexec(zlib.decompress(bytes.fromhex('789ccbcc2dc82f2a51c82fb60662bde2cae292d45c0df5cc14754d008357091a')).decode())")
	if calls := s.Runs("os.system"); len(calls) != 1 || !calls[0].Nested || calls[0].Line != 2 {
		t.Errorf("got %+v", calls)
	}
}

func TestProblemsAndWhatIsAroundThem(t *testing.T) {
	for _, c := range []struct{ name, src, problem, want string }{
		{"line", "x = = 1\neval(1)", `{4 "=" is not expected here}`, "import builtins.eval []"},
		{"open-bracket", "x = (1,\neval(1)\n", "", "import builtins.eval []"},
		{"open-string", "x = '''\neval(1)\n", "{4 a string does not end}", "import builtins.eval []"},
		{"in-a-block", "def f():\n  x = = 1\n  eval(1)\neval(2)", "", "later builtins.eval in f []\nimport builtins.eval []"},
		{"head-of-a-block", "def f(:\n  eval(1)\neval(2)", "", "import builtins.eval []\nimport builtins.eval []"},
		{"dedent", "if 1:\n    eval(1)\n  eval(2)\neval(3)", "{", "import builtins.eval []\nimport builtins.eval []\nimport builtins.eval []"},
		{"missing-block", "if 1:\neval(1)", "{", "import builtins.eval []"},
		{"nul", "eval(1)\n\x00", "{", "import builtins.eval []"},
		{"not-utf-8", "eval('\xff')", "{6 the text is not UTF-8}", ""},
		{"utf-7", "# coding: utf-7\n+AG8", "{15 the encoding", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, c.src)
			if len(s.Problems) == 0 || !strings.HasPrefix(fmt.Sprint(s.Problems[0]), c.problem) {
				t.Errorf("problems: %v, want %s", s.Problems, c.problem)
			}
			if got := described(s); c.want != "" && got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	for _, src := range []string{"\xef\xbb\xbfeval('\u00e9')", "# -*- coding: latin-1 -*-\neval('\xe9')", "#!/bin/x\n# vim: set fileencoding=cp1252 :\neval('\xe9')"} {
		s := read(t, src)
		if len(s.Calls) != 1 || len(s.Problems) > 0 || s.Calls[0].Args[0].Strings[0] != "\u00e9" {
			t.Fatalf("%q: %+v", src, s)
		}
		if c := s.Calls[0]; src[c.At:c.At+4] != "eval" || src[c.End-1] != ')' {
			t.Errorf("%q: the call is at %d to %d", src, c.At, c.End)
		}
	}
}

func TestStepsEndTheReading(t *testing.T) {
	left := 40
	stop := errors.New("enough")
	_, err := pysource.Read([]byte(strings.Repeat("f(x)\n", 100)), func(int64) error {
		if left--; left < 0 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// TestCostIsBounded reads programs that are made to be expensive.
func TestCostIsBounded(t *testing.T) {
	many := func(n int, line func(int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String()
	}
	for name, src := range map[string]string{
		"open-brackets": strings.Repeat("(", 100000),
		"open-lines":    strings.Repeat("x = (\n", 50000),
		"minus":         strings.Repeat("-", 100000) + "1",
		"not":           strings.Repeat("not ", 50000) + "1",
		"lambda":        strings.Repeat("lambda:", 50000) + "1",
		"ternary":       strings.Repeat("1 if 1 else ", 50000) + "1",
		"powers":        "1" + strings.Repeat("**1", 50000),
		"attributes":    "x" + strings.Repeat(".x", 100000),
		"calls":         "x" + strings.Repeat("()", 100000),
		"sums":          "'a'" + strings.Repeat("+'a'", 100000),
		"alternating":   "1" + strings.Repeat("+1-1", 100000),
		"doubling":      "x='a'*1000\n" + strings.Repeat("x=x+x\n", 50000),
		"fields":        strings.Repeat("f'{", 5000),
		"formats":       "f'" + strings.Repeat("{x:", 5000),
		"blocks":        many(3000, func(i int) string { return strings.Repeat(" ", i%200) + "if x:\n" }),
		"classes":       "class A: pass\nclass B: pass\n" + many(2000, func(int) string { return "class A(A, B): pass\nclass B(A, B): pass\n" }) + "A().x()",
		"partials":      "from functools import partial as p\na=b=f\n" + many(2000, func(int) string { return "a=p(a or b)\nb=p(b or a)\n" }) + "a()",
		"mutual-recursion": many(300, func(i int) string {
			return fmt.Sprintf("def f%d(x):\n f%d(f%d); f%d(x)\n", i, (i+1)%300, (i*7)%300, (i*13)%300)
		}) + "f0(1)",
		"nested-loops": "[[[[y for y in z] for z in w] for w in v] for v in '" + strings.Repeat("a", 4000) + "']",
		"executed":     "x = 'exec(x)'\nexec(x)\n" + strings.Repeat("exec(x)\n", 5000),
		"growing-code": "x = 'x+=x;exec(x);'\n" + strings.Repeat("exec(x)\n", 5000),
		"unpacking":    "a = (1,) * 4000\n" + strings.Repeat("f(*a)\n", 20000),
		"match":        strings.Repeat("match x:\n", 20000),
		"with":         strings.Repeat("with (x, y as z", 20000),
		"dedents":      many(20000, func(i int) string { return strings.Repeat(" ", 20-i%20) + "x\n" }),
	} {
		t.Run(name, func(t *testing.T) {
			steps := int64(0)
			if _, err := pysource.Read([]byte(src), func(n int64) error { steps += n; return nil }); err != nil {
				t.Fatal(err)
			}
			if limit := 60*int64(len(src)) + 30_000_000; steps > limit {
				t.Errorf("%d steps for %d bytes", steps, len(src))
			}
		})
	}
}

func Fuzz(f *testing.F) {
	for _, c := range calls {
		f.Add([]byte(c.src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 4096 {
			return
		}
		left := 20_000_000
		s, err := pysource.Read(src, func(int64) error {
			if left--; left < 0 {
				return errors.New("too many steps")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Calls {
			if c.At < 0 || c.End < c.At || c.End > int64(len(src)) {
				t.Errorf("a call from %d to %d of %d bytes", c.At, c.End, len(src))
			}
		}
	})
}
