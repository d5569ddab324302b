package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/modelsieve/modelsieve/scanner"
	"go.yaml.in/yaml/v3"
)

// configName is the configuration file at the repository root.
const configName = ".modelsieve.yaml"

// settings are what flags and the configuration file can both set.
type settings struct {
	Include         []string      `yaml:"include"`
	Exclude         []string      `yaml:"exclude"`
	FailOn          string        `yaml:"fail-on"`
	Strict          bool          `yaml:"strict"`
	AllowIncomplete bool          `yaml:"allow-incomplete"`
	OnPointer       string        `yaml:"on-pointer"`
	ReportOnly      bool          `yaml:"report-only"`
	Jobs            int           `yaml:"jobs"`
	MaxDepth        int           `yaml:"max-depth"`
	MaxMembers      int           `yaml:"max-members"`
	MaxExpanded     byteSize      `yaml:"max-expanded-bytes"`
	MaxHeld         byteSize      `yaml:"max-held-bytes"`
	MaxSteps        int64         `yaml:"max-steps"`
	MaxTime         time.Duration `yaml:"max-time"`
}

// configuration is the configuration file.
type configuration struct {
	settings `yaml:",inline"`
	Allow    []yaml.Node `yaml:"allow"`

	allow []scanner.Allow
	set   map[string]bool // keys that the file has
}

// allowEntry is an entry under allow.
type allowEntry struct {
	Rule            string `yaml:"rule"`
	Path            string `yaml:"path"`
	Fingerprint     string `yaml:"fingerprint"`
	SHA256          string `yaml:"sha256"`
	Name            string `yaml:"name"`
	Use             string `yaml:"use"`
	EvenIfDangerous bool   `yaml:"even-if-dangerous"`
	Reason          string `yaml:"reason"`
	Owner           string `yaml:"owner"`
	Until           string `yaml:"until"`
}

// readConfig reads and checks the content of a configuration file. The error lists
// everything that is wrong with it, by line.
func readConfig(name string, raw []byte, analyzers []*scanner.Analyzer, now time.Time) (*configuration, error) {
	c := &configuration{set: map[string]bool{}}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: more than one document", name)
	}
	var keys map[string]yaml.Node
	if err := yaml.Unmarshal(raw, &keys); err == nil {
		for key := range keys {
			c.set[key] = true
		}
	}
	problems := c.check(analyzers, now)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s:\n  %s", name, strings.Join(problems, "\n  "))
	}
	return c, nil
}

// check returns what is wrong with the values.
func (c *configuration) check(analyzers []*scanner.Analyzer, now time.Time) []string {
	var problems []string
	for _, glob := range append(append([]string(nil), c.Include...), c.Exclude...) {
		if !doublestar.ValidatePattern(glob) {
			problems = append(problems, fmt.Sprintf("%q is no pattern", glob))
		}
	}
	rules := map[string]*scanner.Rule{}
	for _, r := range scanner.Rules(analyzers) {
		rules[r.ID] = r
	}
	for i := range c.Allow {
		entry, err := readAllow(&c.Allow[i], rules, now)
		if err != nil {
			problems = append(problems, fmt.Sprintf("line %d: allow: %v", c.Allow[i].Line, err))
			continue
		}
		c.allow = append(c.allow, entry)
	}
	return problems
}

var callableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)+$`) })

// hexDigits tells text of n lower-case hexadecimal digits.
func hexDigits(text string, n int) bool {
	return len(text) == n && strings.Trim(text, "0123456789abcdef") == ""
}

// readAllow reads one entry under allow.
func readAllow(node *yaml.Node, rules map[string]*scanner.Rule, now time.Time) (scanner.Allow, error) {
	raw, err := yaml.Marshal(node)
	if err != nil {
		return scanner.Allow{}, err
	}
	var e allowEntry
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&e); err != nil {
		return scanner.Allow{}, errors.New(withoutLines(err))
	}
	a := scanner.Allow{
		Rule: e.Rule, Path: e.Path, Fingerprint: e.Fingerprint, SHA256: strings.ToLower(e.SHA256), Name: e.Name, Use: scanner.Use(e.Use),
		EvenIfDangerous: e.EvenIfDangerous, Reason: e.Reason, Owner: e.Owner, Line: node.Line,
	}
	if strings.TrimSpace(e.Reason) == "" || strings.TrimSpace(e.Owner) == "" || e.Until == "" {
		return a, errors.New("reason, owner and until are required")
	}
	if a.Until, err = time.Parse(time.DateOnly, e.Until); err != nil {
		return a, fmt.Errorf("until %q: want a date such as 2027-01-31", e.Until)
	}
	if a.Until.After(now.AddDate(1, 0, 0)) {
		return a, fmt.Errorf("until %s is more than a year ahead", e.Until)
	}
	if e.Name != "" {
		return a, checkNameEntry(&e)
	}
	return a, checkFindingEntry(&e, rules[e.Rule])
}

// withoutLines drops the line numbers of an error of the decoder, which count
// from the start of the entry.
func withoutLines(err error) string {
	return regexp.MustCompile(`line \d+: `).ReplaceAllString(strings.ReplaceAll(err.Error(), "\n", " "), "")
}

// checkNameEntry checks an entry that accepts a callable.
func checkNameEntry(e *allowEntry) error {
	switch {
	case e.Rule != "" || e.Path != "" || e.Fingerprint != "" || e.SHA256 != "":
		return errors.New("an entry has either name and use, or rule, path and fingerprint")
	case e.Use != string(scanner.UseConstruct):
		return fmt.Errorf("use %q: a name is accepted for construct only", e.Use)
	case !callableName().MatchString(e.Name):
		return fmt.Errorf("name %q: want one full name such as mypkg.Net", e.Name)
	}
	return nil
}

// checkFindingEntry checks an entry that accepts one finding of a rule.
func checkFindingEntry(e *allowEntry, rule *scanner.Rule) error {
	switch {
	case rule == nil:
		return fmt.Errorf("there is no rule %q", e.Rule)
	case rule == scanner.RuleUnscannable || rule == scanner.RulePointer:
		return fmt.Errorf("rule %s stands for gaps, which are accepted by allow-incomplete only", e.Rule)
	case e.Path == "" || e.Fingerprint == "":
		return errors.New("path and fingerprint are required beside rule")
	case !hexDigits(e.Fingerprint, 32):
		return fmt.Errorf("fingerprint %q: want the 32 hex digits that the report shows", e.Fingerprint)
	case e.Use != "" || e.EvenIfDangerous:
		return errors.New("use and even-if-dangerous go with name")
	case e.SHA256 != "" && !hexDigits(strings.ToLower(e.SHA256), 64):
		return fmt.Errorf("sha256 %q: want 64 hex digits", e.SHA256)
	case rule.Severity == scanner.Critical && e.SHA256 == "":
		return fmt.Errorf("rule %s is critical: sha256 of the whole file is required", e.Rule)
	case !doublestar.ValidatePattern(e.Path):
		return fmt.Errorf("path %q is no pattern", e.Path)
	}
	return nil
}

// apply takes over the keys of the file for which no flag was given.
func (s *settings) apply(c *configuration, flagGiven func(string) bool) {
	take := func(key string) bool { return c.set[key] && !flagGiven(key) }
	takeIf(take("include"), &s.Include, c.Include)
	takeIf(take("exclude"), &s.Exclude, c.Exclude)
	takeIf(take("fail-on"), &s.FailOn, c.FailOn)
	takeIf(take("strict"), &s.Strict, c.Strict)
	takeIf(take("allow-incomplete"), &s.AllowIncomplete, c.AllowIncomplete)
	takeIf(take("on-pointer"), &s.OnPointer, c.OnPointer)
	takeIf(take("report-only"), &s.ReportOnly, c.ReportOnly)
	takeIf(take("jobs"), &s.Jobs, c.Jobs)
	takeIf(take("max-depth"), &s.MaxDepth, c.MaxDepth)
	takeIf(take("max-members"), &s.MaxMembers, c.MaxMembers)
	takeIf(take("max-expanded-bytes"), &s.MaxExpanded, c.MaxExpanded)
	takeIf(take("max-held-bytes"), &s.MaxHeld, c.MaxHeld)
	takeIf(take("max-steps"), &s.MaxSteps, c.MaxSteps)
	takeIf(take("max-time"), &s.MaxTime, c.MaxTime)
}

func takeIf[T any](take bool, to *T, value T) {
	if take {
		*to = value
	}
}

// A byteSize is a number of bytes that is written with or without a unit: "2GiB".
type byteSize int64

var sizeText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,15})\s*([KMGT]i?)?B?$`) })

// String implements pflag.Value.
func (b *byteSize) String() string { return strconv.FormatInt(int64(*b), 10) }

// Type implements pflag.Value.
func (b *byteSize) Type() string { return "size" }

// Set implements pflag.Value.
func (b *byteSize) Set(text string) error {
	parts := sizeText().FindStringSubmatch(text)
	if parts == nil {
		return fmt.Errorf("%q is no size: want bytes, or a number with a unit such as 512MiB", text)
	}
	n, _ := strconv.ParseInt(parts[1], 10, 64) // at most 15 digits
	units := map[string]int64{
		"": 1, "K": 1000, "M": 1000_000, "G": 1000_000_000, "T": 1000_000_000_000, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40,
	}
	unit := units[parts[2]]
	if n > (1<<62)/unit {
		return fmt.Errorf("%q is too large", text)
	}
	*b = byteSize(n * unit)
	return nil
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (b *byteSize) UnmarshalYAML(node *yaml.Node) error {
	if err := b.Set(node.Value); err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	return nil
}
