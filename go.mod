module github.com/modelsieve/modelsieve

go 1.25.0

require (
	github.com/bmatcuk/doublestar/v4 v4.10.4
	golang.org/x/sync v0.20.0
)
