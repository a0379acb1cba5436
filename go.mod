module github.com/maskloss/maskloss

go 1.26

toolchain go1.27.4

require (
	github.com/norunners/vert v0.0.0-20221203075838-106a353d42dd
	github.com/syumai/workers v0.33.0
)

tool github.com/syumai/workers/cmd/workers-assets-gen
