// Archives as Go reads them.
module bundler.invalid/tar_readers

go 1.26.8
