//go:build !unix

package scanner

import "io/fs"

// names returns 0: the system does not say with what it lists.
func names(fs.FileInfo) uint64 { return 0 }
