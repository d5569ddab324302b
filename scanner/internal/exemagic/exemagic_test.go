package exemagic_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/exemagic"
)

func kind(content string) string {
	return exemagic.Kind([]byte(content)[:min(len(content), exemagic.HeadBytes)], strings.NewReader(content))
}

func TestKind(t *testing.T) {
	elf := "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x03\x00\x3e\x00\x01\x00\x00\x00" + strings.Repeat("\x00", 28) + "\x40\x00" + strings.Repeat("\x00", 10)
	pe := "MZ" + strings.Repeat("\x00", 58) + "\x80\x00\x00\x00" + strings.Repeat("\x00", 64) + "PE\x00\x00\x64\x86" + strings.Repeat("\x00", 18)
	mach := "\xcf\xfa\xed\xfe\x0c\x00\x00\x01\x00\x00\x00\x00\x02\x00\x00\x00" + strings.Repeat("\x00", 16)
	fat := "\xca\xfe\xba\xbe\x00\x00\x00\x02\x01\x00\x00\x07" + strings.Repeat("\x00", 40)
	for _, c := range []struct{ content, want string }{
		{elf, "ELF"}, {pe, "PE"}, {mach, "Mach-O"}, {fat, "Mach-O"}, {"MZqFpD='\n\n", "APE"},
		{"\x00asm\x01\x00\x00\x00", "WebAssembly"}, {"dex\n035\x00rest", "dex"},
		{"#!/bin/sh\ntrue\n", "script for /bin/sh"}, {"#! /usr/bin/env python3 -u\r\n", "script for /usr/bin/env python3 -u"}, {"#!/bin/true", "/bin/true"},
		{elf[:40], ""}, {strings.Replace(elf, "\x3e\x00", "\xff\xff", 1), ""}, {strings.Replace(elf, "\x40\x00", "\x41\x00", 1), ""},
		{pe[:100], ""}, {strings.Replace(pe, "\x64\x86", "\x00\x00", 1), ""}, {"MZ" + strings.Repeat("\xff", 100), ""},
		{strings.Replace(mach, "\x0c\x00\x00\x01", "\x0c\x00\x00\x77", 1), ""}, {"\xca\xfe\xba\xbe\x00\x00\x00\x37\x00\x10" + strings.Repeat("\x00", 40), ""},
		{"#!/bin/sh \x01\n", ""}, {"#!sh\n", ""}, {"#!/" + strings.Repeat("a", 600), ""}, {"", ""}, {"#", ""},
	} {
		if got := kind(c.content); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%.20q: %q, want %q", c.content, got, c.want)
		}
	}
}

// The program of this test is one.
func TestOwn(t *testing.T) {
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if exemagic.Kind(content[:exemagic.HeadBytes], bytes.NewReader(content)) == "" {
		t.Errorf("%s is no program", name)
	}
}

// Random bytes behind the weak part of a magic are no programs.
func TestRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 200_000 {
		b := make([]byte, 1024)
		for j := range b[:80] {
			b[j] = byte(random.Uint32())
		}
		copy(b, []string{"MZ", "\x7fELF", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe"}[i%4])
		if got := exemagic.Kind(b[:exemagic.HeadBytes], bytes.NewReader(b)); got != "" {
			t.Fatalf("%x is a %s", b[:80], got)
		}
	}
}
