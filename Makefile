# Two commands on a fresh Debian 12 machine with Go 1.26 or later:
#   make run    installs what is missing, builds, and runs the first scenario
#   make test   installs what is missing and runs every test

# The tag egl links the GL loader without libGL, so that the program needs no X11.
export GOFLAGS := -tags=egl
export GOEXPERIMENT

BUILD_PACKAGES := gcc libc6-dev pkg-config libegl-dev
RUN_PACKAGES   := libegl1 libegl-mesa0 libgl1-mesa-dri
TEST_PACKAGES  := glslang-tools librsvg2-bin poppler-utils python3-zarr python3-vtk9 python3-tifffile python3-scipy ffmpeg
# The window: headers and libraries to build it and to run it, and a display to test it on.
WINDOW_PACKAGES := g++ libgl-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev libgl1 libopengl0 libglx-mesa0
WINDOW_TEST_PACKAGES := xvfb xauth xdotool x11-xserver-utils
STATICCHECK    := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# The revision goes into the program where there is one to read.
BUILDVCS := $(shell git rev-parse HEAD >/dev/null 2>&1 && echo true || echo false)

.PHONY: run test build window lint view thumbnails figures bench clean setup test-setup

run: setup build
	bin/cytofield run il2-niche -o out/il2-niche --force

test: test-setup
	go test -timeout 20m ./...

# `make build GOEXPERIMENT=simd` makes the CPU solver about twice as fast on amd64, with vectors
# of Go's experimental simd/archsimd; `make test GOEXPERIMENT=simd` tests that build.
build: setup
	go build -buildvcs=$(BUILDVCS) -o bin/cytofield ./cmd/cytofield

# gofmt, vet, staticcheck, and glslangValidator on every assembled kernel.
lint: test-setup
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	CYTOFIELD_REQUIRE_GPU=1 go test -run TestEveryVariantIsValid ./shaders

# Builds the window, which takes some minutes the first time, and opens it on the gallery.
view: window
	bin/cytofield view

window: build
	$(call install,$(WINDOW_PACKAGES))
	go build -buildvcs=$(BUILDVCS) -o bin/cytofield-view ./cmd/cytofield-view

# Draws the pictures of the window's gallery again.
thumbnails: window
	cd cmd/cytofield-view/window/thumbnails && for script in *.script; do \
		$(CURDIR)/bin/cytofield-view $${script%.script} --device cpu --offscreen --script $$script || exit 1; \
	done

# Draws the figures of the documentation again, from runs of the gallery.
figures: build
	for run in il2-niche vessel decoy front front-threshold autocrine-paracrine storm; do \
		bin/cytofield run $$run -o out/$$run --force || exit 1; \
	done
	bin/cytofield run storm --set "body.doses.0.amount=0.5 nmol" -o out/storm-half --force
	bin/cytofield run storm --set "body.doses.0.amount=50 nmol" -o out/storm-treated --force
	bin/cytofield run storm --set "cells.types.dying.variables.load=5e6" -o out/storm-third --force
	bin/cytofield run decoy --set "reactions.0.constants.k_off=0/s" -o out/decoy-antibody --force
	for figure in docs/figures/*.yaml docs/gallery/*.yaml; do bin/cytofield render $$figure -o $${figure%.yaml}.png || exit 1; done

# Times the workloads on both devices and repeats the study by which a scheme is chosen:
# half an hour on a machine that does nothing else.
bench: build
	mkdir -p bench/results
	for device in cpu gpu; do \
		bin/cytofield bench --device $$device --json >bench/results/$$device.json && \
		bin/cytofield bench --from bench/results/$$device.json --markdown >bench/results/$$device.md || exit 1; \
	done
	bin/cytofield bench --study docs

clean:
	rm -rf bin out

# Installs the packages of a list that are absent; needs root or sudo only then.
define install
@missing=""; \
for package in $(1); do \
	dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ]; then \
	if ! command -v apt-get >/dev/null; then echo "please install the equivalents of these Debian packages:$$missing"; exit 1; fi; \
	echo "installing$$missing"; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
fi
endef

setup:
	@command -v go >/dev/null || { echo "please install Go 1.26 or later: https://go.dev/dl/"; exit 1; }
	$(call install,$(BUILD_PACKAGES) $(RUN_PACKAGES))

test-setup: setup
	$(call install,$(TEST_PACKAGES) $(WINDOW_PACKAGES) $(WINDOW_TEST_PACKAGES))
