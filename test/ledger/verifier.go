// Verifies what tracegraph makes with golang.org/x/mod/sumdb/note and tlog, which know nothing of
// tracegraph. It reads one question a line, as JSON, and answers "yes" or "no: why", a line each.
//
//	apt-get install golang-go golang-golang-x-mod-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode go build verifier.go
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind      string   // "proof", "consistency", "root"
	Log       string   // the log's verifier key
	Witnesses []string // the verifier keys of witnesses, all of whom must have cosigned
	Entry     []byte
	Proof     []byte // a proof file
	Old, New  []byte // checkpoints
	Path      [][]byte
	Entries   [][]byte // all that the log has
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	decoder := json.NewDecoder(in)
	for decoder.More() {
		var q question
		if err := decoder.Decode(&q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := answer(q); err != nil {
			fmt.Fprintf(out, "no: %q\n", err.Error())
		} else {
			fmt.Fprintln(out, "yes")
		}
	}
}

func answer(q question) error {
	switch q.Kind {
	case "proof":
		return checkProof(q)
	case "consistency":
		return checkConsistency(q)
	case "root":
		return checkRoot(q)
	}
	return errors.New("unknown kind")
}

// checkProof checks a proof file (C2SP tlog-proof) of an entry.
func checkProof(q question) error {
	end := bytes.Index(q.Proof, []byte("\n\n"))
	if end < 0 {
		return errors.New("no blank line")
	}
	lines := strings.Split(string(q.Proof[:end]), "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("not a proof without extra data")
	}
	index, err := number(strings.TrimPrefix(lines[1], "index "))
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := hashOf(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	tree, err := openCheckpoint(q.Proof[end+2:], q)
	if err != nil {
		return err
	}
	if index >= tree.N {
		return errors.New("index beyond the tree")
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(q.Entry))
}

func checkConsistency(q question) error {
	older, err := openCheckpoint(q.Old, q)
	if err != nil {
		return err
	}
	newer, err := openCheckpoint(q.New, q)
	if err != nil {
		return err
	}
	var path tlog.TreeProof
	for _, hash := range q.Path {
		if len(hash) != tlog.HashSize {
			return errors.New("a hash of another length")
		}
		var h tlog.Hash
		copy(h[:], hash)
		path = append(path, h)
	}
	if older.N < 1 || older.N > newer.N {
		return errors.New("not an older tree")
	}
	return tlog.CheckTree(path, newer.N, newer.Hash, older.N, older.Hash)
}

// checkRoot rebuilds the tree from every entry.
func checkRoot(q question) error {
	tree, err := openCheckpoint(q.New, q)
	if err != nil {
		return err
	}
	if int64(len(q.Entries)) != tree.N {
		return errors.New("another number of entries")
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			hashes[at] = stored[index]
		}
		return hashes, nil
	})
	for at, entry := range q.Entries {
		hashes, err := tlog.StoredHashes(int64(at), entry, reader)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("another root")
	}
	return nil
}

// openCheckpoint opens a checkpoint that the log has signed and every witness has cosigned.
func openCheckpoint(signed []byte, q question) (tlog.Tree, error) {
	log, err := note.NewVerifier(q.Log)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifiers := []note.Verifier{log}
	for _, vkey := range q.Witnesses {
		witness, err := newCosignatureVerifier(vkey)
		if err != nil {
			return tlog.Tree{}, err
		}
		verifiers = append(verifiers, witness)
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(verifiers) || len(opened.UnverifiedSigs) != 0 {
		return tlog.Tree{}, errors.New("not signed by the log and every witness, and them alone")
	}
	if bytes.Count(signed[len(opened.Text):], []byte("\n")) != 1+len(verifiers) {
		return tlog.Tree{}, errors.New("a signature twice")
	}
	for _, signature := range opened.Sigs {
		// The package lets bits pass that base64 does not use.
		if _, err := base64.StdEncoding.Strict().DecodeString(signature.Base64); err != nil {
			return tlog.Tree{}, err
		}
	}
	// tlog.ParseTree knows the checksum database only.
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() || lines[3] != "" {
		return tlog.Tree{}, errors.New("not the three lines of this log")
	}
	size, err := number(lines[1])
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := hashOf(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func number(text string) (int64, error) {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(value, 10) != text || value < 0 {
		return 0, errors.New("not a decimal number")
	}
	return value, nil
}

func hashOf(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	decoded, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(decoded) != tlog.HashSize || strings.ContainsAny(text, "\r\n") {
		return hash, errors.New("not the base64 of a hash")
	}
	copy(hash[:], decoded)
	return hash, nil
}

// cosignatureVerifier verifies C2SP cosignature/v1, type 0x04, which the package does not know.
type cosignatureVerifier struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosignatureVerifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a verifier key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 0x04 {
		return nil, errors.New("not the key of a witness")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return nil, errors.New("another key's id")
	}
	return &cosignatureVerifier{parts[0], binary.BigEndian.Uint32(sum[:4]), key[1:]}, nil
}

func (v *cosignatureVerifier) Name() string    { return v.name }
func (v *cosignatureVerifier) KeyHash() uint32 { return v.hash }
func (v *cosignatureVerifier) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	return ed25519.Verify(v.key, []byte(message), signature[8:])
}
