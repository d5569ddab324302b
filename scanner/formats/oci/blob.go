package oci

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// maxHashed is how many bytes a blob may have that is hashed: manifests, configurations,
// templates, licenses. To hash weights would be to read them.
const maxHashed = 64 << 20

// A pointer of Git LFS begins so and is shorter than maxPointer.
const (
	pointer    = "version https://git-lfs"
	maxPointer = 1 << 10
)

var ollamaBlob = lazyregexp.New(`^sha256[-:]([0-9a-f]{64})$`)

// blobDigest returns the SHA-256 that a file is called by in a store: "blobs/sha256/HEX"
// of an image layout, "sha256-HEX" of Ollama. It is "" for other files.
func blobDigest(a *scanner.Artifact) string {
	if a.Leftover {
		return ""
	}
	name := a.Name()
	if m := ollamaBlob().FindStringSubmatch(name); m != nil {
		return m[1]
	}
	at := a.Path
	if a.Member != "" {
		at = a.Member[strings.LastIndex(a.Member, "!/")+1:]
	}
	if digest().MatchString("sha256:"+name) && strings.HasSuffix("/"+path.Dir(at), "/blobs/sha256") {
		return name
	}
	return ""
}

// blob compares a blob with its name, and says whether they disagree.
func blob(p *scanner.Pass, want string) (wrong bool, err error) {
	if p.Size > maxHashed {
		return false, nil
	}
	if head := make([]byte, len(pointer)); p.Size < maxPointer {
		if n, _ := p.ReadAt(head, 0); string(head[:n]) == pointer {
			return false, nil // the blob is elsewhere, which package pointer says
		}
	}
	h := sha256.New()
	buf := make([]byte, min(p.Size, 256<<10))
	for off := int64(0); off < p.Size; {
		n, err := p.ReadAt(buf[:min(int64(len(buf)), p.Size-off)], off)
		if n == 0 {
			return false, scanner.Errorf(scanner.Unreadable, off, "reading: %v", err)
		}
		if err := p.Budget.Step(int64(n)/1024 + 1); err != nil {
			return false, err
		}
		h.Write(buf[:n])
		off += int64(n)
	}
	got := hex.EncodeToString(h.Sum(nil))
	if got == want {
		return false, nil
	}
	p.Report(ruleDigest, scanner.Span{Length: p.Size}, scanner.Detail{
		Message:  fmt.Sprintf("The blob is called by the digest sha256:%s, and its content has sha256:%s.", want, got),
		Evidence: []string{want, got},
	})
	return true, nil
}

// blobSize compares the number of bytes that a manifest gives for a blob with those that
// it has where it lies in the same layout.
func (m *manifest) blobSize(digestNode jsontree.Node) {
	hash, ok := strings.CutPrefix(digestNode.Text(), "sha256:")
	size, known := digestNode.Parent().Get("size").Int()
	if !ok || !known || !digest().MatchString("sha256:"+hash) {
		return
	}
	for _, folder := range m.p.Around() {
		for _, at := range []string{"blobs/sha256/" + hash, hash} {
			if folder.Stat == nil {
				continue
			}
			if s, here := folder.Stat(at); here && s.Size != size {
				m.known = true
				m.p.Report(modelrules.Malformed, digestNode.Span(), scanner.Detail{
					Message:  fmt.Sprintf("The manifest gives the blob sha256:%s %d bytes, and it has %d.", hash, size, s.Size),
					Evidence: []string{hash},
				})
				return
			}
		}
	}
}
