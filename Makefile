# Maskloss: `make help` lists the targets. Every one of them works from a fresh clone and may be repeated.

export GOTOOLCHAIN := go1.27.4
export GOEXPERIMENT := simd
export CGO_ENABLED := 0

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

REPRODUCIBLE := -trimpath -buildvcs=false -ldflags='-s -w'
WASM := GOOS=js GOARCH=wasm go build $(REPRODUCIBLE)

NPM := js/node_modules/.installed

.PHONY: help build
help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

build: js/wasm_exec.js ## js/maskloss.wasm, js/wasm_exec.js and everything derived from the registry
	@if [ -d wasm/gen ]; then echo 'go run ./wasm/gen'; go run ./wasm/gen; else echo 'missing: wasm/gen (derived files are not written)'; fi
	@if [ -f wasm/main.go ]; then echo 'go build ./wasm -> js/maskloss.wasm'; $(WASM) -o js/maskloss.wasm ./wasm; else echo 'missing: wasm/main.go (js/maskloss.wasm is not built)'; fi

.PHONY: js/wasm_exec.js
js/wasm_exec.js:
	@install -m 644 "$$(go env GOROOT)/lib/wasm/wasm_exec.js" $@

%/node_modules/.installed: %/package.json %/package-lock.json
	npm ci --prefix $*
	@touch $@
