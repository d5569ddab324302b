package scanner

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// A Target is one file to scan, as [Discover] finds it.
type Target struct {
	Path     string // as reports show it
	RepoPath string // relative to the repository root
	// Open opens the file and returns its size in bytes. It is called once, when
	// the file's turn comes.
	Open func() (ReadAtCloser, int64, error)
	// Around are the folders around the file; see Pass.Around. May be nil.
	Around []Folder
	// Refused, where not nil, says why the file is not opened at all.
	Refused *Error
}

// A ReadAtCloser is an open file.
type ReadAtCloser interface {
	io.ReaderAt
	io.Closer
}

// Config is how a scan runs. Analyzers is required.
type Config struct {
	Analyzers []*Analyzer
	Limits    Limits
	Jobs      int  // files analysed at a time; 0 means the number of CPUs, at most 4
	Inspect   bool // fill Report.Artifacts
	// Digest says for which files, by RepoPath, the SHA-256 is wanted. Nil: none.
	Digest func(repoPath string) bool
	// Progress, where not nil, is told after each file how many are done. It is
	// called from several goroutines.
	Progress func(done, total int)
}

// jobs returns how many files are analysed at a time.
func (c *Config) jobs() int {
	if c.Jobs > 0 {
		return c.Jobs
	}
	return min(runtime.GOMAXPROCS(0), 4) // memory is jobs times Limits.Held
}

// A fileResult is what one goroutine of a scan writes.
type fileResult struct {
	file File
	results
	relations
}

// Scan analyses the targets and returns the sorted report. The error is not nil
// only where there is no report: the analyzers are not valid, or ctx was
// cancelled.
func Scan(ctx context.Context, targets []Target, cfg Config) (*Report, error) {
	if err := Validate(cfg.Analyzers); err != nil {
		return nil, err
	}
	cfg.Limits = cfg.Limits.withDefaults()
	all := make([]fileResult, len(targets))
	var done atomic.Int64
	var group errgroup.Group
	group.SetLimit(cfg.jobs())
	for i := range targets {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			all[i] = scanFile(ctx, &targets[i], &cfg)
			if cfg.Progress != nil {
				cfg.Progress(int(done.Add(1)), len(targets))
			}
			return nil
		})
	}
	if err := errors.Join(group.Wait(), ctx.Err()); err != nil {
		return nil, err
	}
	return assemble(all, &cfg), nil
}

// assemble makes the sorted report.
func assemble(all []fileResult, cfg *Config) *Report {
	resolve(all)
	r := &Report{Rules: Rules(cfg.Analyzers)}
	for i := range all {
		r.Files = append(r.Files, all[i].file)
		r.Findings = append(r.Findings, all[i].findings...)
		r.Gaps = append(r.Gaps, all[i].gaps...)
		for _, info := range all[i].infos {
			r.Artifacts = append(r.Artifacts, *info)
		}
	}
	r.sort()
	return r
}

// scanFile analyses one file with everything inside it.
func scanFile(ctx context.Context, target *Target, cfg *Config) fileResult {
	ctx, cancel := context.WithTimeout(ctx, cfg.Limits.Time)
	defer cancel()
	t := &tree{analyzers: cfg.Analyzers, inspect: cfg.Inspect, repoPath: target.RepoPath, around: target.Around}
	file := File{Path: target.Path, RepoPath: target.RepoPath}
	a := &Artifact{Path: target.Path}
	if target.Refused != nil {
		t.gapError(a, nil, target.Refused)
		return fileResult{file, t.results, t.relations}
	}
	f, size, err := target.Open()
	if err != nil {
		t.gapError(a, nil, err)
		return fileResult{file, t.results, t.relations}
	}
	defer f.Close()
	t.budget = newBudget(ctx, cfg.Limits, size)
	a.ReaderAt, a.Size = &pageReader{r: &countingReader{f, &t.budget.read}}, size
	t.scan(ctx, a, &file)
	if cfg.Digest != nil && cfg.Digest(target.RepoPath) {
		if file.SHA256, err = digest(t.budget, f, size); err != nil {
			t.gapError(a, nil, err)
		}
	}
	return fileResult{file, t.results, t.relations}
}

// scan analyses the artifact of a top-level file and fills in what came of it.
func (t *tree) scan(ctx context.Context, a *Artifact, file *File) {
	out, _ := t.analyse(ctx, a) // what stopped the tree is recorded as a gap
	t.finally()
	t.finish()
	file.Size, file.Formats, file.Read = a.Size, out.formats, t.budget.read
	file.Coverage = out.cover.count(a.Size)
	if !out.claimed && len(t.gaps) == 0 {
		file.Verdict = VerdictIgnored
	}
}

// digest hashes a whole file.
func digest(b *Budget, r io.ReaderAt, size int64) (string, error) {
	h := sha256.New()
	buf := make([]byte, 1<<20)
	for off := int64(0); off < size; {
		if err := b.checkClock(); err != nil {
			return "", err
		}
		n, err := r.ReadAt(buf[:min(int64(len(buf)), size-off)], off)
		if n == 0 {
			return "", readError(cmp.Or(err, io.ErrUnexpectedEOF), off)
		}
		h.Write(buf[:n])
		off += int64(n)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// A countingReader counts the bytes that come from the file system.
type countingReader struct {
	r    io.ReaderAt
	read *int64
}

func (c *countingReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	*c.read += int64(n)
	return n, err
}
