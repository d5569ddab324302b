package picklenames

import (
	"strings"
	"sync"
)

// An Effect is what a dangerous callable does.
type Effect uint8

// The effects of dangerous callables.
const (
	Execute     Effect = iota + 1 // starts processes
	Evaluate                      // runs text or bytecode as code
	Resolve                       // imports or fetches by name
	Deserialize                   // loads further objects
	Native                        // native code and memory
	Write                         // files
	Read                          // files and environment
	Network
	State // of the process
)

// A Danger says what a callable does.
type Danger struct {
	Effect Effect
	Text   string // a clause that follows the name: "starts a process or runs a shell command"
	Code   bool   // it rebuilds code that the stream carries
}

type danger struct {
	Danger
	names []string // sorted; "module.*" stands for all below
}

// dangers are in the order in which one wins where a name is in several.
var dangers = []*danger{
	&dangerCode, &dangerExecute, &dangerEvaluate, &dangerNative, &dangerResolve, &dangerDeserialize, &dangerWrite,
	&dangerNetwork, &dangerRead, &dangerState,
}

var dangerIndex = sync.OnceValue(func() map[string]*danger {
	index := map[string]*danger{}
	for _, d := range dangers {
		for _, name := range d.names {
			if index[name] == nil {
				index[name] = d
			}
		}
	}
	return index
})

// Dangerous returns what the callable with a canonical path does where that is
// known to be dangerous: by its own name, by that of something it is part of, or
// because its path goes through Python's internals. A callable that was reviewed
// under its own name is not.
func Dangerous(path string) (Danger, bool) {
	index := dangerIndex()
	if d := index[path]; d != nil {
		return d.Danger, true
	}
	if hop := Internals(path); hop != "" {
		return Danger{Effect: Resolve, Text: "reaches into Python's internals by " + hop}, true
	}
	if _, ok := Lookup(path); ok {
		return Danger{}, false
	}
	for at := strings.LastIndexByte(path, '.'); at > 0; at = strings.LastIndexByte(path[:at], '.') {
		if d := index[path[:at]+".*"]; d != nil {
			return d.Danger, true
		}
		if d := index[path[:at]]; d != nil { // an attribute of something dangerous: "builtins.eval.__call__"
			return d.Danger, true
		}
	}
	return Danger{}, false
}

// harmlessDunders are attributes with two underscores that honest pickles name.
var harmlessDunders = map[string]bool{
	"__new__": true, "__main__": true, "__mp_main__": true, "__future__": true, "__torch__": true, "__call__": true, "__len__": true, "__next__": true,
}

// Internals returns the first element of a path that reaches into Python's
// internals, a name with two underscores on either side, or "".
func Internals(path string) string {
	for hop := range strings.SplitSeq(path, ".") {
		if len(hop) > 4 && strings.HasPrefix(hop, "__") && strings.HasSuffix(hop, "__") && !harmlessDunders[hop] {
			return hop
		}
	}
	return ""
}
