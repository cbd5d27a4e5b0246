package main

import (
	"errors"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// How to sign in, from "mechanism user password"; not at all when that is empty.
func signIn(words string) ([]kgo.Opt, error) {
	if words == "" {
		return nil, nil
	}
	parts := strings.Split(words, " ")
	if len(parts) != 3 {
		return nil, errors.New("a mechanism, a user and a password are needed")
	}
	user, password := parts[1], parts[2]
	switch parts[0] {
	case "PLAIN":
		return []kgo.Opt{kgo.SASL(plain.Auth{User: user, Pass: password}.AsMechanism())}, nil
	case "SCRAM-SHA-256":
		return []kgo.Opt{kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha256Mechanism())}, nil
	case "SCRAM-SHA-512":
		return []kgo.Opt{kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism())}, nil
	}
	return nil, errors.New("no such mechanism: " + parts[0])
}
