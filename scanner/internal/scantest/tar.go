package scantest

import (
	"fmt"
	"strings"
)

// tarKeys are the options of a member of a tar archive.
var tarKeys = strings.Fields("type link mode size prefix magic checksum")

// tar makes an archive.
func (a *assembler) tar(s *statement) ([]byte, error) {
	opts, err := s.options(0, []string{"open"}, nil)
	if err != nil {
		return nil, err
	}
	var out []byte
	for i := range s.body {
		inner := &s.body[i]
		var b []byte
		if inner.word == "member" {
			b, err = a.tarMember(inner)
		} else {
			b, err = a.statement(inner, len(out))
		}
		if err != nil {
			return nil, inner.located(err)
		}
		out = append(out, b...)
	}
	if _, ok := opts["open"]; !ok {
		out = append(out, make([]byte, 1024)...)
	}
	return out, nil
}

// tarMember makes a header and data, padded to blocks.
func (a *assembler) tarMember(s *statement) ([]byte, error) {
	if len(s.args) == 0 {
		return nil, fmt.Errorf("want a name")
	}
	opts, err := s.options(1, nil, tarKeys)
	if err != nil {
		return nil, err
	}
	body, err := a.list(s.body, 0)
	if err != nil {
		return nil, err
	}
	text := func(key, otherwise string) string {
		if v, ok := opts[key]; ok {
			return v.text
		}
		return otherwise
	}
	header := make([]byte, 512)
	copy(header[0:100], s.args[0].text)
	copy(header[100:108], text("mode", "0000644"))
	copy(header[108:124], "0000000\x000000000\x00")
	copy(header[124:136], text("size", fmt.Sprintf("%011o", len(body))))
	copy(header[136:148], "00000000000")
	copy(header[148:156], "        ")
	copy(header[156:157], text("type", "0"))
	copy(header[157:257], text("link", ""))
	copy(header[257:265], text("magic", "ustar\x0000"))
	copy(header[345:500], text("prefix", ""))
	checksum := text("checksum", "unsigned")
	if checksum == "unsigned" || checksum == "signed" {
		checksum = fmt.Sprintf("%06o\x00 ", tarSum(header, checksum == "signed"))
	}
	copy(header[148:156], checksum)
	out := append(header, body...)
	return append(out, make([]byte, (512-len(out)%512)%512)...), nil
}

// tarSum is the sum of the bytes of a header, which old writers took for signed ones.
func tarSum(header []byte, signed bool) (sum int) {
	for _, c := range header {
		if signed {
			sum += int(int8(c))
		} else {
			sum += int(c)
		}
	}
	return sum
}
