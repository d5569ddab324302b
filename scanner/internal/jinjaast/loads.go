package jinjaast

import "fmt"

// load reads tags that load other templates.
func (p *parser) load(s *Statement) error {
	if err := p.expr(s); err != nil {
		return err
	}
	switch s.Tag {
	case "include":
		return p.include()
	case "import":
		if err := p.expect("as"); err != nil {
			return err
		}
		if _, err := p.declared(s); err != nil {
			return err
		}
		_, err := p.context()
		return err
	case "from":
		if err := p.expect("import"); err != nil {
			return err
		}
		return p.imported(s)
	}
	return nil
}

// include reads what may stand behind the name of an included template.
func (p *parser) include() error {
	if p.is("ignore") {
		next, err := p.peek()
		if err != nil {
			return err
		}
		if next.kind == kindName && next.text == "missing" {
			if err := p.skip(2); err != nil {
				return err
			}
		}
	}
	_, err := p.context()
	return err
}

// context reads "with context" or "without context".
func (p *parser) context() (found bool, err error) {
	if p.tok.text != "with" && p.tok.text != "without" {
		return false, nil
	}
	next, err := p.peek()
	if err != nil || next.kind != kindName || next.text != "context" {
		return false, err
	}
	return true, p.skip(2)
}

// skip moves over tokens.
func (p *parser) skip(n int) error {
	for range n {
		if err := p.advance(); err != nil {
			return err
		}
	}
	return nil
}

// imported reads the names of "from ... import".
func (p *parser) imported(s *Statement) error {
	for first := true; ; first = false {
		if !first {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		if p.tok.kind != kindName {
			return p.unexpected("a name")
		}
		if found, err := p.context(); found || err != nil {
			return err
		}
		if err := p.importedName(s); err != nil {
			return err
		}
		if found, err := p.context(); found || err != nil || !p.is(",") {
			return err
		}
	}
}

// importedName reads "name" or "name as another".
func (p *parser) importedName(s *Statement) error {
	start := p.tok.at
	name, err := p.declared(s)
	switch {
	case err != nil:
		return err
	case name[0] == '_':
		return &Error{start, fmt.Sprintf("the import of %s: names that begin with an underscore are not imported", shown(name))}
	}
	if ok, err := p.accept("as"); err != nil || !ok {
		return err
	}
	_, err = p.declared(s)
	return err
}
