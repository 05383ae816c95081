module bundler.invalid/compare

go 1.19
