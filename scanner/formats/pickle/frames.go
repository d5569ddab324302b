package pickle

import (
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// restart reads a stream with a frame that does not end where an opcode does once more,
// as C unpicklers do that drop the rest of such a frame. Which of the two a loader does
// depends on its version and on the file, and may change within a stream: so it is a
// gap, too.
func (j *judge) restart(start int64) error {
	if !j.split || j.reread {
		return nil
	}
	j.split = false
	j.p.Gap(scanner.Malformed, scanner.Span{Offset: start}, "a frame in this stream ends inside an opcode, or behind the stream: unpicklers go on at different places")
	return j.p.Reread("with frames cut off", j.p, j.p.Size, func(p *scanner.Pass) error {
		again := newJudgeOf(j.ctx, p, picklevm.Config{Restart: true})
		defer again.m.Close()
		again.reread = true
		again.m.MoveTo(start)
		return again.load()
	})
}

// maxBehind is how many frames of an artifact are looked behind. Each is a gap in any case.
const maxBehind = 64

// behindFrame reads the streams behind a frame that did not end where its stream did. An
// unpickler that has read the whole frame leaves the file there, and the next one that is
// made for it starts there; others start behind the STOP.
func (j *judge) behindFrame() error {
	at := j.m.FrameEnd()
	if at == 0 || at >= j.p.Size || j.reread || j.behind >= maxBehind {
		return nil
	}
	j.behind++
	return j.p.Reread("from behind the frame", j.p, j.p.Size, func(p *scanner.Pass) error {
		again := newJudge(j.ctx, p)
		defer again.m.Close()
		again.reread = true
		again.m.MoveTo(at)
		return again.streams()
	})
}
