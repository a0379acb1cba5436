//go:build js && wasm && edge

package main

import (
	"strings"
	"syscall/js"
	"time"

	"github.com/syumai/workers/cloudflare/queues"

	"github.com/maskloss/maskloss/wasm/api"
)

// storage is what is bound to the worker for runs: all of it, or none. The
// library has neither transactions of D1 nor keys after a key of R2, so that both
// are called as they are.
func storage(env js.Value) *api.Runs {
	db, masks, jobs := env.Get("DB"), env.Get("MASKS"), env.Get("JOBS")
	if db.IsUndefined() || masks.IsUndefined() || jobs.IsUndefined() {
		return nil
	}
	return &api.Runs{DB: database{db}, Masks: bucket{masks}, Jobs: queue{jobs}}
}

// database is D1.
type database struct{ js.Value }

// Batch is one transaction.
func (d database) Batch(list ...api.Statement) ([][]api.Row, error) {
	prepared := make([]any, len(list))
	for i, s := range list {
		prepared[i] = d.Call("prepare", s.SQL).Call("bind", s.Args...)
	}
	answer, err := await(d.Call("batch", prepared))
	if err != nil {
		return nil, err
	}
	var outcomes []struct {
		Results []api.Row `json:"results"`
	}
	if err := fromJSON(answer, &outcomes); err != nil {
		return nil, err
	}
	rows := make([][]api.Row, len(outcomes))
	for i, o := range outcomes {
		rows[i] = o.Results
	}
	return rows, nil
}

// bucket is R2.
type bucket struct{ js.Value }

// Get reads a file whose size is known before its bytes are asked for.
func (b bucket) Get(key string, most int) ([]byte, error) {
	object, err := await(b.Call("get", key))
	switch {
	case err != nil:
		return nil, err
	case object.IsNull():
		return nil, api.ErrMissing
	case object.Get("size").Int() > most:
		if _, err := await(object.Get("body").Call("cancel")); err != nil {
			return nil, err
		}
		return nil, api.ErrLarge
	}
	whole, err := await(object.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	return bytesOf(whole), nil
}

// List gives keys in order.
func (b bucket) List(prefix, after string, limit int) ([]string, error) {
	how := map[string]any{"prefix": prefix, "limit": limit}
	if after != "" {
		how["startAfter"] = after
	}
	answer, err := await(b.Call("list", how))
	if err != nil {
		return nil, err
	}
	objects := answer.Get("objects")
	keys := make([]string, objects.Length())
	for i := range keys {
		keys[i] = objects.Index(i).Get("key").String()
	}
	return keys, nil
}

// queue is the sending side of a queue.
type queue struct{ js.Value }

// Send sends texts.
func (q queue) Send(messages []string) error {
	list := make([]any, len(messages))
	for i, m := range messages {
		list[i] = map[string]any{"body": m, "contentType": "text"}
	}
	_, err := await(q.Call("sendBatch", list))
	return err
}

// deadQueue ends the names of queues of dead letters.
const deadQueue = "dead"

// consume hands a batch of a queue to the API.
func consume(a *api.API, b *queues.MessageBatch) error {
	batch := make([]api.Message, len(b.Messages))
	for i, m := range b.Messages {
		body, err := m.StringBody()
		if err != nil { // none of ours
			body = ""
		}
		batch[i] = api.Message{Body: body, Attempts: m.Attempts, Ack: m.Ack, Retry: func(seconds int) {
			m.Retry(queues.WithRetryDelay(time.Duration(seconds) * time.Second))
		}}
	}
	if strings.HasSuffix(b.Queue, deadQueue) {
		a.Bury(batch)
	} else {
		a.Consume(batch)
	}
	return nil
}
