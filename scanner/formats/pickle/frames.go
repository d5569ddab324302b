package pickle

import "github.com/modelsieve/modelsieve/scanner"

// restart reads a stream with a frame that does not end where an opcode does once more,
// as C unpicklers do that drop the rest of such a frame. Which of the two a loader does
// depends on its version and on the file, and may change within a stream: so it is a
// gap, too.
func (j *judge) restart(start int64) error {
	if !j.split || j.reread {
		return nil
	}
	j.split = false
	j.p.Gap(scanner.Malformed, scanner.Span{Offset: start}, "a frame in this stream ends inside an opcode: unpicklers go on at different places")
	return j.p.Reread("with frames cut off", j.p, j.p.Size, func(p *scanner.Pass) error {
		again := newJudgeOf(j.ctx, p, true)
		defer again.m.Close()
		again.reread = true
		again.m.MoveTo(start)
		return again.load()
	})
}
