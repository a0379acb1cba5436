package api

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/maskloss/maskloss/losses"
)

// job is a message of the queue: score the pair seq, or the step of a run that
// op names.
type job struct {
	Run   string `json:"run"`
	Op    string `json:"op,omitempty"` // list: find pairs by their prefix; send: queue those that wait
	Seq   int    `json:"seq"`
	After string `json:"after,omitempty"` // the last key listed
	From  int    `json:"from,omitempty"`  // the first number to send, or to give to a pair
}

func (j job) text() string {
	b, err := json.Marshal(j)
	if err != nil { // numbers and texts alone cannot fail
		panic(err)
	}
	return string(b)
}

// Message is one delivery of a queue. It may be the second of the same message.
type Message struct {
	Body     string
	Attempts int
	Ack      func()
	Retry    func(seconds int)
}

// Consume works off a batch. What fails in a way that may pass is tried again,
// later each time.
func (a *API) Consume(batch []Message) {
	if a.runs == nil {
		for _, m := range batch {
			m.Retry(a.config.RetrySeconds)
		}
		return
	}
	var pairs []Message
	var jobs []job
	for _, m := range batch {
		var j job
		if err := json.Unmarshal([]byte(m.Body), &j); err != nil || j.Run == "" {
			a.event("message", "", fmt.Errorf("%.80q is no job", m.Body))
			m.Ack()
			continue
		}
		if j.Op == "" {
			pairs, jobs = append(pairs, m), append(jobs, j)
			continue
		}
		if err := a.step(j); err != nil {
			a.event(j.Op, j.Run, err)
			m.Retry(a.delay(m.Attempts))
			continue
		}
		m.Ack()
	}
	if len(pairs) == 0 {
		return
	}
	if err := a.scorePairs(pairs, jobs); err != nil {
		a.event("score", jobs[0].Run, err)
		for _, m := range pairs {
			m.Retry(a.delay(m.Attempts))
		}
	}
}

// delay doubles with every attempt, up to ten minutes.
func (a *API) delay(attempts int) int {
	return min(600, a.config.RetrySeconds<<min(max(attempts-1, 0), 10))
}

// event logs what no request is the cause of.
func (a *API) event(event, run string, err error) {
	if a.host.Log == nil {
		return
	}
	line, _ := json.Marshal(map[string]string{"event": event, "run": run, "detail": err.Error()})
	a.host.Log(line)
}

// step lists pairs or sends them to the queue, a page at a time; the next page is
// a message of its own.
func (a *API) step(j job) error {
	run, _, err := a.runs.find(j.Run)
	if err != nil || run == nil || run.text("state") == "cancelled" {
		return err
	}
	if j.Op == "list" {
		return a.list(j, run)
	}
	rows, err := a.runs.DB.Batch(sql(`SELECT seq FROM pairs WHERE run = ?1 AND state = 'waiting' AND seq >= ?2 ORDER BY seq LIMIT ?3`, j.Run, j.From, sendRows))
	if err != nil {
		return err
	}
	var texts []string
	for _, row := range rows[0] {
		texts = append(texts, job{Run: j.Run, Seq: row.int("seq")}.text())
	}
	if len(texts) == sendRows {
		texts = append(texts, job{Run: j.Run, Op: "send", From: rows[0][sendRows-1].int("seq") + 1}.text())
	}
	for from := 0; from < len(texts); from += sendMost {
		if err := a.runs.Jobs.Send(texts[from:min(len(texts), from+sendMost)]); err != nil {
			return err
		}
	}
	return nil
}

func (a *API) list(j job, run Row) error {
	var s runSpec
	if err := json.Unmarshal([]byte(run.text("request")), &s); err != nil || s.Prefix == nil {
		return fmt.Errorf("run has no prefix: %v", err)
	}
	keys, err := a.runs.Masks.List(s.Prefix.Prediction, j.After, insertRows)
	if err != nil {
		return err
	}
	var pairs [][2]string
	for _, k := range keys {
		if rest := k[len(s.Prefix.Prediction):]; rest != "" && rest[len(rest)-1] != '/' {
			pairs = append(pairs, [2]string{k, s.Prefix.Target + rest})
		}
	}
	batch := []Statement{insertPairs(j.Run, run.text("print"), j.From, pairs)}
	next := job{Run: j.Run, Op: "send"}
	if len(keys) > 0 {
		next = job{Run: j.Run, Op: "list", After: keys[len(keys)-1], From: j.From + len(pairs)}
	} else {
		batch = append(batch, sql(`UPDATE runs SET state = 'running', updated = ?2 WHERE id = ?1 AND state = 'listing'`, j.Run, now()))
	}
	if _, err := a.runs.DB.Batch(batch...); err != nil {
		return err
	}
	return a.runs.Jobs.Send([]string{next.text()})
}

