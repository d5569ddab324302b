// Package picklevm runs pickle streams abstractly: it keeps the stack, the marks
// and the memo that CPython's unpicklers keep, and values that say where they
// come from, but it imports nothing and calls nothing. What a loader would do is
// told to an [Observer].
//
// Where the unpicklers of CPython (C and Python), torch, joblib and dill accept
// different streams, the machine accepts what any of them accepts and says in an
// [Anomaly] that no honest writer produces it. What none of them accepts ends the
// stream with an error; everything before it was told to the observer, because a
// loader has done it by then.
//
// The format is described in CPython's Lib/pickletools.py and in PEP 307, PEP
// 3154 and PEP 574; the behaviour on input that no writer produces is that of
// Modules/_pickle.c and Lib/pickle.py.
package picklevm
