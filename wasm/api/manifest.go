package api

import (
	_ "embed"
	"net/url"
	"runtime"

	"github.com/maskloss/maskloss/losses"
)

// document is written by wasm/gen from the registry.
//
//go:embed openapi.json
var document []byte

const anHour = "public, max-age=3600"

// health is GET /healthz.
func (a *API) health(c *call) error {
	out := map[string]any{"status": "ok", "version": losses.Version}
	if a.host.Health != nil {
		out["resident"] = a.host.Health()
	}
	return c.json(200, out)
}

// openapi is GET /openapi.json.
func (a *API) openapi(c *call) error {
	c.out.Status, c.out.Body = 200, document
	c.out.Header.Set("Content-Type", typeJSON)
	c.out.Header.Set("Cache-Control", anHour)
	return nil
}

// version is GET /v1/version.
func (a *API) version(c *call) error {
	return c.json(200, map[string]string{"version": losses.Version, "go": runtime.Version(), "arch": runtime.GOARCH})
}

// losses is GET /v1/losses.
func (a *API) losses(c *call) error {
	c.out.Header.Set("Cache-Control", anHour)
	return c.json(200, losses.Describe())
}

// loss is GET /v1/losses/{name}.
func (a *API) loss(c *call) error {
	name, err := url.PathUnescape(c.segment)
	if err != nil {
		name = c.segment
	}
	for _, e := range losses.Describe().Losses {
		if e.Name == name {
			c.out.Header.Set("Cache-Control", anHour)
			return c.json(200, e)
		}
	}
	_, err = lookup(name)
	return err
}
