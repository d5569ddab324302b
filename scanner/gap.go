package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// A Reason says why something could not be analysed.
type Reason string

// The reasons for a gap.
const (
	Truncated    Reason = "truncated"    // the input ends before its structure does
	Malformed    Reason = "malformed"    // the input breaks its format's rules
	Encrypted    Reason = "encrypted"    // the content needs a key
	Unsupported  Reason = "unsupported"  // a known kind that this scanner cannot open
	OverLimit    Reason = "over-limit"   // a limit of the budget ran out
	Unreadable   Reason = "unreadable"   // the operating system did not give the bytes
	Unrecognized Reason = "unrecognized" // no analyzer knows these bytes
	Pointer      Reason = "pointer"      // the content is elsewhere (Git LFS, git-annex)
	Internal     Reason = "internal"     // a defect of the scanner
)

// Reasons lists every reason, in the order of their declaration.
var Reasons = []Reason{Truncated, Malformed, Encrypted, Unsupported, OverLimit, Unreadable, Unrecognized, Pointer, Internal}

// A Gap is content that was not analysed. A file with a gap is never clean.
type Gap struct {
	Path     string // as in Finding
	RepoPath string
	Member   string
	Span     Span
	Reason   Reason
	Message  string
}

// Rule returns the rule under which outputs that know only results show the gap.
func (g *Gap) Rule() *Rule {
	if g.Reason == Pointer {
		return RulePointer
	}
	return RuleUnscannable
}

// An Error is an error of the input at a place. An analyzer returns it from Run,
// and the engine records it as a gap.
type Error struct {
	Reason Reason
	At     Span
	Text   string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s at offset %d: %s", e.Reason, e.At.Offset, e.Text)
}

// Errorf makes an Error at an offset in the artifact.
func Errorf(why Reason, offset int64, format string, args ...any) *Error {
	return &Error{Reason: why, At: Span{Offset: offset}, Text: fmt.Sprintf(format, args...)}
}

// A LimitError says which limit of the budget ran out. Analyzers pass it on.
type LimitError struct {
	Limit string // the flag that raises it, "max-depth"
	Max   int64  // its value, in the unit of the flag; milliseconds for max-time
}

func (e *LimitError) Error() string {
	if e.Limit == "max-time" {
		return fmt.Sprintf("--%s %v reached", e.Limit, time.Duration(e.Max)*time.Millisecond)
	}
	return fmt.Sprintf("--%s %d reached", e.Limit, e.Max)
}

// gapOf turns an error that an analyzer returned into reason, place and text.
func gapOf(err error) (Reason, Span, string) {
	var limit *LimitError
	var input *Error
	switch {
	case errors.As(err, &limit):
		return OverLimit, Span{}, "the scan stopped here: " + limit.Error()
	case errors.As(err, &input):
		return input.Reason, input.At, input.Text
	default:
		return Unreadable, Span{}, reason(err).Error()
	}
}

// readError turns an error of reading an artifact at an offset into one of the input.
func readError(err error, off int64) error {
	var input *Error
	var limit *LimitError
	switch {
	case errors.As(err, &input), errors.As(err, &limit), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Errorf(Truncated, off, "the file has become shorter since it was opened")
	}
	return Errorf(Unreadable, off, "reading: %v", reason(err))
}
