# A static binary and nothing else: no shell, no libraries, no root.
#
#   docker build -t modelsieve .
#   docker run --rm --network none --read-only -v "$PWD:/scan:ro" modelsieve
#
# The base stands here by tag: its digest could not be looked up when this was written.

# The compiler runs on the building machine and compiles for the target's.
FROM --platform=$BUILDPLATFORM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS
ARG TARGETARCH
ENV CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOTOOLCHAIN=local
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w" -o /modelsieve ./cmd/modelsieve

FROM scratch
COPY --from=build /modelsieve /modelsieve
USER 65532:65532
WORKDIR /scan
ENTRYPOINT ["/modelsieve"]
