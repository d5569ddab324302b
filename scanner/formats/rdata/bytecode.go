package rdata

import "github.com/modelsieve/modelsieve/scanner"

// code reads bytecode: instructions, then constants.
func (r *reader) code(depth int) error {
	if depth > maxDepth {
		return scanner.Errorf(scanner.OverLimit, r.c.Offset(), "code is nested more than %d deep", maxDepth)
	}
	if err := r.item(hidden, depth+1); err != nil {
		return err
	}
	n, err := r.length("a list of constants")
	if err != nil {
		return err
	}
	for range n {
		kind, err := r.number()
		if err != nil {
			return err
		}
		if err := r.constant(kind, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// constant reads a constant of bytecode, whose type was read.
func (r *reader) constant(kind int64, depth int) error {
	switch kind {
	case bytecode:
		return r.code(depth + 1)
	case call, pairlist, repeatedDefinition, repeatedUse, attrCall, attrPairlist:
		return r.source(kind, depth+1)
	}
	return r.item(hidden, depth+1)
}

// source reads code that bytecode was made from.
func (r *reader) source(kind int64, depth int) error {
	if err := r.p.Budget.Step(1); err != nil {
		return err
	}
	if depth > maxDepth {
		return scanner.Errorf(scanner.OverLimit, r.c.Offset(), "code is nested more than %d deep", maxDepth)
	}
	var err error
	switch kind {
	case repeatedUse:
		_, err = r.number()
		return err
	case repeatedDefinition:
		if _, err = r.number(); err == nil {
			kind, err = r.number()
		}
	case call, pairlist, attrCall, attrPairlist:
	default:
		return r.item(hidden, depth+1)
	}
	if err == nil && (kind == attrCall || kind == attrPairlist) {
		err = r.item(hidden, depth+1)
	}
	if err == nil {
		err = r.tag(depth)
	}
	for range 2 {
		var inner int64
		if err == nil {
			inner, err = r.number()
		}
		if err == nil {
			err = r.source(inner, depth+1)
		}
	}
	return err
}
