// A module of its own, so that no product's requirements reach it.
module bundler.invalid/pack

go 1.20
