package api

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/url"
	"strconv"
)

func (a *API) storage() (*Runs, error) {
	if a.runs == nil {
		return nil, refusal(501, "runs", "", "no storage for runs is bound to this worker")
	}
	return a.runs, nil
}

// createRun is POST /v1/runs.
func (a *API) createRun(c *call) error {
	r, err := a.storage()
	if err != nil {
		return err
	}
	if err := c.noQuery(); err != nil {
		return err
	}
	o, err := a.readRun(c)
	if err != nil {
		return err
	}
	print, queued, err := r.create(o)
	if err != nil {
		return err
	}
	if print != o.print {
		return refusal(409, "conflict", "key", "key belongs to run %s, which asks for something else", o.id)
	}
	status := 200
	if !queued {
		status = 202
		if err := a.start(o.id, o.listing, "", 0); err != nil {
			return err
		}
	}
	c.out.Header.Set("Location", "/v1/runs/"+o.id)
	return a.showRun(c, o.id, status)
}

// start queues the first step of a run.
func (a *API) start(id string, listing bool, after string, from int) error {
	j := job{Run: id, Op: "send"}
	if listing {
		j = job{Run: id, Op: "list", After: after, From: from}
	}
	if err := a.runs.Jobs.Send([]string{j.text()}); err != nil {
		return err
	}
	_, err := a.runs.DB.Batch(sql(`UPDATE runs SET queued = 1 WHERE id = ?1`, id))
	return err
}

// run is GET /v1/runs/{id}.
func (a *API) run(c *call) error {
	if err := c.noQuery(); err != nil {
		return err
	}
	return a.showRun(c, c.segment, 200)
}

// runJSON is the state of a run.
type runJSON struct {
	ID      string          `json:"id"`
	State   string          `json:"state"` // listing, running, totalling, complete, cancelled or failed
	Detail  string          `json:"detail,omitempty"`
	Total   int             `json:"total"`
	Waiting int             `json:"waiting"`
	Done    int             `json:"done"`
	Failed  int             `json:"failed"`
	Created string          `json:"created"`
	Updated string          `json:"updated"`
	Request json.RawMessage `json:"request"`
	Results byName          `json:"results"` // of all pairs that are done; null until no more are to come
}

// At most so many parts of the total are merged while somebody waits.
const foldsPerRequest = 20

func (a *API) showRun(c *call, id string, status int) error {
	r, err := a.storage()
	if err != nil {
		return err
	}
	run, n, err := r.find(id)
	if err != nil {
		return err
	}
	if run == nil {
		return noRun(id)
	}
	state := run.text("state")
	over := state == "cancelled" || state == "failed" || state == "running" && n.waiting == 0
	for more, i := over && n.unfolded > 0, 0; more && i < foldsPerRequest; i++ {
		if more, err = r.fold(id); err != nil {
			return err
		}
	}
	if over && n.unfolded > 0 {
		if run, n, err = r.find(id); err != nil {
			return err
		}
	}
	if state == "running" && n.waiting == 0 {
		if state = "complete"; n.unfolded > 0 {
			state = "totalling"
		}
	}
	out := runJSON{
		ID: id, State: state, Detail: run.text("detail"), Total: n.waiting + n.done + n.failed, Waiting: n.waiting, Done: n.done, Failed: n.failed,
		Created: run.text("created"), Updated: run.text("updated"), Request: json.RawMessage(run.text("request")),
	}
	if over && n.unfolded == 0 && n.done > 0 {
		t, err := newTotal(run)
		if err != nil {
			return err
		}
		results, err := t.Result()
		if err != nil {
			return err
		}
		names, err := runNames(run)
		if err != nil {
			return err
		}
		for i, res := range results {
			out.Results = append(out.Results, scored{name: names[i], result: res})
		}
	}
	return c.json(status, out)
}

// runNames lists the losses of a run in order.
func runNames(run Row) ([]string, error) {
	var s runSpec
	if err := json.Unmarshal([]byte(run.text("request")), &s); err != nil {
		return nil, err
	}
	wanted, _, err := readNames(s.Names)
	names := make([]string, len(wanted))
	for i, w := range wanted {
		names[i] = w.name
	}
	return names, err
}

func noRun(id string) error {
	return refusal(404, "not-found", "id", "there is no run %.40q", id)
}

// noQuery refuses a query where none is read.
func (c *call) noQuery() error {
	if c.URL.RawQuery == "" {
		return nil
	}
	return malformed("query", "%.40q is given, nothing is read from the query here", c.URL.RawQuery)
}

// cancelRun is POST /v1/runs/{id}/cancel: what waits is left alone.
func (a *API) cancelRun(c *call) error {
	r, err := a.storage()
	if err != nil {
		return err
	}
	if err := c.noQuery(); err != nil {
		return err
	}
	if _, err := r.DB.Batch(sql(`UPDATE runs SET state = 'cancelled', updated = ?2 WHERE id = ?1 AND
		(state = 'listing' OR EXISTS (SELECT 1 FROM pairs WHERE run = ?1 AND state = 'waiting'))`, c.segment, now())); err != nil {
		return err
	}
	return a.showRun(c, c.segment, 200)
}