// scorePairs scores what still waits, writes all of it as one transaction, and
// only then lets go of the messages.
func (a *API) scorePairs(messages []Message, jobs []job) error {
	wanted := make([][2]any, len(jobs))
	for i, j := range jobs {
		wanted[i] = [2]any{j.Run, j.Seq}
	}
	list, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	rows, err := a.runs.DB.Batch(sql(`SELECT p.run, p.seq, p.prediction, p.target, r.request FROM pairs p JOIN runs r ON r.id = p.run
		WHERE p.state = 'waiting' AND r.state != 'cancelled'
		AND (p.run, p.seq) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))`, string(list)))
	if err != nil {
		return err
	}
	var batch []Statement
	again := map[job]bool{}
	runs := map[string]bool{}
	for _, row := range rows[0] {
		j := job{Run: row.text("run"), Seq: row.int("seq")}
		runs[j.Run] = true
		result, tally, err := a.scorePair(row)
		if err == nil {
			batch = append(batch, sql(`UPDATE pairs SET state = 'done', attempts = attempts + 1, code = NULL, detail = NULL, result = ?3, tally = ?4
				WHERE run = ?1 AND seq = ?2 AND state = 'waiting'`, j.Run, j.Seq, result, tally))
			continue
		}
		p, state := problemOf(err), "failed"
		if p.Status >= 500 || p.Code == ErrMissing.Code { // may pass
			a.event("pair", j.Run, err)
			again[j], state = true, "waiting"
		}
		batch = append(batch, sql(`UPDATE pairs SET state = ?3, attempts = attempts + 1, code = ?4, detail = ?5
			WHERE run = ?1 AND seq = ?2 AND state = 'waiting'`, j.Run, j.Seq, state, p.Code, p.Detail))
	}
	if len(batch) > 0 {
		if _, err := a.runs.DB.Batch(batch...); err != nil {
			return err
		}
	}
	for i, m := range messages {
		if again[job{Run: jobs[i].Run, Seq: jobs[i].Seq}] {
			m.Retry(a.delay(m.Attempts))
		} else {
			m.Ack()
		}
	}
	for run := range runs {
		if err := a.foldSome(run); err != nil { // whoever asks for the run folds the rest
			a.event("fold", run, err)
		}
	}
	return nil
}

// foldSome keeps the total of a run close behind its pairs.
func (a *API) foldSome(run string) error {
	rows, err := a.runs.DB.Batch(
		sql(`SELECT EXISTS (SELECT 1 FROM pairs WHERE run = ?1 AND state = 'waiting') AS waiting`, run),
		sql(`SELECT count(*) AS n FROM (SELECT 1 FROM pairs WHERE run = ?1 AND state = 'done' AND folded = 0 LIMIT ?2)`, run, foldRows))
	if err != nil || rows[0][0].int("waiting") == 1 && rows[1][0].int("n") < foldRows {
		return err
	}
	_, err = a.runs.fold(run)
	return err
}

// pairResult is what a row keeps of one loss: the rest is the same for all pairs.
type pairResult struct {
	Value    number    `json:"value"`
	PerClass []number  `json:"perClass"`
	Valid    int       `json:"valid"`
	Warnings []warning `json:"warnings"`
}

// scorePair reads two files and scores them; a panic is an error like another.
func (a *API) scorePair(row Row) (result, tally string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var s runSpec
	if err := json.Unmarshal([]byte(row.text("request")), &s); err != nil {
		return "", "", err
	}
	specs, err := s.specs()
	if err != nil {
		return "", "", err
	}
	how, err := s.Input.reading()
	if err != nil {
		return "", "", err
	}
	var files [2][]byte
	for i, name := range []string{keyPrediction, keyTarget} {
		files[i], err = a.runs.Masks.Get(row.text(name), a.config.MaxBytes)
		var p *Problem
		if errors.As(err, &p) {
			return "", "", refusal(p.Status, p.Code, name, "%s %.200q: %s", name, row.text(name), p.Detail)
		}
		if err != nil {
			return "", "", err
		}
	}
	return a.config.tally(files[0], files[1], how, specs)
}

// tally scores one pair, with the state that merges.
func (c *Config) tally(prediction, target []byte, how reading, specs []losses.Spec) (result, tally string, err error) {
	in, notes, err := c.pair(prediction, target, how, specs)
	if err != nil {
		return "", "", err
	}
	t, err := losses.NewTally(specs)
	if err != nil {
		return "", "", err
	}
	if err := t.Add(in); err != nil {
		return "", "", err
	}
	results, err := t.Result()
	if err != nil {
		return "", "", err
	}
	out := map[string]pairResult{}
	for i, r := range results {
		p := pairResult{Value: number(r.Value), PerClass: numbersOf(r.PerClass), Valid: r.Valid, Warnings: []warning{}}
		for _, w := range append(append([]losses.Warning(nil), notes...), r.Warnings...) {
			p.Warnings = append(p.Warnings, warning{w.Code, w.Message})
		}
		out[specs[i].Name] = p
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "", "", err
	}
	tally, err = writeStates(t.State())
	return string(text), tally, err
}

// Bury takes in what was tried in vain as often as the queue is told to: the pair
// has failed, for the reason of its last attempt.
func (a *API) Bury(batch []Message) {
	for _, m := range batch {
		var j job
		if err := json.Unmarshal([]byte(m.Body), &j); err != nil || j.Run == "" || a.runs == nil {
			m.Ack()
			continue
		}
		fate := sql(`UPDATE pairs SET state = 'failed', code = coalesce(code, 'dead'), detail = coalesce(detail, 'could not be scored, as often as it was tried')
			WHERE run = ?1 AND seq = ?2 AND state = 'waiting'`, j.Run, j.Seq)
		if j.Op != "" {
			fate = sql(`UPDATE runs SET state = 'failed', detail = ?2, updated = ?3 WHERE id = ?1 AND state != 'cancelled'`, j.Run, "its pairs could not be "+map[string]string{"list": "listed", "send": "queued"}[j.Op]+": resume tries again", now())
		}
		if _, err := a.runs.DB.Batch(fate); err != nil {
			a.event("bury", j.Run, err)
			m.Retry(a.delay(m.Attempts))
			continue
		}
		m.Ack()
		if err := a.foldSome(j.Run); err != nil {
			a.event("fold", j.Run, err)
		}
	}
}
