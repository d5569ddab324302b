package torch

import "github.com/modelsieve/modelsieve/scanner"

func runArchive(p *scanner.Pass) error { return scanner.Errorf(scanner.Unsupported, 0, "zip") }
