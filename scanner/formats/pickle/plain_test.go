package pickle_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestPlainShape checks which findings an entry by name may cover: those of a construction
// in the plain shape, and no other that the same stream has.
func TestPlainShape(t *testing.T) {
	tests := []struct {
		name, stream string
		plain, other int // findings
	}{
		{"class", "\x80\x02cmypkg\nNet\n)\x81}b.", 1, 0},
		{"class with text", "\x80\x02cmypkg\nNet\nU\x01x\x85\x81}b.", 0, 1},
		{"class called", "\x80\x02cmypkg\nNet\n)R.", 0, 1},
		{"state twice", "\x80\x02cmypkg\nNet\n)\x81}b}b.", 1, 1},
		{"dangerous", "\x80\x02csubprocess\nPopen\n)\x81}b.", 1, 0},
		{"dangerous with text", "\x80\x02csubprocess\nPopen\nU\x04true\x85\x81.", 0, 1},
		{"dangerous called", "\x80\x02csubprocess\nPopen\nU\x04true\x85R.", 0, 1},
		{"dangerous state twice", "\x80\x02csubprocess\nPopen\n)\x81}b}b.", 1, 1},
	}
	for _, tt := range tests {
		report := scantest.Scan(t, []*scanner.Analyzer{pickle.Analyzer}, "a.pkl", []byte(tt.stream))
		plain := 0
		for _, f := range report.Findings {
			if f.Plain && f.Use == scanner.UseConstruct {
				plain++
			}
		}
		if other := len(report.Findings) - plain; plain != tt.plain || other != tt.other {
			t.Errorf("%s: %d findings of the plain shape and %d others, want %d and %d", tt.name, plain, other, tt.plain, tt.other)
		}
	}
}
