package scantest

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// npy makes a NumPy array file.
func (a *assembler) npy(s *statement) ([]byte, error) {
	opts, err := s.options(0, nil, []string{"version", "header", "descr", "shape", "fortran"})
	if err != nil {
		return nil, err
	}
	body, err := a.list(s.body, 0)
	if err != nil {
		return nil, err
	}
	var major, minor byte = 1, 0
	if v, ok := opts["version"]; ok {
		if _, err := fmt.Sscanf(v.text, "%d.%d", &major, &minor); err != nil {
			return nil, fmt.Errorf("version %q: %w", v.text, err)
		}
	}
	header := opts["header"].text
	if _, ok := opts["header"]; !ok {
		header = npyHeader(opts)
	}
	return append(npyPreamble(major, minor, header), body...), nil
}

// npyHeader writes the header as numpy.save does.
func npyHeader(opts map[string]argument) string {
	descr := opts["descr"].text
	if !strings.HasPrefix(descr, "[") && !strings.HasPrefix(descr, "(") && !strings.HasPrefix(descr, "{") {
		descr = "'" + descr + "'"
	}
	fortran := opts["fortran"].text
	if fortran == "" {
		fortran = "False"
	}
	return fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': %s, }", descr, fortran, opts["shape"].text)
}

// npyPreamble is everything before the data, padded to 64 bytes.
func npyPreamble(major, minor byte, header string) []byte {
	out := append([]byte("\x93NUMPY"), major, minor)
	width := 2
	if major > 1 {
		width = 4
	}
	unpadded := len(out) + width + len(header) + 1
	header += strings.Repeat(" ", (64-unpadded%64)%64) + "\n"
	length := binary.LittleEndian.AppendUint32(nil, uint32(len(header)))
	return append(append(out, length[:width]...), header...)
}
