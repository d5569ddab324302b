// Package lazyregexp compiles regular expressions at their first use: the command starts
// thousands of times a day as a hook, and most runs need few of those that the formats declare.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New declares a regular expression that is compiled once, when it is first asked for.
// One that does not compile panics then, so a test has to reach each.
func New(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