// resumeRun is POST /v1/runs/{id}/resume: what waits or has failed is tried again.
func (a *API) resumeRun(c *call) error {
	r, err := a.storage()
	if err != nil {
		return err
	}
	if err := c.noQuery(); err != nil {
		return err
	}
	run, _, err := r.find(c.segment)
	if err != nil {
		return err
	}
	if run == nil {
		return noRun(c.segment)
	}
	var s runSpec
	if err := json.Unmarshal([]byte(run.text("request")), &s); err != nil {
		return err
	}
	// A prefix is listed again from the last key on; a list of pairs is whole.
	state, after, from := "running", "", 0
	if s.Prefix != nil {
		state = "listing"
		rows, err := r.DB.Batch(sql(`SELECT seq, prediction FROM pairs WHERE run = ?1 ORDER BY seq DESC LIMIT 1`, c.segment))
		if err != nil {
			return err
		}
		if len(rows[0]) > 0 {
			after, from = rows[0][0].text("prediction"), rows[0][0].int("seq")+1
		}
	}
	if _, err := r.DB.Batch(
		sql(`UPDATE runs SET state = ?2, detail = NULL, updated = ?3 WHERE id = ?1`, c.segment, state, now()),
		sql(`UPDATE pairs SET state = 'waiting', attempts = 0, code = NULL, detail = NULL WHERE run = ?1 AND state = 'failed'`, c.segment)); err != nil {
		return err
	}
	if err := a.start(c.segment, s.Prefix != nil, after, from); err != nil {
		return err
	}
	return a.showRun(c, c.segment, 202)
}

// pairJSON is one row of the results.
type pairJSON struct {
	Seq        int             `json:"seq"`
	Prediction string          `json:"prediction"`
	Target     string          `json:"target"`
	State      string          `json:"state"`
	Attempts   int             `json:"attempts"`
	Code       string          `json:"code,omitempty"`
	Detail     string          `json:"detail,omitempty"`
	Results    json.RawMessage `json:"results,omitempty"`
}

// runResults is GET /v1/runs/{id}/results: a page of pairs in their order. The
// next page is in the header link, and in next where the answer is JSON.
func (a *API) runResults(c *call) error {
	r, err := a.storage()
	if err != nil {
		return err
	}
	query, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return malformed("query", "the query cannot be read: %v", err)
	}
	q, err := fieldsOf(query)
	if err != nil {
		return err
	}
	format, err := q.word("format", "", "json", "csv", "ndjson")
	if err != nil {
		return err
	}
	accept := map[string]string{"json": typeJSON, "csv": typeCSV, "ndjson": typeLines}[format]
	if format == "" {
		if accept, err = c.accepts(typeJSON, typeLines, typeCSV); err != nil {
			return err
		}
	}
	state, err := q.word("state", "", "waiting", "done", "failed")
	if err != nil {
		return err
	}
	limit, err := q.within("limit", 100, 1, 1000)
	if err != nil {
		return err
	}
	after, err := q.within("after", -1, -1, 1<<31-1)
	if err != nil {
		return err
	}
	for _, k := range sortedKeys(q.rest()) {
		return malformed(k, "%.40q is not known, there are after, format, limit and state", k)
	}
	rows, err := r.DB.Batch(
		sql(`SELECT request FROM runs WHERE id = ?1`, c.segment),
		sql(`SELECT seq, prediction, target, state, attempts, code, detail, result FROM pairs
			WHERE run = ?1 AND seq > ?2 AND (?3 = '' OR state = ?3) ORDER BY seq LIMIT ?4`, c.segment, after, state, limit+1))
	if err != nil {
		return err
	}
	if len(rows[0]) == 0 {
		return noRun(c.segment)
	}
	page := rows[1]
	next := ""
	if len(page) > limit {
		page = page[:limit]
		query.Set("after", strconv.Itoa(page[limit-1].int("seq")))
		next = "/v1/runs/" + c.segment + "/results?" + query.Encode()
		c.out.Header.Set("Link", "<"+next+`>; rel="next"`)
	}
	pairs := make([]pairJSON, len(page))
	for i, row := range page {
		pairs[i] = pairJSON{
			Seq: row.int("seq"), Prediction: row.text("prediction"), Target: row.text("target"), State: row.text("state"), Attempts: row.int("attempts"),
			Code: row.text("code"), Detail: row.text("detail"), Results: json.RawMessage(row.text("result")),
		}
	}
	c.out.Status = 200
	c.out.Header.Set("Content-Type", accept)
	switch accept {
	case typeLines:
		var b bytes.Buffer
		for _, p := range pairs {
			line, err := encodeJSON(p)
			if err != nil {
				return err
			}
			b.Write(line)
		}
		c.out.Body = b.Bytes()
		return nil
	case typeCSV:
		names, err := runNames(rows[0][0])
		if err != nil {
			return err
		}
		c.out.Header.Set("Content-Disposition", `attachment; filename="`+c.segment+`.csv"`)
		c.out.Body, err = table(pairs, names)
		return err
	}
	return c.json(200, struct {
		Pairs []pairJSON `json:"pairs"`
		Next  string     `json:"next,omitempty"`
	}{pairs, next})
}

// within takes a whole number of a range.
func (q *fields) within(key string, usual, least, most int) (int, error) {
	list, err := q.integers(key)
	switch {
	case err != nil:
		return 0, err
	case list == nil:
		return usual, nil
	case len(list) != 1 || list[0] < least || list[0] > most:
		return 0, malformed(key, "%s is %v, must be a whole number in [%d, %d]", key, list, least, most)
	}
	return list[0], nil
}

// table is pairs as CSV, a column for the value of each loss.
func table(pairs []pairJSON, names []string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(append([]string{"seq", "prediction", "target", "state", "attempts", "code", "detail"}, names...)); err != nil {
		return nil, err
	}
	for _, p := range pairs {
		row := []string{strconv.Itoa(p.Seq), p.Prediction, p.Target, p.State, strconv.Itoa(p.Attempts), p.Code, p.Detail}
		values := map[string]struct {
			Value json.Number `json:"value"`
		}{}
		if len(p.Results) > 0 {
			if err := json.Unmarshal(p.Results, &values); err != nil {
				return nil, err
			}
		}
		for _, n := range names {
			row = append(row, values[n].Value.String())
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
