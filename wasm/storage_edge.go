//go:build js && wasm && edge

package main

import (
	"syscall/js"

	"github.com/syumai/workers/cloudflare/queues"

	"github.com/maskloss/maskloss/wasm/api"
)

func storage(env js.Value) (*api.Runs, error) { return nil, nil }

func consume(runs *api.Runs, b *queues.MessageBatch) error { return nil }
