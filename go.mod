module github.com/modelsieve/modelsieve

go 1.25.0

require (
	github.com/bmatcuk/doublestar/v4 v4.10.4
	golang.org/x/sync v0.20.0
)

require (
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/owenrumney/go-sarif/v2 v2.3.3 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	golang.org/x/text v0.14.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)
