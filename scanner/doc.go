// Package scanner is the contract and the engine of modelsieve.
//
// A model file is a program for the loader that reads it. The engine works out
// what that program would do without running it. Data flows one way:
//
//	discover -> open -> sniff -> run -> findings + gaps + children -> sort -> Report -> Policy -> exit code
//
// An [Analyzer] knows one format. The engine shows it the first bytes of every
// file and of every member found inside one ([Head]); each analyzer that claims
// them runs, because a file that is valid as two formats is an attack and not a
// curiosity. A container is an analyzer that hands its members back through
// [Pass.Section] (stored as they are) or [Pass.Stream] (to be decoded); they are
// analysed at once, depth first, under the budget of the top-level file.
//
// A scan has two results. A [Finding] says what a loader would do. A [Gap] says
// what could not be analysed: bytes that no claim accounts for, an error of the
// input, a limit that ran out, a panic of ours. Nothing is only logged. [Policy]
// turns a [Report] into verdicts and an exit code.
//
// The version of this module is the version of the command; the Go API may
// change in any release.
package scanner
