module github.com/maskloss/maskloss

go 1.26

toolchain go1.27.4
