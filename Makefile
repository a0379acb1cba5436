# Maskloss: `make help` lists the targets. Each works from a fresh clone and may be repeated.

# The one toolchain whose wasm has SIMD; any Go from 1.24 on fetches it. GOEXPERIMENT= on the command line builds without.
export GOTOOLCHAIN := go1.27.4
export GOEXPERIMENT := simd
export CGO_ENABLED := 0
export WRANGLER_SEND_METRICS := false
export WRANGLER_SEND_ERROR_REPORTS := false

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8080
EDGE_PORT ?= 8787
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# The same bytes from any folder and any commit. Inlined are the packages that loop over pixels, with those that they call there,
# and those that every start and first call run through: a browser compiles each function when it is first called. Elsewhere a
# call costs nothing that counts.
INLINED := $(addprefix github.com/maskloss/maskloss/,losses losses/internal/vec losses/internal/grid wasm) \
	github.com/norunners/vert simd/archsimd math runtime internal/... sync syscall/js reflect strconv unicode/utf8
GOBUILD := go build -trimpath -buildvcs=false -ldflags=-w -gcflags=all=-l $(INLINED:%=-gcflags=%=)
WASM := GOOS=js GOARCH=wasm
# In the module, Go's older collector and one allocator for all sizes: both are smaller, and the losses allocate little.
SMALL := GOEXPERIMENT=$(GOEXPERIMENT),nogreenteagc,nosizespecializedmalloc
BIN := js/node_modules/.bin
WRANGLER := wasm/worker/node_modules/.bin/wrangler

.PHONY: help demo test build site edge bench format check pack deploy

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## the demo at http://localhost:8080 (PORT= overrides), Ctrl-C stops it
	@PORT=$(PORT) exec node js/scripts/serve.js

test: build build/edge/app.wasm js/node_modules/.installed wasm/worker/node_modules/.installed ## every suite, native, wasm, browser and edge
	@node js/scripts/chromium.js
	@node js/scripts/test.js $(SUITES)

build: js/maskloss.wasm js/wasm_exec.js ## js/maskloss.wasm, js/wasm_exec.js, everything derived

site: build/package ## the static demo in build/site/, for any host and sub-path
	@node js/scripts/site.js build/site

edge: build/edge/app.wasm site wasm/worker/node_modules/.installed ## the worker under workerd at http://localhost:8787 (EDGE_PORT= overrides)
	CI=1 $(WRANGLER) d1 migrations apply maskloss --local --config wasm/worker/wrangler.jsonc
	$(WRANGLER) dev --local --port $(EDGE_PORT) --var AUTH:off --var RATE_LIMIT:off --config wasm/worker/wrangler.jsonc

bench: build/package js/bench/node_modules/.installed ## against its peers, in Node and Chromium; build/bench.json
	@mkdir -p build
	@node js/scripts/chromium.js
	@node js/bench/run.js

format: js/node_modules/.installed ## writes the house format into Go and JavaScript
	@"$$(go env GOROOT)/bin/gofmt" -w losses wasm
	$(BIN)/biome check --write

check: ## format, vet, lint, types, licences, layers, size, derived files
	@$(MAKE) -k check-format check-vet check-staticcheck check-js check-types check-html check-imports check-licences check-size check-derived

pack: build/package ## the npm tarball in build/, after publint and are-the-types-wrong
	$(BIN)/publint --strict build/package
	rm -f build/maskloss-*.tgz
	npm pack ./build/package --pack-destination build
	$(BIN)/attw build/maskloss-*.tgz --profile esm-only --exclude-entrypoints maskloss.wasm

deploy: wasm/worker/node_modules/.installed ## wrangler deploy
	@$(WRANGLER) whoami --json >/dev/null 2>&1 || { echo 'deploy: not logged in to Cloudflare: run `$(WRANGLER) login`, or set CLOUDFLARE_API_TOKEN' >&2; exit 1; }
	@$(MAKE) site build/edge/app.wasm
	$(WRANGLER) deploy --config wasm/worker/wrangler.jsonc

# What the targets are made of. go build knows by itself what is stale.

.PHONY: derived js/maskloss.wasm js/wasm_exec.js build/edge/app.wasm build/package

derived:
	@if [ -d wasm/gen ]; then go run ./wasm/gen; else echo 'missing: wasm/gen, nothing derived is written'; fi

js/maskloss.wasm: derived js/wasm_exec.js
	@$(WASM) $(SMALL) $(GOBUILD) -o build/linked/page.wasm ./wasm
	@go run ./wasm/relink build/linked/page.wasm build/linked/relinked.wasm
	@node js/scripts/image.js build/linked/relinked.wasm $@

js/wasm_exec.js:
	@install -m 644 "$$(go env GOROOT)/lib/wasm/wasm_exec.js" $@

# The generator of the glue empties its folder.
build/edge/app.wasm: derived
	@mkdir -p build
	@go tool workers-assets-gen -mode=go -o build/edge
	@$(WASM) $(SMALL) $(GOBUILD) -tags edge -o build/linked/edge.wasm ./wasm
	@go run ./wasm/relink build/linked/edge.wasm $@

# The package as published: each entry, the pool and the worker is one file, minified, which a page fetches and reads sooner than
# many. The declarations stand beside them, which would hide them from the type check in js/.
build/package: build js/node_modules/.installed
	@rm -rf $@
	@$(BIN)/esbuild js/index.js js/pool.js js/worker.js js/adapters/index.js --bundle --minify --external:./pool.js \
		--format=esm --charset=utf8 --outbase=js --outdir=$@ --log-level=warning
	@cp js/wasm_exec.js js/*.d.ts js/maskloss.wasm LICENSE README.md $@
	@$(BIN)/tsc -p js/tsconfig.package.json
	@node -e 'const { devDependencies, scripts, ...shipped } = require("./js/package.json"); console.log(JSON.stringify(shipped, null, 2))' > $@/package.json

%/node_modules/.installed: %/package.json %/package-lock.json
	npm ci --prefix $*
	@touch $@

build/tools/staticcheck: Makefile
	GOBIN=$(CURDIR)/$(@D) go install $(STATICCHECK)

# The checks, one each; `make check` runs them all and fails if any does.

.PHONY: check-format check-vet check-staticcheck check-js check-types check-html check-imports check-licences check-size check-derived

check-format:
	@files=$$("$$(go env GOROOT)/bin/gofmt" -l losses wasm); \
	if [ -n "$$files" ]; then printf 'not formatted, gofmt -w writes it: %s\n' $$files >&2; exit 1; fi

check-vet:
	go vet ./...
	GOEXPERIMENT= go vet ./...
	GOARCH=arm64 go vet ./losses/...
	$(WASM) go vet ./...
	$(WASM) go vet -tags edge ./...
	$(WASM) GOEXPERIMENT= go vet ./...

check-staticcheck: build/tools/staticcheck
	build/tools/staticcheck ./...
	$(WASM) build/tools/staticcheck ./...
	$(WASM) build/tools/staticcheck -tags edge ./wasm/...
	GOEXPERIMENT= build/tools/staticcheck ./losses/...

check-js: js/node_modules/.installed
	$(BIN)/biome check --error-on-warnings

check-types: js/node_modules/.installed
	$(BIN)/tsc -p js

check-html: js/node_modules/.installed
	$(BIN)/html-validate --config js/htmlvalidate.json 'www/**/*.html'

check-imports:
	@node js/scripts/imports.js

check-licences:
	@node js/scripts/licences.js

check-size: build
	@node js/scripts/size.js

check-derived: build
	@node js/scripts/derived.js
