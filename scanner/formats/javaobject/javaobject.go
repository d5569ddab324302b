// Package javaobject recognises serialized Java objects: models of Weka, MALLET and others
// (the Java Object Serialization Specification, chapter 6). The classes that a stream names
// are listed; the objects are not built.
package javaobject

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// Analyzer recognises serialized Java objects.
var Analyzer = &scanner.Analyzer{
	Name: "javaobject",
	Doc: `Serialized Java objects (Weka, MALLET, .ser)

Reading such a stream runs methods of every class that it names. The classes are
listed, those of known chains of gadgets first.`,
	Rules: []*scanner.Rule{ruleSerialized},
	Match: match,
	Run:   run,
}

var ruleSerialized = &scanner.Rule{
	ID:       "java-serialized-object",
	Title:    "Java serialized stream",
	Severity: scanner.High,
	Why: "Reading the stream makes objects of any class on the class path, and runs their readObject methods. Chains of such methods in " +
		"common libraries run commands, and no class has to be in the stream for that but those.",
	Fix: "Do not read the file in Java without a filter of classes (jdk.serialFilter). Export the model in a format without code, such as PMML or ONNX.",
	CWE: 502, Refs: []string{"https://docs.oracle.com/javase/8/docs/platform/serialization/spec/protocol.html", "https://cwe.mitre.org/data/definitions/502.html"},
}

const magic = "\xac\xed\x00\x05"

// match wants a first object or block of data behind the magic.
func match(h *scanner.Head) scanner.Claim {
	if len(h.Prefix) > len(magic) && string(h.Prefix[:len(magic)]) == magic && h.Prefix[len(magic)] >= 0x70 && h.Prefix[len(magic)] <= 0x7e {
		return scanner.Sure
	}
	return scanner.No
}

// gadgets are classes that published chains go through (https://github.com/frohoff/ysoserial):
// how their names begin.
var gadgets = []string{
	"org.apache.commons.collections.functors.", "org.apache.commons.collections4.functors.", "org.apache.commons.collections.keyvalue.TiedMapEntry",
	"org.apache.commons.collections.map.LazyMap", "org.apache.commons.beanutils.BeanComparator", "org.codehaus.groovy.runtime.ConvertedClosure",
	"org.codehaus.groovy.runtime.MethodClosure", "org.springframework.core.SerializableTypeWrapper", "org.springframework.beans.factory.support.",
	"com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl", "sun.reflect.annotation.AnnotationInvocationHandler", "com.sun.rowset.JdbcRowSetImpl",
	"javax.management.BadAttributeValueExpException", "java.rmi.server.", "sun.rmi.", "java.net.URL", "javax.script.ScriptEngineManager", "org.mozilla.javascript.",
	"org.hibernate.", "com.mchange.v2.c3p0.", "bsh.", "clojure.", "org.python.core.", "org.jboss.", "org.apache.wicket.util.upload.DiskFileItem",
	"org.apache.commons.fileupload.disk.DiskFileItem", "com.vaadin.data.util.", "org.aspectj.weaver.tools.cache.", "java.lang.ProcessBuilder", "java.lang.Runtime",
}

const (
	part     = 64 << 10 // bytes that are searched at a time
	maxClass = 512      // bytes of a class's name
	maxShown = 12
)

// run looks for descriptions of classes through the whole stream: where they stand depends
// on classes that are not here.
func run(_ context.Context, p *scanner.Pass) error {
	var names []string
	buf := make([]byte, part+maxClass+16)
	for at := int64(0); at < p.Size; at += part {
		n, err := p.ReadAt(buf[:min(int64(len(buf)), p.Size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return scanner.Errorf(scanner.Unreadable, at, "reading: %v", err)
		}
		if err := p.Budget.Step(int64(n)/64 + 1); err != nil {
			return err
		}
		for i := range min(n, part) {
			if name := class(buf[i:n]); name != "" && len(names) < 1000 && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) > 0 { // else strings and numbers only
		report(p, names)
	}
	p.Analysed(0, p.Size)
	return nil
}

// class returns the name in the description of a class that starts some bytes: its length,
// the name, a number, flags.
func class(b []byte) string {
	const description, behind = 0x72, 8 + 1
	if b[0] != description || len(b) < 3 {
		return ""
	}
	n := int(b[1])<<8 | int(b[2])
	if n == 0 || n > maxClass || len(b) < 3+n+behind {
		return ""
	}
	name := b[3 : 3+n]
	for _, c := range name {
		if c != '.' && c != '$' && c != '_' && c != '[' && c != ';' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return ""
		}
	}
	if flags := b[3+n+8]; flags > 0x1f {
		return ""
	}
	return strings.Trim(string(name), "[L;")
}

// report reports the stream, with the classes of known chains first.
func report(p *scanner.Pass, names []string) {
	known := func(name string) bool {
		return slices.ContainsFunc(gadgets, func(g string) bool { return strings.HasPrefix(name, g) })
	}
	message := "Reading the stream in Java makes objects of every class that it names, and runs their methods."
	if i := slices.IndexFunc(names, known); i >= 0 {
		message = fmt.Sprintf("The stream holds %q, a link of known chains that run commands when Java reads it.", scanner.Clean(names[i], 100))
	}
	slices.SortStableFunc(names, func(a, b string) int {
		switch ka, kb := known(a), known(b); {
		case ka == kb:
			return 0
		case ka:
			return -1
		}
		return 1
	})
	p.Report(ruleSerialized, scanner.Span{Length: p.Size}, scanner.Detail{Message: message, Evidence: names[:min(len(names), maxShown)], Identity: names})
}
