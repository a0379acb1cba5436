// Command gen writes what is derived from the registry of losses: the types of
// the JavaScript package, the OpenAPI document and the table of the README. It
// runs from the root of the repository.
package main

import (
	"fmt"
	"os"

	"github.com/maskloss/maskloss/losses"
)

func main() {
	if err := write(losses.Describe()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(m losses.Manifest) error {
	if err := os.WriteFile("js/losses.gen.d.ts", []byte(types(m)), 0o644); err != nil {
		return err
	}
	document, err := openapi(m)
	if err != nil {
		return err
	}
	if err := os.WriteFile("wasm/api/openapi.json", document, 0o644); err != nil {
		return err
	}
	readme, err := os.ReadFile("README.md")
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile("README.md", []byte(fill(string(readme), table(m))), 0o644)
}
