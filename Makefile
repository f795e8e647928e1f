# The few commands of a day's work. Everything here is a name for a command that can be typed as well.
.PHONY: help run test short arch fuzz format golden generate build clean
.DEFAULT_GOAL := help

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: ## build and show the whole network with money moving
	./run

test: ## everything that must pass before a merge
	./test

short: ## the inner loop, under half a minute
	./test -short

arch: ## who may know whom, and what may not be written
	go test ./internal/arch/

fuzz: ## a short look at every fuzz target
	./test fuzz

format: ## gofmt everything
	gofmt -w $$(find . -name '*.go' -not -path '*/node_modules/*')

golden: ## rewrite the golden files; read the diff before it is committed
	go list -f '{{join .TestImports " "}} {{join .XTestImports " "}} {{.ImportPath}}' ./... | \
		awk '/internal\/golden / {print $$NF}' | xargs -r -I'{}' go test '{}' -update

generate: ## rewrite what is generated
	go generate ./...

build: ## the program, in ./.bin
	CGO_ENABLED=0 go build -trimpath -o ./.bin/kakehashi ./cmd/kakehashi

clean: ## remove what builds left behind
	rm -rf ./.bin
