package api

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/maskloss/maskloss/losses"
)

// Rows that go into one statement as JSON, and are read at a time.
const (
	insertRows = 1000
	sendRows   = 500
	sendMost   = 100     // messages the queue takes at once
	foldBytes  = 2 << 20 // of states read at a time
	foldRows   = 200
)

func now() string { return time.Now().UTC().Format(time.RFC3339) }

// create keeps a run and its pairs, or finds it by its id. The other print is
// that of a run that asked for something else under the same key.
func (r *Runs) create(o *runOrder) (print string, queued bool, err error) {
	state := "running"
	if o.listing {
		state = "listing"
	}
	batch := []Statement{sql(`INSERT OR IGNORE INTO runs (id, print, request, state, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?5)`,
		o.id, o.print, o.request, state, now())}
	for from := 0; from < len(o.pairs); from += insertRows {
		batch = append(batch, insertPairs(o.id, o.print, from, o.pairs[from:min(len(o.pairs), from+insertRows)]))
	}
	batch = append(batch, sql(`SELECT print, queued FROM runs WHERE id = ?1`, o.id))
	rows, err := r.DB.Batch(batch...)
	if err != nil {
		return "", false, err
	}
	run := rows[len(rows)-1][0]
	return run.text("print"), run.int("queued") == 1, nil
}

// insertPairs adds pairs that are not there yet, numbered from a number on.
func insertPairs(run, print string, from int, pairs [][2]string) Statement {
	list := make([][3]any, len(pairs))
	for i, p := range pairs {
		list[i] = [3]any{from + i, p[0], p[1]}
	}
	text, err := json.Marshal(list)
	if err != nil { // numbers and texts alone cannot fail
		panic(err)
	}
	return sql(`INSERT OR IGNORE INTO pairs (run, seq, prediction, target)
		SELECT ?1, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2)
		WHERE (SELECT print FROM runs WHERE id = ?1) = ?3`, run, string(text), print)
}

// counts of the pairs of a run.
type counts struct{ waiting, done, failed, unfolded int }

// find reads a run; nil where there is none.
func (r *Runs) find(id string) (Row, counts, error) {
	rows, err := r.DB.Batch(
		sql(`SELECT * FROM runs WHERE id = ?1`, id),
		sql(`SELECT state, folded, count(*) AS n FROM pairs WHERE run = ?1 GROUP BY state, folded`, id))
	if err != nil || len(rows[0]) == 0 {
		return nil, counts{}, err
	}
	var c counts
	for _, row := range rows[1] {
		n := row.int("n")
		switch row.text("state") {
		case "waiting":
			c.waiting += n
		case "failed":
			c.failed += n
		default:
			c.done += n
			if row.int("folded") == 0 {
				c.unfolded += n
			}
		}
	}
	return rows[0][0], c, nil
}

// fold merges states that are done into the total of their run, some at a time,
// and tells whether there may be more. Each pair is added once: the addition and
// its marks are one transaction, which does nothing where another came first.
func (r *Runs) fold(id string) (more bool, err error) {
	size, err := r.DB.Batch(sql(`SELECT length(tally) AS n FROM pairs WHERE run = ?1 AND state = 'done' AND folded = 0 LIMIT 1`, id))
	if err != nil || len(size[0]) == 0 {
		return false, err
	}
	limit := max(1, min(foldRows, foldBytes/max(1, size[0][0].int("n"))))
	rows, err := r.DB.Batch(
		sql(`SELECT request, tally, fold FROM runs WHERE id = ?1`, id),
		sql(`SELECT seq, tally FROM pairs WHERE run = ?1 AND state = 'done' AND folded = 0 ORDER BY seq LIMIT ?2`, id, limit))
	if err != nil || len(rows[0]) == 0 || len(rows[1]) == 0 {
		return false, err
	}
	run := rows[0][0]
	total, err := newTotal(run)
	if err != nil {
		return false, err
	}
	seqs := make([]int, len(rows[1]))
	for i, row := range rows[1] {
		seqs[i] = row.int("seq")
		states, err := readStates(row.text("tally"))
		if err != nil {
			return false, err
		}
		if err := total.Merge(states); err != nil {
			return false, err
		}
	}
	sum, err := writeStates(total.State())
	if err != nil {
		return false, err
	}
	list, _ := json.Marshal(seqs)
	name := rand.Text()
	_, err = r.DB.Batch(
		sql(`UPDATE runs SET tally = ?1, fold = ?2, updated = ?3 WHERE id = ?4 AND fold = ?5`, sum, name, now(), id, run.text("fold")),
		sql(`UPDATE pairs SET folded = 1 WHERE run = ?1 AND seq IN (SELECT value FROM json_each(?2)) AND (SELECT fold FROM runs WHERE id = ?1) = ?3`, id, string(list), name))
	return len(seqs) == limit, err
}

// newTotal is the tally of a run as far as it is folded.
func newTotal(run Row) (*losses.Tally, error) {
	var s runSpec
	if err := json.Unmarshal([]byte(run.text("request")), &s); err != nil {
		return nil, err
	}
	specs, err := s.specs()
	if err != nil {
		return nil, err
	}
	t, err := losses.NewTally(specs)
	if err != nil || run.text("tally") == "" {
		return t, err
	}
	states, err := readStates(run.text("tally"))
	if err != nil {
		return nil, err
	}
	return t, t.Merge(states)
}

// writeStates keeps states as text, to the last bit: the numbers of each loss as
// little-endian float64, deflated, in base64. Most of them are 0.
func writeStates(states map[string][]float64) (string, error) {
	out := map[string]string{}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return "", err
	}
	for name, state := range states {
		b.Reset()
		w.Reset(&b)
		raw := make([]byte, 8*len(state))
		for i, x := range state {
			binary.LittleEndian.PutUint64(raw[8*i:], math.Float64bits(x))
		}
		if _, err := w.Write(raw); err != nil {
			return "", err
		}
		if err := w.Close(); err != nil {
			return "", err
		}
		out[name] = base64.StdEncoding.EncodeToString(b.Bytes())
	}
	text, err := json.Marshal(out)
	return string(text), err
}

func readStates(text string) (map[string][]float64, error) {
	kept := map[string]string{}
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for name, packed := range kept {
		deflated, err := base64.StdEncoding.DecodeString(packed)
		if err != nil {
			return nil, err
		}
		raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflated)))
		if err != nil {
			return nil, err
		}
		state := make([]float64, len(raw)/8)
		for i := range state {
			state[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
		out[name] = state
	}
	return out, nil
}
